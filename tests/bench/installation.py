"""A private installation to measure: RabbitMQ, PostgreSQL, and Warren's services, all as processes of their own.

Durable settings throughout: fsync is on, queues are quorum queues unless asked otherwise. Must not know any workload.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self

from tests.support.servers.ports import free_port
from tests.support.servers.postgres import PrivatePostgres
from tests.support.servers.rabbitmq_private import PrivateRabbit

from warren.adapters.postgres import PostgresRunStore

_ROOT = Path(__file__).resolve().parents[2]
_CODE = os.pathsep.join(map(str, [_ROOT, _ROOT / "shared", *sorted((_ROOT / "services").iterdir())]))
"""The services that stand beside this file, whichever are installed."""
_READY_SECONDS = 60.0
_POSTGRES = {
    "shared_buffers": "128MB",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "checkpoint_timeout": "30min",  # a checkpoint in the middle would hit one contender and not the other
}


class Servers:
    """One broker and one database, and the size of their processes' families."""

    def __init__(self, rabbit: PrivateRabbit, postgres: PrivatePostgres) -> None:
        self.rabbit = rabbit
        self.postgres = postgres

    @property
    def rabbit_pid(self) -> int:
        """The Erlang node."""
        return _pid_of(self.rabbit)

    @property
    def postgres_pid(self) -> int:
        """The postmaster, parent of all backends."""
        return _pid_of(self.postgres)


@contextmanager
def private_servers() -> Iterator[Servers]:
    """Start both servers; delete them at the end."""
    with ExitStack() as stack:
        yield Servers(stack.enter_context(PrivateRabbit()), stack.enter_context(PrivatePostgres(_POSTGRES)))


class Service:
    """One process of Warren. Its log is kept in a file until it is closed."""

    def __init__(self, name: str, command: list[str], environment: Mapping[str, str]) -> None:
        self.name = name
        self._health_port = free_port()
        self._log = Path(tempfile.mkstemp(prefix=f"warren-bench-{name}-", suffix=".log")[1])
        full = {**os.environ, **environment, "WARREN_HEALTH_PORT": str(self._health_port)}
        full |= {"WARREN_HEALTH_HOST": "127.0.0.1", "PYTHONPATH": _CODE}
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=_ROOT, env=full, stdin=subprocess.DEVNULL, stderr=log)

    @property
    def pid(self) -> int:
        """Its process id."""
        return self.process.pid

    def wait_until_ready(self) -> None:
        """Return when `/readyz` says so. Raises `RuntimeError` with the log's end."""
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self.process.poll() is None:
            url = f"http://127.0.0.1:{self._health_port}/readyz"
            with suppress(urllib.error.URLError, OSError), urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"{self.name} is not ready:\n{self._log.read_text()[-4000:]}")

    def kill(self) -> None:
        """SIGKILL. Idempotent."""
        self.process.kill()
        self.process.wait(10)

    def close(self) -> None:
        """SIGTERM, then SIGKILL after ten seconds; deletes the log."""
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
        self._log.unlink(missing_ok=True)

    def complaints(self) -> list[str]:
        """Warnings and errors in its log."""
        lines = self._log.read_text().splitlines()
        return [line for line in lines if '"level": "warning"' in line or '"level": "error"' in line]


class Installation:
    """Warren's services on two servers."""

    def __init__(
        self,
        servers: Servers,
        *,
        queue_type: str = "quorum",
        shards: int = 4,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        self.servers = servers
        self.broker_url = servers.rabbit.new_vhost()
        self.database_url = servers.postgres.url
        self.services: list[Service] = []
        self.shards = shards
        self._environment = {
            "WARREN_BROKER_URL": self.broker_url,
            "WARREN_DATABASE_URL": self.database_url,
            "WARREN_QUEUE_TYPE": queue_type,
            "WARREN_SHARDS": str(shards),
            **(settings or {}),
        }

    async def start(self, *, coordinators: int = 1, workers: int = 1, concurrency: int = 100) -> Self:
        """Create the tables and start the services; return when all are ready."""
        store = PostgresRunStore(self.database_url, name="bench")
        await store.migrate()
        self.launch("compiler", "-m", "warren_compiler")
        for _ in range(coordinators):
            self.launch("coordinator", "-m", "warren_coordinator")
        for _ in range(workers):
            self.launch("worker", "-m", "warren_worker", "tests.bench.workflows", "--concurrency", str(concurrency))
        for service in self.services:
            service.wait_until_ready()
        return self

    def launch(self, name: str, *arguments: str) -> Service:
        """Start one more service."""
        service = Service(name, [sys.executable, *arguments], self._environment)
        self.services.append(service)
        return service

    def close(self) -> None:
        """Stop the services."""
        while self.services:
            self.services.pop().close()


def clean_up_when_terminated() -> None:
    """Let SIGTERM end this process as Ctrl-C does, so that no server and no service is left behind."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)


def _pid_of(server: PrivateRabbit | PrivatePostgres) -> int:
    process = server._process
    assert process is not None
    return process.pid
