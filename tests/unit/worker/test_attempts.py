"""What attempts say while they run, what they are told, and attempts that another system completes."""

from __future__ import annotations

import pytest
from tests.support.eventually import eventually
from tests.support.idle import arrived
from tests.unit.worker import actions
from tests.unit.worker.actions import seen
from tests.unit.worker.world import World

from warren.contracts import messages
from warren.contracts.ids import new_run_id
from warren.contracts.task_tokens import read_token

pytestmark = pytest.mark.parametrize("w", ["quorum", "classic"], indirect=True)


async def test_a_deferred_attempt_is_reported_and_forgotten(w: World) -> None:
    worker = await w.worker(concurrency=1)
    item = w.item(actions.hand_over, "x", details={"number": 4, "value": "before"})
    await w.send(item)
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionDeferred)
    assert event.details == messages.Details(number=5, value={"at": "x"})
    assert event.duration_ms > 0
    (told,) = seen.started
    assert isinstance(told, tuple)
    assert (told[0], told[2]) == ("x", "before")
    assert read_token(told[1]) == (item.run_id, item.invocation, 1)
    assert isinstance(await w.call(actions.add, 1), messages.ActionSucceeded), "its place is free"
    await worker.drain()
    assert await w.waiting() == 0
    assert await arrived(w.events, after_seconds=0.1) == [], "nobody sends heartbeats for it"


async def test_a_deferred_attempt_that_comes_again_is_not_run_again(w: World) -> None:
    await w.worker()
    item = w.item(actions.hand_over, "x")
    await w.send(item)
    (first,) = await w.reported(1)
    await w.send(item)
    assert await w.reported(1) == [first]
    assert len(seen.started) == 1


async def test_a_long_attempt_that_is_deferred_has_no_lease_any_more(w: World) -> None:
    await w.worker(lease_after=0.02, lease_seconds=0.3, concurrency=1)
    await w.send(w.item(actions.hold), w.item(actions.hand_over, "later"))
    await w.reported(2)
    seen.gate.set()
    events = [event for event in await w.reported(2) if not isinstance(event, messages.ActionHeartbeat)]
    assert {event.type for event in events} <= {"action_succeeded", "action_deferred"}
    later = [each for each in await arrived(w.events, after_seconds=0.4) if b"heartbeat" in each.body]
    assert later == []


async def test_details_travel_with_the_heartbeats_of_a_lease_and_cost_none(w: World) -> None:
    await w.worker(lease_after=30.0, lease_seconds=0.6)
    await w.send(w.item(actions.beat_and_hold, 100))
    started, first, second = await w.reported(3)
    assert isinstance(started, messages.ActionStarted), "with details it comes before `lease_after`"
    assert started.details is not None
    assert started.details.value >= 50
    assert isinstance(first, messages.ActionHeartbeat)
    assert first.details == messages.Details(number=100, value=99)
    assert isinstance(second, messages.ActionHeartbeat)
    assert second.details == first.details, "a coordinator that has just taken the run over needs them, too"
    seen.gate.set()
    (failed,) = [event for event in await w.reported(1) if isinstance(event, messages.ActionFailed)]
    assert failed.details == first.details


async def test_short_attempts_with_heartbeats_send_nothing_more(w: World) -> None:
    await w.worker()
    seen.gate.set()
    event = await w.call(actions.beat_and_hold, 20)
    assert isinstance(event, messages.ActionFailed)
    assert event.details == messages.Details(number=20, value=19)
    assert await arrived(w.events, after_seconds=0.05) == []


async def test_an_attempt_without_heartbeats_has_no_details(w: World) -> None:
    await w.worker()
    event = await w.call(actions.fail, "no")
    assert isinstance(event, messages.ActionFailed)
    assert event.details is None
    assert b"details" not in w.bodies[-1]


async def test_a_plain_function_of_a_cancelled_run_is_told(w: World) -> None:
    await w.worker()
    gone = new_run_id()
    await w.send(w.item(actions.hang_in_a_thread, run_id=gone))
    await eventually(lambda: seen.started)
    await w.control(messages.CancelActions(run_ids=(gone,)))
    await eventually(lambda: seen.ended == ["nobody waits for this action any more"])


async def test_a_task_of_an_action_waits_for_the_event_of_its_cancellation(w: World) -> None:
    await w.worker()
    gone = new_run_id()
    await w.send(w.item(actions.wait_to_be_cancelled, run_id=gone))
    await eventually(lambda: seen.started)
    await w.control(messages.CancelActions(run_ids=(gone,)))
    await eventually(lambda: seen.ended == ["watched"])
