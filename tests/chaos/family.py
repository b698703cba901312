"""Workflows that have children with handles, tell them things, try them again, and leave some behind."""

from __future__ import annotations

import asyncio
from typing import Literal

from tests.chaos.workload import step

from warren import RetryPolicy, Signal, Workflow, random, workflow
from warren.contracts.messages import RunStatus
from warren.engine import StartChild

Policy = Literal["terminate", "cancel", "abandon"]
POLICIES: tuple[Policy, ...] = ("terminate", "cancel", "abandon")
STAYS_SECONDS = 3.0
"""So long an abandoned child goes on; the others would go on for `FOR_EVER`."""
FOR_EVER = 100_000.0
STATUS = {"terminate": RunStatus.FAILED, "cancel": RunStatus.CANCELLED, "abandon": RunStatus.COMPLETED}
"""How a child ends that is there when its parent ends, by its policy."""


def ending_of(command: StartChild, policy: Policy) -> set[RunStatus]:
    """How a child of `Parent` may end. Its start is waited for where it is told things or left behind."""
    if command.workflow == "chaos.luckless":
        return {RunStatus.COMPLETED, RunStatus.FAILED}
    if command.workflow == "chaos.stayer":
        return {STATUS[policy if command.awaits_start else "cancel"]}
    return {RunStatus.COMPLETED}


@workflow
class Hearer(Workflow):
    """A child that is told numbers by its parent."""

    name = "chaos.hearer"
    numbers = Signal[int]()

    async def run(self, count: int) -> list[int]:
        heard: list[int] = []
        while len(heard) < count:
            heard.append(await self.numbers.receive())
            if len(heard) % 3 == 1:
                await step(len(heard), 1)
        return heard


@workflow
class Stayer(Workflow):
    """A child that is there when its parent ends."""

    name = "chaos.stayer"

    async def run(self, seconds: float) -> int:
        await asyncio.sleep(seconds)
        return await step(1, 1)


@workflow
class Luckless(Workflow):
    """A child that fails as often as not, each of its runs by a draw of its own."""

    name = "chaos.luckless"

    async def run(self, number: int) -> int:
        if random() < 0.5:
            raise LookupError(f"no luck with {number}")
        return number


@workflow
class Parent(Workflow):
    """Returns what a child has heard, and what came of the one that was tried again; leaves another one behind."""

    name = "chaos.parent"

    async def run(self, count: int, policy: Policy, is_hasty: bool) -> list[list[int] | int]:
        hearer = await Hearer().start(count)
        for number in range(count):
            await hearer.signal(Hearer.numbers, number)
        heard = await hearer.result()
        luckless = await Luckless().start(count, _retry=RetryPolicy(attempts=60, backoff_seconds=0.1))
        tried = await luckless.result()
        await Stayer().start(STAYS_SECONDS if policy == "abandon" else FOR_EVER, _parent_close_policy=policy)
        if is_hasty:
            asyncio.create_task(Stayer().run(FOR_EVER))  # noqa: RUF006 - nobody waits for it, and that is the point
            await asyncio.sleep(0)
        return [heard, tried]
