"""The workflows of the end-to-end tests; every action notes its execution in the ledger of `tests.chaos.ledger`.

`MIX` pairs each with arguments and the result that plain Python says it has. A worker imports this module. What must
last until a test has done something is told to go on by a file, the *gate*, and never by a time.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.chaos.ledger import hooks

from warren import RetryPolicy, WorkerLost, Workflow, action, action_context, workflow


class Refused(Exception):
    """What failing actions raise."""


@action
async def inc(n: int) -> int:
    await hooks.executed(0.0)
    return n + 1


@action
def half(n: int) -> int:
    """Not async: it runs in a thread."""
    hooks.append(f"{action_context().run_id} {action_context().invocation} {action_context().attempt} {os.getpid()}\n")
    return n // 2


@action
async def picky(n: int) -> int:
    await hooks.executed(0.0)
    if n % 3 == 0:
        raise Refused(n)
    return n * 10


@action
async def flaky(n: int, failures: int) -> int:
    if await hooks.executed(0.0) <= failures:
        raise ConnectionError(f"not yet: {n}")
    return n


@action
async def slow(n: int, seconds: float) -> int:
    await hooks.executed(seconds)
    return n


@action(queue="special")
async def elsewhere(n: int) -> int:
    """Only workers of the queue `special` run it; gives their process id."""
    await hooks.executed(0.0)
    return os.getpid() if n == 0 else n


@action
async def deadly(n: int) -> int:
    """The end of every worker that runs it."""
    await hooks.executed(0.0)
    os._exit(9)


@action
async def is_open(gate: str) -> bool:
    """Whether the gate is there, after a moment."""
    await hooks.executed(0.1)
    return Path(gate).exists()


@action
async def blocking(n: int, seconds: float, is_computing: bool) -> int:
    """Holds up everything else in its worker."""
    await hooks.executed(0.0)
    stand_still(seconds, is_computing)
    return n


def stand_still(seconds: float, is_computing: bool) -> None:
    if not is_computing:
        time.sleep(seconds)
    until = time.monotonic() + seconds
    while is_computing and time.monotonic() < until:
        pass


@action
async def held(n: int, gate: str) -> int:
    """Ends when the gate is there."""
    await hooks.executed(0.0)
    await _until_open(gate)
    return n


@action(queue="special")
async def patient(n: int, gate: str) -> int:
    """The same on the queue `special`."""
    await hooks.executed(0.0)
    await _until_open(gate)
    return n


@action
async def meet(n: int, place: str, count: int) -> int:
    """Ends when `count` of its kind are in the directory `place` at once."""
    await hooks.executed(0.0)
    (Path(place) / str(n)).touch()
    while len(list(Path(place).iterdir())) < count:
        await asyncio.sleep(0.02)
    return n


async def _until_open(gate: str) -> None:
    while not Path(gate).exists():
        await asyncio.sleep(0.02)


@workflow
class Steps(Workflow):
    """One action after another."""

    name = "e2e.steps"

    async def run(self, n: int, steps: int = 10) -> int:
        for _ in range(steps):
            n = await inc(n)
        return n


@workflow
class Fan(Workflow):
    """Many actions at once."""

    name = "e2e.fan"

    async def run(self, n: int, width: int = 20) -> int:
        return sum(await asyncio.gather(*[inc(n + i) for i in range(width)]))


@workflow
class Branches(Workflow):
    """A loop with branches, `continue` and `break`."""

    name = "e2e.branches"

    async def run(self, n: int) -> list[int]:
        seen: list[int] = []
        while True:
            if n <= 1:
                break
            if n % 2:
                n = await inc(n)
                continue
            n = await half(n)
            seen.append(n)
        return seen


@workflow
class Guarded(Workflow):
    """Actions that fail, in every part of a try statement."""

    name = "e2e.guarded"

    async def run(self, n: int) -> dict[str, int]:
        counts = {"good": 0, "bad": 0, "final": 0}
        for i in range(n):
            try:
                value = await picky(i)
            except Refused as error:
                counts["bad"] += 1 + int(str(error))
            else:
                counts["good"] += value
            finally:
                counts["final"] = await inc(counts["final"])
        return counts


@workflow
class Retried(Workflow):
    """Retries that end well, and some that do not."""

    name = "e2e.retried"

    async def run(self, n: int) -> list[int]:
        policy = RetryPolicy(attempts=3, backoff_seconds=0.05)
        first = await self.run_action(flaky(n, 2), retry=policy)
        try:
            second = await self.run_action(
                flaky(n, 9), retry=RetryPolicy(attempts=2, exception_types=["ConnectionError"])
            )
        except ConnectionError:
            second = -1
        return [first, second]


@workflow
class Napping(Workflow):
    """Durable sleeps."""

    name = "e2e.napping"

    async def run(self, n: int) -> int:
        await asyncio.sleep(0.2)
        n = await inc(n)
        await asyncio.sleep(0.3 + n / 1000)
        return await inc(n)


@workflow
class Nested(Workflow):
    """Helpers that call helpers, side by side."""

    name = "e2e.nested"

    async def run(self, n: int) -> int:
        both = await asyncio.gather(self.twice(n), self.twice(n + 1))
        return sum(both) + await self.down(3)

    async def twice(self, n: int) -> int:
        return await self.once(await self.once(n))

    async def once(self, n: int) -> int:
        return await inc(n)

    async def down(self, n: int) -> int:
        if n == 0:
            return 0
        return await self.down(n - 1) + await inc(0)


@workflow
class Dataflow(Workflow):
    """Actions whose results are not needed yet run side by side."""

    name = "e2e.dataflow"
    concurrent = True

    async def run(self, n: int) -> int:
        a = await inc(n)
        b = await inc(n + 1)
        c = await inc(n + 2)
        return a + b + c


@workflow
class Meeting(Workflow):
    """Three actions that end only if they run at once."""

    name = "e2e.meeting"
    concurrent = True

    async def run(self, n: int, place: str) -> int:
        a = await meet(n, place, 3)
        b = await meet(n + 1, place, 3)
        c = await meet(n + 2, place, 3)
        return a + b + c


@workflow
class Gated(Workflow):
    """Short actions, one after another, until the gate is there: in the middle for as long as a test likes."""

    name = "e2e.gated"

    async def run(self, n: int, gate: str) -> int:
        while not await is_open(gate):
            n = await inc(n) - 1
        return await inc(n)


@workflow
class Held(Workflow):
    """One action that ends when the gate is there."""

    name = "e2e.held"

    async def run(self, n: int, gate: str) -> int:
        return await held(n, gate) + 1


@workflow
class Blocking(Workflow):
    """One action that blocks its worker's event loop."""

    name = "e2e.blocking"

    async def run(self, n: int, seconds: float, is_computing: bool) -> int:
        return await blocking(n, seconds, is_computing) + 1


@workflow
class Slow(Workflow):
    """Actions that take their time."""

    name = "e2e.slow"

    async def run(self, n: int, seconds: float, steps: int = 1) -> int:
        for _ in range(steps):
            n = await slow(n, seconds) + 1
        return n


@workflow
class Elsewhere(Workflow):
    """Two action queues in one run."""

    name = "e2e.elsewhere"

    async def run(self, n: int) -> list[int]:
        return [await inc(n), await elsewhere(0), await elsewhere(n)]


@workflow
class Doomed(Workflow):
    """An action that no worker survives."""

    name = "e2e.doomed"

    async def run(self, n: int) -> str:
        try:
            await deadly(n)
        except WorkerLost as error:
            return f"lost {n}: {error}"
        return "survived"


@workflow
class Patient(Workflow):
    """Long work, then short."""

    name = "e2e.patient"

    async def run(self, n: int, gate: str) -> int:
        return await inc(await patient(n, gate))


def _branches(n: int) -> list[int]:
    seen = []
    while n > 1:
        if n % 2:
            n += 1
            continue
        n //= 2
        seen.append(n)
    return seen


def _guarded(n: int) -> dict[str, int]:
    bad = [i for i in range(n) if i % 3 == 0]
    good = [i * 10 for i in range(n) if i % 3]
    return {"good": sum(good), "bad": len(bad) + sum(bad), "final": n}


MIX: list[tuple[type[Workflow], Callable[[int], Any]]] = [
    (Steps, lambda n: n + 10),
    (Fan, lambda n: sum(range(n + 1, n + 21))),
    (Branches, _branches),
    (Guarded, _guarded),
    (Retried, lambda n: [n, -1]),
    (Napping, lambda n: n + 2),
    (Nested, lambda n: n + 2 + n + 3 + 3),
    (Dataflow, lambda n: 3 * n + 6),
]
"""Workflow, and its result by its argument `n`."""
