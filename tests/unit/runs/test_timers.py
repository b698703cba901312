"""Timers fire at or after their time, once, and never early."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from uuid import UUID

from tests.support.clock import START, FakeClock

from warren.contracts import messages, names, wire
from warren.ports import OutgoingMessage
from warren.runs.timers import HORIZON, Timers

RUN = UUID(int=1)


@asynccontextmanager
async def running() -> AsyncIterator[tuple[Timers, FakeClock, list[OutgoingMessage]]]:
    sent: list[OutgoingMessage] = []

    async def publish(batch: list[OutgoingMessage]) -> None:
        sent.extend(batch)

    clock = FakeClock()
    timers = Timers(clock=clock, publish=publish)
    task = asyncio.ensure_future(timers.run())
    await asyncio.sleep(0)
    try:
        yield timers, clock, sent
    finally:
        task.cancel()


def fired(sent: list[OutgoingMessage]) -> list[int]:
    events = [event for message in sent for event in wire.load(messages.EventBatch, message.body).items]
    assert all(isinstance(event, messages.TimerDue) for event in events)
    return [event.timer for event in events if isinstance(event, messages.TimerDue)]


def add(timers: Timers, number: int, seconds: float, shard: int = 0) -> None:
    timers.add(run_id=RUN, shard=shard, timer=number, due_at=START + timedelta(seconds=seconds))


async def test_a_timer_fires_when_its_time_has_come_and_not_before() -> None:
    async with running() as (timers, clock, sent):
        add(timers, 1, 10)
        await clock.advance(9.999)
        assert fired(sent) == []
        await clock.advance(0.001)
        assert fired(sent) == [1]
        assert (sent[0].exchange, sent[0].routing_key) == (names.EVENTS_EXCHANGE, "0")


async def test_an_earlier_timer_wakes_the_loop_that_waits_for_a_later_one() -> None:
    async with running() as (timers, clock, sent):
        add(timers, 1, 50)
        await clock.advance(0)
        add(timers, 2, 5)
        await clock.advance(6)
        assert fired(sent) == [2]
        await clock.advance(44)
        assert fired(sent) == [2, 1]


async def test_timers_of_one_moment_share_messages_by_shard() -> None:
    async with running() as (timers, clock, sent):
        for number in range(6):
            add(timers, number, 1, shard=number % 2)
        await clock.advance(1)
        assert [message.routing_key for message in sent] == ["0", "1"]
        assert sorted(fired(sent)) == [0, 1, 2, 3, 4, 5]


async def test_a_timer_that_is_known_is_not_added_twice() -> None:
    async with running() as (timers, clock, sent):
        add(timers, 1, 5)
        add(timers, 1, 5)
        await clock.advance(5)
        assert fired(sent) == [1]


async def test_distant_timers_are_left_to_the_store() -> None:
    async with running() as (timers, _, _):
        add(timers, 1, HORIZON.total_seconds() + 1)
        assert len(timers) == 0
