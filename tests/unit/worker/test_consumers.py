"""What a worker holds: no more than it can run, counting long actions; and what waits for long gets a lease, too."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.eventually import eventually
from tests.support.idle import idle
from tests.unit.worker import actions
from tests.unit.worker.actions import seen
from tests.unit.worker.world import World

from warren.contracts import messages, wire

QUICK: dict[str, Any] = {"lease_after": 0.05, "lease_seconds": 30}


async def waiting(w: World, count: int) -> None:
    async def is_so() -> bool:
        return await w.waiting() == count

    await eventually(is_so)


async def test_a_worker_holds_as_many_messages_as_it_can_run(w: World) -> None:
    await w.worker(concurrency=2)
    for n in range(5):
        await w.send(w.item(actions.hold, n))
    await eventually(lambda: len(seen.started) == 2)
    assert await w.waiting() == 3


async def test_a_worker_that_is_full_of_long_actions_leaves_the_rest_to_others(w: World) -> None:
    full = await w.worker(concurrency=2, **QUICK)
    for n in range(5):
        await w.send(w.item(actions.hold, n))
    leased = await w.reported(2)
    assert {event.type for event in leased} == {"action_started"}
    await waiting(w, 3)
    assert await w.waiting() == 3
    assert full.health.is_ready
    other = await w.worker(concurrency=5)
    await eventually(lambda: len(seen.started) == 5)
    assert sorted(map(str, seen.started)) == list("01234")
    await other.crash()


async def test_it_takes_more_as_soon_as_a_long_one_has_ended(w: World) -> None:
    await w.worker(concurrency=1, **QUICK)
    await w.send(w.item(actions.hold, "long"))
    await w.reported(1)
    await w.send(w.item(actions.add, 1))
    await idle()
    assert await w.waiting() == 1
    seen.gate.set()
    ended = await w.reported(2)
    assert [event.type for event in ended] == ["action_succeeded"] * 2


async def test_an_attempt_that_waits_for_long_gets_a_lease_and_runs_once(w: World) -> None:
    worker = await w.worker(concurrency=1, **QUICK)
    await w.send(*(w.item(actions.hold, n) for n in range(3)))
    started = await w.reported(3)
    assert {event.type for event in started} == {"action_started"}
    assert len(seen.started) == 1
    seen.gate.set()
    ended = await w.reported(3)
    assert {event.type for event in ended} == {"action_succeeded"}
    assert len(seen.started) == 3
    await worker.crash()
    assert await w.waiting() == 0


async def test_a_draining_worker_gives_up_the_leases_of_what_has_not_begun(w: World) -> None:
    worker = await w.worker(concurrency=1, **QUICK)
    first, second = w.item(actions.hold, 1), w.item(actions.hold, 2)
    await w.send(first, second)
    await w.reported(2)
    worker.stop.set()
    (released,) = await w.reported(1)
    assert isinstance(released, messages.ActionHeartbeat)
    assert (released.invocation, released.lease_seconds) == (second.invocation, 0)
    seen.gate.set()
    await asyncio.wait_for(worker.task, 5)
    (ended,) = await w.reported(1)
    assert isinstance(ended, messages.ActionSucceeded)
    assert ended.invocation == first.invocation


async def test_what_a_worker_holds_survives_a_lost_connection_after_it_shrank(w: World) -> None:
    worker = await w.worker(concurrency=2, **QUICK)
    await w.send(w.item(actions.hold, "long"))
    await w.reported(1)
    await w.send(w.item(actions.hold, "new"))
    await eventually(lambda: len(seen.started) == 2)
    w.server.drop_connection(worker.broker)
    await eventually(lambda: worker.broker.is_ready)
    seen.gate.set()
    ended: set[int] = set()
    while len(ended) < 2:
        async with asyncio.timeout(5):
            deliveries = await w.events.receive(10)
        for delivery in deliveries:
            batch = wire.load(messages.EventBatch, delivery.body)
            ended |= {each.invocation for each in batch.items if isinstance(each, messages.ActionSucceeded)}
    await worker.drain()
    assert await w.waiting() == 0
    assert sorted(map(str, seen.started)) == ["long", "new"]


async def test_a_worker_can_drain_while_it_takes_nothing(w: World) -> None:
    worker = await w.worker(concurrency=1, **QUICK)
    await w.send(w.item(actions.hold, "long"))
    await w.reported(1)
    await w.send(w.item(actions.hold, "next"))
    worker.stop.set()
    seen.gate.set()
    await asyncio.wait_for(worker.task, 5)
    assert await w.waiting() == 1
