"""Races: the loser is cancelled and has ended before the race is over."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from warren.tasks import cancel, ends_before, first_of


async def test_a_task_that_ends_first_keeps_its_result() -> None:
    async def work() -> int:
        return 3

    task = asyncio.ensure_future(work())
    assert await ends_before(task, asyncio.Event())
    assert task.result() == 3


async def test_a_task_that_fails_first_keeps_its_error() -> None:
    async def work() -> None:
        raise ValueError("no")

    task = asyncio.ensure_future(work())
    assert await ends_before(task, asyncio.Event())
    with pytest.raises(ValueError, match="no"):
        task.result()


async def test_a_task_that_is_too_late_has_ended() -> None:
    ended = []

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)
            ended.append(True)

    event = asyncio.Event()
    task = asyncio.ensure_future(work())
    asyncio.get_running_loop().call_soon(event.set)
    assert not await ends_before(task, event)
    assert ended == [True]
    assert task.cancelled()


async def test_it_has_ended_also_when_the_race_itself_is_cancelled() -> None:
    task = asyncio.ensure_future(asyncio.Event().wait())
    race = asyncio.ensure_future(ends_before(task, asyncio.Event()))
    await asyncio.sleep(0)
    await cancel([race])
    assert task.cancelled()


async def test_the_first_of_several_ends_the_others_and_no_error_is_reported_late() -> None:
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))

    async def fail() -> None:
        raise ValueError("seen")

    other = asyncio.ensure_future(asyncio.Event().wait())
    await first_of(fail(), other)
    await asyncio.sleep(0)
    gc.collect()
    assert other.cancelled()
    assert complaints == []
