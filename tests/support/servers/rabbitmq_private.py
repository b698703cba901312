"""`PrivateRabbit`: a RabbitMQ node of a test's own, to be restarted, killed, paused and wiped.

It runs the machine's `rabbitmq-server` on free ports, with its own node name, data, cookie and port mapper (epmd), so
that it cannot meet another node. A start takes about 3.5 s on two cores, nearly all of it Erlang loading code.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote
from uuid import uuid4

from tests.support.servers.ports import free_port
from tests.support.servers.vhosts import vhost_expression

_START_SECONDS = 60.0
_STOP_SECONDS = 30.0
_CTL_SECONDS = 90.0  # most of it is the start of another Erlang, which a busy machine takes its time for
_PROTOCOL_HEADER = b"AMQP\x00\x00\x09\x01"


def find_scripts() -> Path:
    """The folder with the real `rabbitmq-server` and `rabbitmqctl`. Raises `FileNotFoundError`.

    Not the wrappers that Debian puts on the PATH: those change the user and forget the environment.
    """
    on_path = shutil.which("rabbitmq-server")
    folders = [Path(on_path).resolve().parent] if on_path else []
    folders += [*sorted(Path("/usr/lib/rabbitmq/lib").glob("*/sbin"), reverse=True), Path("/opt/rabbitmq/sbin")]
    for folder in folders:
        if (folder / "rabbitmq-env").exists() and (folder / "rabbitmq-server").exists():
            return folder
    raise FileNotFoundError("no rabbitmq-server on this machine")


def is_accepting(port: int, *, host: str = "127.0.0.1", timeout_seconds: float = 0.5) -> bool:
    """Whether a broker answers the AMQP handshake there."""
    with suppress(OSError), socket.create_connection((host, port), timeout_seconds) as connection:
        connection.sendall(_PROTOCOL_HEADER)
        return connection.recv(1) == b"\x01"
    return False


class PrivateRabbit:
    """A node in a temporary directory, on TCP at 127.0.0.1; its port stays the same for its whole life.

    Every method waits until it is done, and blocks: use `asyncio.to_thread` where the event loop must go on.
    `settings` are added to rabbitmq.conf.
    """

    def __init__(self, settings: Mapping[str, str] | None = None) -> None:
        self.port = free_port()
        self._scripts = find_scripts()
        self._folder = Path(tempfile.mkdtemp(prefix="warren-rabbit-", dir="/tmp"))
        self._node = f"warren-{uuid4().hex[:8]}@localhost"
        self._process: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None
        (self._folder / "plugins").write_text("[].\n")
        lines = {"listeners.tcp.1": f"127.0.0.1:{self.port}", "log.file.level": "warning", **(settings or {})}
        (self._folder / "rabbitmq.conf").write_text("".join(f"{key} = {value}\n" for key, value in lines.items()))
        self._environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self._folder),
            "ERL_EPMD_PORT": str(free_port()),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODENAME": self._node,
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "data"),
            "RABBITMQ_LOG_BASE": str(self._folder),
            "RABBITMQ_LOGS": str(self._folder / "rabbit.log"),
            "RABBITMQ_PID_FILE": str(self._folder / "pid"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "+S 2:2",
            "detached": "1",  # the script then becomes the node instead of minding it: one process to signal
        }

    @property
    def url(self) -> str:
        """URL of its default virtual host; valid also while it is down."""
        return f"amqp://guest:guest@127.0.0.1:{self.port}/"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Start. Idempotent."""
        if self._process is not None:
            return
        self._start_epmd()
        with (self._folder / "output").open("ab") as output:
            self._process = subprocess.Popen(
                [self._scripts / "rabbitmq-server"],
                cwd=self._folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + _START_SECONDS
        while not is_accepting(self.port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"RabbitMQ did not start:\n{self._log_end()}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop in good order. Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.wait(_STOP_SECONDS)

    def restart(self) -> None:
        """Stop and start on the same port, with the same data."""
        self.stop()
        self.start()

    def kill(self) -> None:
        """SIGKILL, as a crash of the machine would. Idempotent."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait(_STOP_SECONDS)

    def pause(self) -> None:
        """Freeze the node: connections stay open and nothing answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        """Undo `pause`."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def wipe(self) -> None:
        """Lose all data: kill, delete, start empty."""
        self.kill()
        shutil.rmtree(self._folder / "data")
        self.start()

    def ctl(self, *arguments: str) -> str:
        """Run `rabbitmqctl`; returns its output. Takes about 0.3 s."""
        done = subprocess.run(
            [self._scripts / "rabbitmqctl", "--quiet", "-n", self._node, *arguments],
            cwd=self._folder,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=_CTL_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise RuntimeError(f"rabbitmqctl {' '.join(arguments)}: {done.stderr or done.stdout}")
        return done.stdout

    def new_vhost(self) -> str:
        """Make an empty virtual host; returns its URL."""
        name = f"test-{uuid4().hex[:8]}"
        self.ctl("eval", vhost_expression(name))
        return f"{self.url}{quote(name, safe='')}"

    def close(self) -> None:
        """Kill and delete everything. Idempotent."""
        self.kill()
        if self._epmd is not None:
            self._epmd.kill()
            self._epmd.wait(_STOP_SECONDS)
            self._epmd = None
        shutil.rmtree(self._folder, ignore_errors=True)

    def _start_epmd(self) -> None:
        """Erlang would start one by itself, which nobody would stop."""
        if self._epmd is None:
            self._epmd = subprocess.Popen(["epmd"], env=self._environment, stdin=subprocess.DEVNULL)

    def _log_end(self) -> str:
        texts = [path.read_text()[-2000:] for path in self._folder.glob("[or]*") if path.is_file()]
        return "\n".join(texts)
