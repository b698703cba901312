"""Workflows whose plain actions hang, in threads that nobody can stop. What lasts is ended by a file, the *gate*."""

from __future__ import annotations

import asyncio
import os
import time
from datetime import timedelta
from pathlib import Path

from warren import ActionTimeout, Workflow, action, workflow


def wait_for(gate: str) -> None:
    """Note the process that waits, and wait for the gate, deaf to everything else."""
    with Path(f"{gate}.waiting").open("a") as file:
        file.write(f"{os.getpid()}\n")
    while not Path(gate).exists():
        time.sleep(0.02)


@action
def plain(n: int, gate: str) -> int:
    wait_for(gate)
    return n + 1


@action
async def threaded(n: int, gate: str) -> int:
    """Async, with a thread of the event loop's own, for which asyncio waits."""
    await asyncio.to_thread(wait_for, gate)
    return n + 1


@action
async def in_hand(n: int, gate: str) -> list[int]:
    """Async; gives the worker's process."""
    with Path(f"{gate}.waiting").open("a") as file:
        file.write(f"{os.getpid()}\n")
    while not Path(gate).exists():
        await asyncio.sleep(0.02)
    return [n, os.getpid()]


@action
def nap(seconds: float) -> float:
    time.sleep(seconds)
    return seconds


@action
def process_id() -> int:
    return os.getpid()


@workflow
class Plain(Workflow):
    name = "threads.plain"

    async def run(self, n: int, gate: str) -> int:
        return await plain(n, gate)


@workflow
class Threaded(Workflow):
    name = "threads.threaded"

    async def run(self, n: int, gate: str) -> int:
        return await threaded(n, gate)


@workflow
class InHand(Workflow):
    name = "threads.in_hand"

    async def run(self, n: int, gate: str) -> list[int]:
        return await in_hand(n, gate)


@workflow
class Naps(Workflow):
    """Many plain actions at once, each with a timeout."""

    name = "threads.naps"

    async def run(self, count: int, seconds: float, timeout: float) -> int:
        naps = await asyncio.gather(
            *[self.run_action(nap(seconds), timeout=timedelta(seconds=timeout)) for _ in range(count)]
        )
        return len(naps)


@workflow
class Hanging(Workflow):
    """Each of some plain actions times out, and hangs on."""

    name = "threads.hanging"

    async def run(self, count: int, gate: str) -> int:
        timeouts = 0
        for n in range(count):
            try:
                await self.run_action(plain(n, gate), timeout=timedelta(seconds=0.3))
            except ActionTimeout:
                timeouts += 1
        return timeouts


@workflow
class ProcessId(Workflow):
    name = "threads.process_id"

    async def run(self) -> int:
        return await process_id()
