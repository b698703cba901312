"""Looking at runs and following them in tests, without servers."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

from warren import Workflow, action, signal, workflow
from warren.contracts.messages import RunStatus


@action
async def note(number: int) -> int:
    return number


@workflow
class Counts(Workflow):
    name = "testing-counts"

    def __init__(self) -> None:
        self.total = 0

    @signal
    def add(self, number: int) -> None:
        self.total += number

    async def run(self, needed: int) -> int:
        await self.wait_until(lambda: self.total >= needed)
        return await note(self.total)


async def test_a_run_is_followed_to_its_end() -> None:
    handle = await Counts().start(3)
    seen: list[tuple[int, str]] = []

    async def follow() -> None:
        seen.extend([(each.seq, each.event.type) async for each in handle.history(follow=True)])

    following = asyncio.ensure_future(follow())
    for _ in range(3):
        await asyncio.sleep(0)
        await handle.signal(Counts.add, 1)
    assert await handle.result(5) == 3
    await asyncio.wait_for(following, 5)
    signals = [(seq, "signal_received") for seq in (2, 3, 4)]
    assert seen == [(1, "run_started"), *signals, (5, "action_succeeded")]
    assert [each.seq for each in await handle.history()] == [1, 2, 3, 4, 5]
    assert [each.seq async for each in handle.history(follow=True)] == [1, 2, 3, 4, 5]


async def test_who_leaves_early_is_forgotten() -> None:
    handle = await Counts().start(1)
    async with aclosing(handle.history(follow=True)) as entries:
        assert (await anext(entries)).seq == 1
    assert handle.environment.driver.on_transition == []  # type: ignore[attr-defined]  # of the test's client
    await handle.signal("add", 1)
    assert await handle.result(5) == 1


async def test_a_run_says_where_it_stands() -> None:
    handle = await Counts().start(3)
    await asyncio.sleep(0)
    await handle.signal(Counts.add, 2)
    view = await handle.state()
    (strand,) = view.strands
    assert (view.attributes, strand.waits_for.kind, strand.frames[0].variables) == (
        {"total": 2},
        "condition",
        {"needed": 3},
    )
    await handle.signal(Counts.add, 2)
    await handle.result(5)
    ended = await handle.state()
    assert (ended.status, ended.attributes) == (RunStatus.COMPLETED, {"total": 4})
    assert ended.strands[0].waits_for.name == "note"
