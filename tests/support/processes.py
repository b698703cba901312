"""Warren's services as OS processes: started with settings from the environment, watched through their health endpoints
and logs, stopped by signals. Must not know any workflow or any test.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from tests.support.eventually import eventually
from tests.support.servers.ports import free_port

from warren.adapters.postgres import PostgresRunStore
from warren.client import Warren

ROOT = Path(__file__).resolve().parents[2]
_KILL_SECONDS = 10.0
_PYTHONPATH = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))


class ServiceProcess:
    """One service. Its log goes to a file in `folder`; `environment` is added to a clean one without `WARREN_*`."""

    def __init__(self, name: str, arguments: list[str], environment: Mapping[str, str], folder: Path) -> None:
        self.name = name
        self.port = free_port()
        self.log = folder / f"{name}-{self.port}.log"
        own = {"WARREN_HEALTH_HOST": "127.0.0.1", "WARREN_HEALTH_PORT": str(self.port), "PYTHONPATH": _PYTHONPATH}
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith(("WARREN_", "OTEL_", "PYTEST_"))
        }
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**inherited, **own, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    @property
    def cpu_seconds(self) -> float:
        """CPU time that it has used so far."""
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)

    async def probe(self, path: str) -> int:
        """HTTP status of `/healthz` or `/readyz`; 0 when nothing answers."""

        def ask() -> int:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as answer:
                    return int(answer.status)
            except urllib.error.HTTPError as error:
                return error.code
            except (urllib.error.URLError, OSError):
                return 0

        return await asyncio.to_thread(ask)

    async def until_ready(self, *, within_seconds: float = 60.0) -> None:
        """Return when `/readyz` says so; fails with the log's end."""

        async def is_ready() -> bool:
            return not self.is_alive or await self.probe("/readyz") == 200

        try:
            await eventually(is_ready, within_seconds=within_seconds, every_seconds=0.1)
        except AssertionError:
            raise AssertionError(f"{self.name} is not ready:\n{self.log_end()}") from None
        assert self.is_alive, f"{self.name} ended:\n{self.log_end()}"

    def terminate(self) -> None:
        """SIGTERM: it is to drain and end."""
        self._process.terminate()

    def kill(self) -> None:
        """SIGKILL, and wait for its end. Idempotent."""
        self._process.kill()
        self._process.wait(_KILL_SECONDS)

    def pause(self) -> None:
        """SIGSTOP."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """SIGCONT."""
        self._process.send_signal(signal.SIGCONT)

    async def exit_code(self, *, within_seconds: float = 30.0) -> int:
        """Wait for its end."""
        await eventually(lambda: not self.is_alive, within_seconds=within_seconds)
        return int(self._process.wait())

    def records(self) -> list[dict[str, Any]]:
        """Its log so far, parsed; a line that is no JSON (a crash of the interpreter) is an error record."""
        records = []
        for line in self.log.read_text(errors="replace").splitlines():
            try:
                records.append(json.loads(line))
            except ValueError:
                records.append({"level": "error", "event": line})
        return records

    def complaints(self) -> list[str]:
        """What it logged as errors."""
        return [str(record) for record in self.records() if record.get("level") in ("error", "critical")]

    def log_end(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-4000:]


class Installation:
    """The services of one installation, started and stopped one by one; a store and a client of the test's own."""

    def __init__(self, environment: Mapping[str, str], folder: Path, store: PostgresRunStore, client: Warren) -> None:
        self.environment = environment
        self.folder = folder
        self.store = store
        self.client = client
        self.without: str | None = None
        """The safeguard (of `tests.support.controls`) that all services are started without."""
        self.all: list[ServiceProcess] = []

    def compiler(self, **settings: str) -> ServiceProcess:
        """Start a compiler; `settings` are variables for it alone."""
        return self._launch("compiler", ["-m", "warren_compiler"], settings)

    def coordinator(self, **settings: str) -> ServiceProcess:
        """Start a coordinator."""
        return self._launch("coordinator", ["-m", "warren_coordinator"], settings)

    def worker(self, *arguments: str, without: str | None = None, **settings: str) -> ServiceProcess:
        """Start a worker with command-line `arguments`: modules and options; `without` one of its safeguards."""
        return self._launch("worker", ["-m", "warren_worker", *arguments], settings, without)

    def named(self, name: str) -> list[ServiceProcess]:
        """Those of one kind that are alive."""
        return [service for service in self.all if service.name == name and service.is_alive]

    async def until_ready(self, *, within_seconds: float = 60.0) -> None:
        """Return when all that are alive are ready."""
        alive = [service for service in self.all if service.is_alive]
        await asyncio.gather(*(service.until_ready(within_seconds=within_seconds) for service in alive))

    async def close(self) -> None:
        """SIGTERM to all, SIGKILL to who does not obey, which fails the test."""
        for service in self.all:
            service.terminate()
        stuck = []
        for service in self.all:
            try:
                await service.exit_code(within_seconds=_KILL_SECONDS)
            except AssertionError:
                service.kill()
                stuck.append(f"{service.name} did not drain:\n{service.log_end()}")
        assert not stuck, "\n".join(stuck)

    def _launch(
        self, name: str, arguments: list[str], settings: Mapping[str, str], without: str | None = None
    ) -> ServiceProcess:
        if (control := without or self.without) is not None:
            arguments = ["-m", "tests.support.controls", control, *arguments[1:]]
        service = ServiceProcess(name, arguments, {**self.environment, **settings}, self.folder)
        self.all.append(service)
        return service


@asynccontextmanager
async def installation(
    broker_url: str,
    database_url: str,
    *,
    give_up_after: timedelta | None = None,
    without: str | None = None,
    **settings: str,
) -> AsyncIterator[Installation]:
    """An installation without services yet on these servers; the tables are made, and everything is stopped at last.

    `settings` are environment variables of all services. `give_up_after` is the patience of the test's own store and
    client; without it they wait for ever. `without` takes a safeguard away from all services.
    """
    environment = {"WARREN_BROKER_URL": broker_url, "WARREN_DATABASE_URL": database_url, **settings}
    with tempfile.TemporaryDirectory(prefix="warren-services-", dir="/tmp") as folder:
        async with AsyncExitStack() as resources:
            store = PostgresRunStore(database_url, name="test", give_up_after=give_up_after)
            await store.migrate()
            await store.connect()
            resources.push_async_callback(store.close)
            client = await resources.enter_async_context(Warren(broker_url, store=store, give_up_after=give_up_after))
            made = Installation(environment, Path(folder), store, client)
            made.without = without
            resources.push_async_callback(made.close)
            yield made
