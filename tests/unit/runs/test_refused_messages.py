"""What cannot be sent, or is refused by the broker, costs the call that it was about, and holds up nobody."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from tests.support.clock import FakeClock
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import ChildLater, Parent, Twice
from tests.support.three_runs import start_three, succeeded

from warren.contracts import messages, names
from warren.contracts.messages import RunStatus
from warren.errors import Refusal
from warren.ports import OutgoingMessage
from warren.runs.outbox import Outbox, RunHeader
from warren_coordinator.sweeps import quarantine_sweep


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster() as made:
        await made.register(Twice, Parent, ChildLater)
        yield made


def cannot_be_sent(monkeypatch: pytest.MonkeyPatch, is_wrong: Callable[[RunHeader, Any], bool]) -> None:
    for name in ("add_action", "add_child"):
        add = getattr(Outbox, name)

        def faulty(self: Outbox, header: RunHeader, command: Any, add: Any = add) -> None:
            if is_wrong(header, command):
                raise ValueError("no form as JSON")
            add(self, header, command)

        monkeypatch.setattr(Outbox, name, faulty)


async def test_an_action_that_cannot_be_sent_fails_in_its_run(
    working: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_ids, actions = await start_three(working)
    cannot_be_sent(monkeypatch, lambda header, _: header.run_id == run_ids[1])
    await working.event(*(succeeded(action, 1) for action in actions))
    assert {action.run_id for action in await working.actions(2)} == {run_ids[0], run_ids[2]}
    finished = await working.finished()
    assert (finished.run_id, finished.status) == (run_ids[1], RunStatus.FAILED)
    assert "the call of tests.support.service_workflows:add cannot be sent (ValueError: no" in finished.error["args"][0]
    assert working.sequence(run_ids[1]) == [1, 2, 3]


@pytest.mark.parametrize("what", ["a first action", "a child"])
async def test_a_start_whose_first_command_cannot_be_sent_ends(
    working: Cluster, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    cannot_be_sent(monkeypatch, lambda *_: True)
    await working.start(Twice if what == "a first action" else Parent, n=1)
    assert "cannot be sent (ValueError: no form as JSON)" in (await working.finished()).error["args"][0]


async def test_what_cannot_be_sent_again_after_a_loss_fails(working: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever committed it died before it could say so, and the broker lost everything."""
    run_ids, _ = await start_three(working)
    await eventually(lambda: working.database.settings.get(names.MARKER_SETTING))
    cannot_be_sent(monkeypatch, lambda header, _: header.run_id == run_ids[1])
    working.server.lose_data()
    finished = await working.finished()
    assert (finished.run_id, finished.status) == (run_ids[1], RunStatus.FAILED)


def refusing(
    wrong: Callable[[OutgoingMessage], bool], *, may_pass: bool = False
) -> Callable[[OutgoingMessage], Refusal | None]:
    return lambda message: Refusal("for no reason", may_pass=may_pass) if wrong(message) else None


async def test_an_action_that_the_broker_refuses_fails_and_the_others_run(working: Cluster) -> None:
    run_ids, actions = await start_three(working)
    working.server.refuses = refusing(
        lambda message: message.exchange == names.ACTIONS_EXCHANGE and str(run_ids[1]).encode() in message.body
    )
    await working.event(*(succeeded(action, 1) for action in actions))
    assert {action.run_id for action in await working.actions(2)} == {run_ids[0], run_ids[2]}
    finished = await working.finished()
    assert (finished.run_id, finished.status) == (run_ids[1], RunStatus.FAILED)
    assert finished.error["t"] == "warren.errors:ActionError"
    assert "the call of tests.support.service_workflows:add" in finished.error["args"][0]
    assert "could not be sent: for no reason" in finished.error["args"][0]


@pytest.mark.parametrize("duration_ms", [50, 0], ids=["messages of their own", "one message"])
async def test_what_a_full_queue_rejects_is_kept_and_sent_later(
    monkeypatch: pytest.MonkeyPatch, duration_ms: float
) -> None:
    monkeypatch.setattr(quarantine_sweep, "_CHECK_SECONDS", 0.05)
    clock = FakeClock()
    async with cluster(clock=clock) as made:
        await made.register(Twice)
        run_ids, actions = await start_three(made)
        is_full = True
        made.server.refuses = refusing(
            lambda message: (
                is_full and message.exchange == names.ACTIONS_EXCHANGE and str(run_ids[1]).encode() in message.body
            ),
            may_pass=True,
        )
        await made.event(*(succeeded(action, 1, duration_ms=duration_ms) for action in actions))
        assert {action.run_id for action in await made.actions(2)} == {run_ids[0], run_ids[2]}
        (kept,) = await eventually(lambda: list(made.database.quarantine.values()))
        assert (kept.run_id, kept.exchange) == (run_ids[1], names.ACTIONS_EXCHANGE)
        is_full = False
        await clock.advance(6)
        (action,) = await made.actions(1)
        assert (action.run_id, action.invocation) == (run_ids[1], 2)
        await eventually(lambda: not made.database.quarantine)


@pytest.mark.parametrize("workflow", [Parent, ChildLater])
async def test_a_child_whose_start_the_broker_refuses_fails_in_its_parent(working: Cluster, workflow: Any) -> None:
    working.server.refuses = refusing(
        lambda message: message.exchange == names.COMMANDS_EXCHANGE and b'"parent":{' in message.body
    )
    run_id = await working.start(workflow, n=1)
    await working.succeed(await working.actions(1), 2)
    finished = await working.finished()
    assert (finished.run_id, finished.status) == (run_id, RunStatus.FAILED)
    assert "the start of twice" in finished.error["args"][0]


async def test_who_waits_is_told_also_when_the_outcome_itself_is_refused(working: Cluster) -> None:
    working.server.refuses = refusing(
        lambda message: message.routing_key == working.replies_name and b'"run_finished"' in message.body
    )
    run_id = await working.start(Twice, n=1)
    await working.succeed(await working.actions(1), 2)
    await working.succeed(await working.actions(1), 4)
    reply = await working.reply()
    assert isinstance(reply, messages.Refused)
    assert reply.run_id == run_id
    assert f"`warren show {run_id}` has its outcome" in reply.error.message
    assert working.run(run_id).result == "4"


async def test_what_is_refused_again_is_kept_and_holds_up_nobody(working: Cluster) -> None:
    """The failure of the invocation cannot be sent either: quarantine, and the next run goes on."""
    run_ids, actions = await start_three(working)
    events = [succeeded(action, 1) for action in actions]
    working.server.refuses = refusing(
        lambda message: str(run_ids[1]).encode() in message.body and b'"result":1' not in message.body
    )
    await working.event(*events)
    assert {action.run_id for action in await working.actions(2)} == {run_ids[0], run_ids[2]}
    (kept,) = await eventually(lambda: list(working.database.quarantine.values()))
    assert kept.exchange == names.EVENTS_EXCHANGE
    assert b'"action_failed"' in kept.body
    assert kept.run_id == run_ids[1]
