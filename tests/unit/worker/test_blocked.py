"""An action blocks its worker's event loop: it is named, and what lies there keeps its leases or gets some."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs
from tests.support.eventually import eventually
from tests.unit.worker import actions
from tests.unit.worker.actions import seen
from tests.unit.worker.world import World

from warren.adapters.memory.broker import MemoryBroker
from warren.contracts import messages, names, wire
from warren.ports import OutgoingMessage
from warren.runtime import loop_watchdog

SECONDS = 0.6
LEASE_SECONDS = 0.3


class HearingBroker(MemoryBroker):
    """Notes what another thread had it send while the loop stood still."""

    def __init__(self, w: World) -> None:
        super().__init__(w.server)
        self.sent: list[OutgoingMessage] = []
        self.is_away = False

    def keep_alive(self, messages: Sequence[OutgoingMessage] = ()) -> bool:
        self.sent += messages
        return not self.is_away

    @property
    def events(self) -> list[messages.RunEvent]:
        """Those about attempts."""
        bodies = [each.body for each in self.sent if each.exchange == names.EVENTS_EXCHANGE]
        assert {each.routing_key for each in self.sent if each.body} <= {names.event_key(1)}
        return [item for body in bodies for item in wire.load(messages.EventBatch, body).items]

    @property
    def signs(self) -> int:
        """How often the coordinators were told."""
        return sum(each.routing_key == names.BLOCKED_QUEUE for each in self.sent)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_watchdog, "TICK_SECONDS", 0.02)
    monkeypatch.setattr(loop_watchdog, "BLOCKED_SECONDS", 0.04)
    monkeypatch.setattr(loop_watchdog, "REPORT_SECONDS", 0.08)


async def test_whatever_is_due_gets_a_lease_and_heartbeats_while_the_loop_stands_still(w: World) -> None:
    broker = HearingBroker(w)
    await broker.connect()
    worker = await w.worker(
        broker=broker, watch_loop=True, lease_after=0.1, lease_seconds=LEASE_SECONDS, stall_after=0.6, concurrency=2
    )
    innocent, waiting, culprit = (
        w.item(actions.hold, "innocent"),
        w.item(actions.add, 1),
        w.item(actions.block, SECONDS),
    )
    await w.send(innocent)
    await eventually(lambda: seen.started)
    await w.send(culprit, waiting)  # there is no room for the second before one has ended
    await eventually(lambda: "blocked" in seen.ended)
    started = {each.invocation: each.worker for each in broker.events if isinstance(each, messages.ActionStarted)}
    beats = [each.invocation for each in broker.events if isinstance(each, messages.ActionHeartbeat)]
    assert started.keys() == {innocent.invocation, culprit.invocation, waiting.invocation}
    assert len(broker.events) == len(started) + len(beats), "and once each"
    for each in started:
        assert 2 <= beats.count(each) <= SECONDS / (LEASE_SECONDS / 3), "three in the time of a lease"
    assert broker.signs >= 3, "twice in the time between two looks"
    seen.gate.set()
    done: dict[int, messages.RunEvent] = {}
    while len(done) < 3:
        (event,) = await w.reported(1)
        if isinstance(event, messages.ActionSucceeded):
            done[event.invocation] = event
        else:
            assert isinstance(event, messages.ActionStarted)
            assert event.worker == started[event.invocation], "the coordinator takes it for the same lease"
    before = len(broker.sent)
    await worker.drain()
    assert len(broker.sent) == before, "and nothing of the kind once the loop goes on"


async def test_what_already_has_a_lease_keeps_it(w: World) -> None:
    broker = HearingBroker(w)
    await broker.connect()
    await w.worker(broker=broker, watch_loop=True, lease_after=0.05, lease_seconds=LEASE_SECONDS)
    innocent = w.item(actions.hold, "innocent")
    await w.send(innocent)
    (started,) = await w.reported(1)
    assert isinstance(started, messages.ActionStarted)
    await w.send(w.item(actions.block, SECONDS))
    await eventually(lambda: "blocked" in seen.ended)
    of_it = [each for each in broker.events if each.invocation == innocent.invocation]  # type: ignore[union-attr]
    assert {type(each) for each in of_it} == {messages.ActionHeartbeat}
    assert all(each.worker == started.worker for each in of_it)  # type: ignore[union-attr]


async def test_what_has_ended_keeps_its_lease_as_long_as_nobody_has_heard_of_it(w: World) -> None:
    broker = HearingBroker(w)
    await broker.connect()
    await w.worker(broker=broker, watch_loop=True, lease_after=0.05, lease_seconds=LEASE_SECONDS)
    innocent = w.item(actions.hold, "innocent")
    await w.send(innocent)
    await w.reported(1)
    await w.send(w.item(actions.open_and_block, SECONDS))
    await eventually(lambda: "blocked" in seen.ended)
    assert seen.ended == ["innocent", "blocked"]
    of_it = [each for each in broker.events if each.invocation == innocent.invocation]  # type: ignore[union-attr]
    assert len(of_it) >= 2
    assert {type(each) for each in of_it} == {messages.ActionHeartbeat}


async def test_what_could_not_be_sent_is_said_again(w: World) -> None:
    broker = HearingBroker(w)
    broker.is_away = True
    await broker.connect()
    await w.worker(broker=broker, watch_loop=True, lease_after=0.05, lease_seconds=30)
    await w.send(w.item(actions.block, SECONDS))
    await eventually(lambda: "blocked" in seen.ended)
    assert len(broker.events) > 3
    assert {type(each) for each in broker.events} == {messages.ActionStarted}


@pytest.mark.parametrize("action", [actions.block, actions.block_in_a_task], ids=["itself", "in a task of its own"])
async def test_the_action_is_named_with_its_attempt_and_where_it_stands(w: World, action: object) -> None:
    with capture_logs() as logs:
        await w.worker(watch_loop=True)
        item = w.item(action, SECONDS, attempt=3)
        await w.send(item)
        await w.reported(1)
        await eventually(lambda: any(each["event"] == "event loop unblocked" for each in logs))
    report = next(each for each in logs if each["event"] == "event loop blocked")
    assert report["action"] == item.action
    assert (report["run_id"], report["invocation"], report["attempt"]) == (str(item.run_id), item.invocation, 3)
    assert "in stand_still" in report["stack"]
    assert "actions.py" in report["stack"]


async def test_other_workers_of_this_process_are_not_watched(w: World) -> None:
    with capture_logs() as logs:
        await w.worker()
        await w.call(actions.block, 0.3)
    assert not any("event loop" in each["event"] for each in logs)
