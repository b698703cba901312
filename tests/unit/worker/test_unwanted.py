"""Attempts that nobody waits for any more: stopped where they run, dropped where they wait or come later."""

from __future__ import annotations

import pytest
from tests.support.eventually import eventually
from tests.unit.worker import actions
from tests.unit.worker.actions import seen
from tests.unit.worker.world import World

from warren.contracts import messages
from warren.contracts.ids import new_run_id
from warren_worker import unwanted
from warren_worker.unwanted import Unwanted


def order_for(*items: messages.RunAction) -> messages.CancelActions:
    parts = [messages.StoppedActions(run_id=item.run_id, attempts=((item.invocation, item.attempt),)) for item in items]
    return messages.CancelActions(run_ids=(), attempts=tuple(parts))


async def test_single_attempts_of_a_run_are_stopped_and_its_others_go_on(w: World) -> None:
    await w.worker(concurrency=2)
    gone, stays, waits, next_try = (w.item(actions.hold, name) for name in ("gone", "stays", "waits", "next"))
    next_try = next_try.model_copy(update={"invocation": waits.invocation, "attempt": 2})
    await w.send(gone, stays, waits, next_try)
    await eventually(lambda: len(seen.started) == 2)
    await w.control(order_for(gone, waits))
    await eventually(lambda: seen.started[2:] == ["next"])
    seen.gate.set()
    results = {event.result for event in await w.reported(2) if isinstance(event, messages.ActionSucceeded)}
    assert results == {"stays", "next"}
    for worker in w.workers:
        await worker.drain()
    assert await w.waiting() == 0


async def test_what_comes_after_that_is_dropped_and_settled(w: World) -> None:
    await w.worker(concurrency=1)
    late, of_a_run = w.item(actions.hold, "late"), w.item(actions.hold, "of a run", run_id=new_run_id())
    held = w.item(actions.hold, "held")
    await w.send(held)
    await eventually(lambda: seen.started)
    order = order_for(late)
    await w.control(order.model_copy(update={"run_ids": (of_a_run.run_id,)}))
    stopped = w.item(actions.hold, "stopped")
    await w.send(stopped)
    await w.control(order_for(stopped, held))
    await eventually(lambda: seen.running == 0)  # so the orders before it have been heard
    await w.send(late, w.item(actions.add, 1), of_a_run)
    await w.send(late.model_copy(update={"attempt": 2, "args": ["again"]}))
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded)
    await eventually(lambda: seen.started == ["held", "again"])
    seen.gate.set()
    await w.reported(1)
    for worker in w.workers:
        await worker.drain()
    assert await w.waiting() == 0


async def test_an_attempt_with_a_lease_is_stopped_and_its_heartbeats_end(w: World) -> None:
    await w.worker(lease_after=0.05, lease_seconds=0.6)
    item = w.item(actions.hold, "long")
    await w.send(item)
    (started,) = await w.reported(1)
    assert isinstance(started, messages.ActionStarted)
    await w.control(order_for(item))
    await eventually(lambda: seen.running == 0)
    assert seen.ended == []
    await w.send(w.item(actions.add, 1))
    while not isinstance(event := (await w.reported(1))[0], messages.ActionSucceeded):
        assert isinstance(event, messages.ActionHeartbeat)
    assert event.result == 2


async def test_an_order_of_an_earlier_warren_is_understood(w: World) -> None:
    await w.worker()
    item = w.item(actions.hold, "gone")
    await w.send(item)
    await eventually(lambda: seen.started)
    await w.control(messages.CancelActions.model_validate({"run_ids": [item.run_id]}))
    await eventually(lambda: seen.running == 0)


def test_the_latest_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unwanted, "REMEMBERED", 3)
    told, run_id, runs = Unwanted(), new_run_id(), [new_run_id() for _ in range(5)]
    assert not told
    attempts = tuple((number, 1) for number in range(5))
    part = messages.StoppedActions(run_id=run_id, attempts=attempts)
    told.add(messages.CancelActions(run_ids=tuple(runs), attempts=(part,)))
    assert [(run_id, number, 1) in told for number in range(5)] == [False, False, True, True, True]
    assert [(run, 1, 1) in told for run in runs] == [False, False, True, True, True]
    assert (run_id, 4, 2) not in told
