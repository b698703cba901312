"""How work ends before its time: drains, crashes, cancellations, leases."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import pytest
from tests.support.eventually import eventually
from tests.support.idle import arrived, idle
from tests.unit.worker import actions
from tests.unit.worker.actions import seen
from tests.unit.worker.world import World

from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.plain import exception_name
from warren.ports import OutgoingMessage
from warren.runtime.publisher import Publisher

pytestmark = pytest.mark.parametrize("w", ["quorum", "classic"], indirect=True)


async def test_a_draining_worker_finishes_what_runs_and_gives_back_the_rest(w: World) -> None:
    worker = await w.worker(concurrency=1)
    await w.send(w.item(actions.hold, "first"))
    await eventually(lambda: seen.started)
    for n in range(3):
        await w.send(w.item(actions.hold, n))
    worker.stop.set()
    await eventually(lambda: _waiting(w, 3))
    seen.gate.set()
    await asyncio.wait_for(worker.task, 5)
    await w.reported(1)
    assert seen.ended == ["first"]
    assert await w.waiting() == 3


async def _waiting(w: World, count: int) -> bool:
    return await w.waiting() == count


async def test_a_batch_that_has_begun_is_finished_by_a_draining_worker(w: World) -> None:
    worker = await w.worker(concurrency=1)
    await w.send(*(w.item(actions.hold, n) for n in range(3)))
    await eventually(lambda: seen.started)
    worker.stop.set()
    seen.gate.set()
    await asyncio.wait_for(worker.task, 5)
    await w.reported(3)
    assert seen.ended == [0, 1, 2]


async def test_what_a_dead_worker_had_is_run_by_another(w: World) -> None:
    first = await w.worker()
    await w.send(w.item(actions.hold, "x"))
    await eventually(lambda: seen.started)
    await first.crash()
    seen.gate.set()
    await w.worker()
    await w.reported(1)
    assert seen.started == ["x", "x"]


async def test_a_redelivered_batch_is_split_so_that_each_action_is_counted_alone(w: World) -> None:
    first = await w.worker()
    await w.send(*(w.item(actions.hold, n) for n in range(3)))
    await eventually(lambda: len(seen.started) == 3)
    await first.crash()
    second = await w.worker()
    await eventually(lambda: len(seen.started) == 6)
    await second.crash()
    assert await w.waiting() == 3


async def test_an_action_that_killed_workers_again_and_again_is_given_up(w: World) -> None:
    await w.send(w.item(actions.hold, "killer"))
    for n in range(3):
        worker = await w.worker(max_deliveries=3)
        await eventually(lambda count=n: len(seen.started) == count + 1)
        await worker.crash()
    await w.worker(max_deliveries=3)
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionFailed)
    assert exception_name(event.error) == "warren.errors.WorkerLost"
    assert len(seen.started) == 3


async def test_what_waited_beside_a_killer_is_not_taken_for_one(w: World) -> None:
    for n in range(6):
        await w.send(w.item(actions.hold, n))
    for n in range(2):
        worker = await w.worker(max_deliveries=3)
        await eventually(lambda count=n: len(seen.started) == 6 * (count + 1))
        await worker.crash()
    third = await w.worker(max_deliveries=3)
    await eventually(lambda: len(seen.started) == 13)
    killer = seen.started[-1]
    await third.crash()
    seen.gate.set()
    await w.worker(max_deliveries=3)
    events = await w.reported(6)
    lost = [event.invocation for event in events if isinstance(event, messages.ActionFailed)]
    assert lost == [killer + 1]


async def test_a_killer_has_as_many_tries_as_it_may(w: World) -> None:
    """One beside others, where it is the death of what it shares a worker with, the rest by itself."""
    await w.send(w.item(actions.hold, "killer"))
    for n in range(6):
        worker = await w.worker(max_deliveries=6)
        await eventually(lambda count=n: len(seen.started) == count + 1)
        await worker.crash()
    await w.worker(max_deliveries=6)
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionFailed)
    assert exception_name(event.error) == "warren.errors.WorkerLost"
    assert len(seen.started) == 6
    assert await w.waiting() == 0


async def test_nothing_begins_while_a_delivery_that_came_again_is_divided(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If it ended the worker, the delivery and its parts would both be there, and more of them each time."""
    await w.send(w.item(actions.hold, "one"), w.item(actions.hold, "two"))
    first = await w.worker()
    await eventually(lambda: len(seen.started) == 2)
    await first.crash()
    seen.started.clear()
    gate, publish = asyncio.Event(), Publisher.publish

    async def slowly(publisher: Publisher, messages: Any) -> Any:
        await gate.wait()
        return await publish(publisher, messages)

    monkeypatch.setattr(Publisher, "publish", slowly)
    await w.send(w.item(actions.hold, "killer"))
    second = await w.worker()
    await idle(after_seconds=0.3)
    assert seen.started == []
    gate.set()
    await eventually(lambda: sorted(seen.started) == ["killer", "one", "two"])
    await second.crash()


async def test_a_count_that_makes_no_sense_counts_as_none(w: World) -> None:
    body = wire.dump(messages.ActionBatch(items=(w.item(actions.hold, "x"),)))
    for text in ("many", "-5", ""):
        headers = {names.HEADER_DELIVERIES: text}
        await w.broker.publish([OutgoingMessage(names.ACTIONS_EXCHANGE, "default", body, headers=headers)])
    first = await w.worker()
    await eventually(lambda: seen.started)
    await first.crash()
    await w.worker()
    await eventually(lambda: len(seen.started) == 2)
    seen.gate.set()
    assert isinstance((await w.reported(1))[0], messages.ActionSucceeded)


async def test_a_suspect_runs_alone(w: World) -> None:
    await w.send(w.item(actions.hold, "suspect"))
    for n in range(2):
        worker = await w.worker()
        await eventually(lambda count=n: len(seen.started) == count + 1)
        await worker.crash()
    seen.started.clear()
    seen.running = seen.most = 0
    await w.worker()
    await eventually(lambda: seen.started == ["suspect"])
    await w.send(w.item(actions.hold, "innocent"))
    await idle(after_seconds=0.05)
    assert seen.started == ["suspect"]
    seen.gate.set()
    await w.reported(2)
    assert seen.started == ["suspect", "innocent"]


async def test_a_cancelled_run_loses_its_attempts_and_others_go_on(w: World) -> None:
    await w.worker(concurrency=2)
    gone = new_run_id()
    await w.send(
        w.item(actions.hold, "gone", run_id=gone),
        w.item(actions.hold, "stays"),
        w.item(actions.hold, "gone, not begun", run_id=gone),
    )
    await eventually(lambda: len(seen.started) == 2)
    await w.control(messages.CancelActions(run_ids=(gone,)))
    await eventually(lambda: seen.running == 1)
    seen.gate.set()
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded)
    assert event.result == "stays"
    assert len(seen.started) == 2
    await w.send(w.item(actions.add, 1))
    await w.reported(1)
    for worker in w.workers:
        await worker.drain()
    assert await w.waiting() == 0


async def test_an_action_that_swallows_its_cancellation_harms_nobody(w: World) -> None:
    await w.worker(concurrency=1)
    gone = new_run_id()
    await w.send(w.item(actions.stubborn, run_id=gone))
    await eventually(lambda: seen.started)
    await w.control(messages.CancelActions(run_ids=(gone,)))
    (first,) = await w.reported(1)
    assert isinstance(first, messages.ActionSucceeded)
    await w.send(w.item(actions.add, 1))
    (second,) = await w.reported(1)
    assert isinstance(second, messages.ActionSucceeded)


async def test_a_long_attempt_gets_a_lease_and_its_message_is_settled(w: World) -> None:
    worker = await w.worker(lease_after=0.05, lease_seconds=0.3)
    item = w.item(actions.hold, "long")
    await w.send(item)
    started, beat, again = await w.reported(3)
    assert isinstance(started, messages.ActionStarted)
    assert isinstance(beat, messages.ActionHeartbeat)
    assert isinstance(again, messages.ActionHeartbeat)
    assert started.worker == beat.worker
    assert (started.run_id, started.invocation, started.lease_seconds) == (item.run_id, item.invocation, 0.3)
    await worker.crash()
    assert await w.waiting() == 0


async def test_an_attempt_with_a_lease_reports_its_result(w: World) -> None:
    await w.worker(lease_after=0.05, lease_seconds=30)
    await w.send(w.item(actions.hold, "long"))
    (started,) = await w.reported(1)
    assert isinstance(started, messages.ActionStarted)
    seen.gate.set()
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded)


async def test_a_short_attempt_gets_no_lease(w: World) -> None:
    await w.worker(lease_after=30)
    events = [await w.call(actions.add, n) for n in range(3)]
    assert {event.type for event in events} == {"action_succeeded"}


async def test_stopping_by_force_cancels_what_runs(w: World) -> None:
    worker = await w.worker()
    await w.send(w.item(actions.hold, "x"))
    await eventually(lambda: seen.started)
    worker.task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.wait_for(worker.task, 5)
    assert seen.running == 0
    assert await arrived(w.events, after_seconds=0.1) == []
