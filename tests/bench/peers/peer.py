"""A peer as a target: its worker and its client are processes of its own environment, told what to do over a pipe."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil
from tests.bench.peers.environments import environment
from tests.bench.targets import Outcome

_HERE = Path(__file__).resolve().parent
_ROUND_SECONDS = 300.0


class PeerTarget:
    """Runs the shapes on another engine. `worker` and `client` are command lines after the environment's folder."""

    def __init__(
        self,
        name: str,
        *,
        peer: str,
        client: Sequence[str],
        worker: Sequence[str] = (),
        variables: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._bin = environment(peer)
        self._client_command = client
        self._worker_command = worker
        self._variables = {**os.environ, **(variables or {}), "PYTHONPATH": str(_HERE)}
        self._log = Path(tempfile.mkstemp(prefix=f"warren-bench-{peer}-", suffix=".log")[1])
        self._worker: subprocess.Popen[bytes] | None = None
        self._client: asyncio.subprocess.Process | None = None

    async def open(self) -> None:
        """Start both processes, and run one action through them."""
        log = self._log.open("ab")
        if self._worker_command:
            self._worker = subprocess.Popen(
                self._in_environment(self._worker_command),
                cwd=_HERE,
                env=self._variables,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        self._client = await asyncio.create_subprocess_exec(
            *self._in_environment(self._client_command),
            cwd=_HERE,
            env=self._variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
        )
        await self.chains(1, 1)

    @property
    def processes(self) -> dict[str, list[int]]:
        """What the meter has to watch."""
        assert self._client is not None
        workers = {} if self._worker is None else {"worker": [self._worker.pid]}
        return {**workers, "client": [self._client.pid]}

    async def close(self) -> None:
        """End both, with all their children."""
        for process in (self._client, self._worker):
            if process is None:
                continue
            with suppress(psutil.NoSuchProcess):
                family = [psutil.Process(process.pid), *psutil.Process(process.pid).children(recursive=True)]
                for member in family:
                    with suppress(psutil.NoSuchProcess):
                        member.kill()
        if self._client is not None:
            await self._client.wait()
        if self._worker is not None:
            self._worker.wait(10)
        self._log.unlink(missing_ok=True)

    async def chains(self, runs: int, steps: int) -> Outcome:
        return Outcome(await self._ask("chains", runs, steps), [])

    async def fan(self, width: int) -> Outcome:
        return Outcome(await self._ask("fan", width), [])

    async def _ask(self, *request: object) -> float:
        assert self._client is not None
        assert self._client.stdin is not None
        assert self._client.stdout is not None
        self._client.stdin.write(json.dumps(request).encode() + b"\n")
        try:
            line = await asyncio.wait_for(self._client.stdout.readline(), _ROUND_SECONDS)
        except TimeoutError:
            line = b""
        if not line:
            raise RuntimeError(f"{self.name} does not answer:\n{self._log.read_text()[-3000:]}")
        return float(json.loads(line))

    def _in_environment(self, command: Sequence[str]) -> list[str]:
        return [str(self._bin / command[0]), *command[1:]]
