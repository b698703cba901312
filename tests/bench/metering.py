"""What a piece of work cost: CPU of every process involved, messages, commits, WAL, memory. Knows no workload.

Processes come in groups (client, compiler, ..., rabbitmq, postgresql); a group's CPU is that of its processes and all
their descendants, dead ones included. Times are in seconds, sizes in bytes.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import asyncpg
import psutil
from tests.bench.installation import Servers

_COUNTER = re.compile(r"messages_received_total\s*=>\s*(\d+)")


@dataclass(slots=True)
class Reading:
    """All counters at one moment."""

    cpu: dict[str, float]
    messages: int
    commits: int
    transactions: int
    wal: int


@dataclass(slots=True)
class Cost:
    """The difference of two readings, and the highest resident memory of each group in between."""

    cpu: dict[str, float] = field(default_factory=dict)
    messages: int = 0
    commits: int = 0
    wal: int = 0
    peak_memory: dict[str, int] = field(default_factory=dict)

    @property
    def cpu_seconds(self) -> float:
        """Of all processes together."""
        return sum(self.cpu.values())


class Meter:
    """Reads counters of two servers and some groups of processes. The client is the process that meters."""

    def __init__(self, servers: Servers, groups: Mapping[str, Sequence[int]], *, with_client: bool = True) -> None:
        self._servers = servers
        self._groups = {name: list(pids) for name, pids in groups.items()}
        if with_client:
            self._groups["client"] = [os.getpid()]
        self._groups["rabbitmq"] = [servers.rabbit_pid]
        self._groups["postgresql"] = [servers.postgres_pid]
        self._connection: asyncpg.Connection[asyncpg.Record] | None = None
        self._before: Reading | None = None

    async def begin(self) -> None:
        """Take the first reading and forget earlier peaks of memory."""
        for pids in self._groups.values():
            for pid in pids:
                with suppress(OSError):
                    Path(f"/proc/{pid}/clear_refs").write_text("5")
        self._before = await self.read()

    async def end(self) -> Cost:
        """What was spent since `begin`."""
        assert self._before is not None
        cpu = self._cpu()
        peaks = {name: sum(map(_peak_memory, pids)) for name, pids in self._groups.items()}
        before, after = self._before, await self.read()
        return Cost(
            {name: cpu[name] - before.cpu[name] for name in cpu},
            after.messages - before.messages,
            after.commits - before.commits,
            after.wal - before.wal,
            peaks,
        )

    async def read(self) -> Reading:
        """All counters now; the CPU last, so that reading the others is not counted."""
        messages = await asyncio.to_thread(self._messages)
        if self._connection is None:
            self._connection = await asyncpg.connect(self._servers.postgres.url)
        row = await self._connection.fetchrow(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS commits,"
            " (SELECT sum(xact_commit + xact_rollback)::bigint FROM pg_stat_database) AS transactions,"
            " pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint AS wal"
        )
        assert row is not None
        return Reading(self._cpu(), messages, row["commits"], row["transactions"], row["wal"])

    async def close(self) -> None:
        """Disconnect."""
        if self._connection is not None:
            await self._connection.close()

    def _messages(self) -> int:
        """Messages that clients published, by RabbitMQ's own counter."""
        text = self._servers.rabbit.ctl("eval", "rabbit_global_counters:overview().")
        return sum(int(number) for number in _COUNTER.findall(text))

    def _cpu(self) -> dict[str, float]:
        return {name: sum(map(_family_cpu, pids)) for name, pids in self._groups.items()}


def _family_cpu(pid: int) -> float:
    total = 0.0
    with suppress(psutil.NoSuchProcess):
        process = psutil.Process(pid)
        members = [process] if pid == os.getpid() else [process, *process.children(recursive=True)]
        for member in members:
            with suppress(psutil.NoSuchProcess):
                times = member.cpu_times()
                total += times.user + times.system
                if pid != os.getpid():
                    total += times.children_user + times.children_system
    return total


def _peak_memory(pid: int) -> int:
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0
