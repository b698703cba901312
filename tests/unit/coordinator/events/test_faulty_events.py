"""An event that cannot be read, applied, stored or sent costs its run and nothing else, and no run waits in vain."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from tests.support.clock import FakeClock
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import ChildLater, Parent, Twice
from tests.support.three_runs import start_three, succeeded

import warren_coordinator.events.commits
import warren_coordinator.run_cache
from warren.contracts import messages, names
from warren.contracts.messages import RunEvent, RunStatus
from warren.engine import Decision, Executable, RunState, apply
from warren.engine.run.completion import Completion
from warren.engine.values.futures import Future, FutureState
from warren.errors import InvalidInput, StoreError
from warren.ports import OutgoingMessage
from warren.runs.transition_watchdog import TransitionOverdue
from warren_coordinator.sweeps import quarantine_sweep

BAD = 13
"""What the result of the run that goes wrong is."""


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster() as made:
        await made.register(Twice, Parent, ChildLater)
        yield made


async def check(working: Cluster, run_ids: list[UUID], error: str, says: str) -> None:
    """The second run has failed with that error; the others have gone on to their second actions."""
    assert {action.run_id for action in await working.actions(2)} == {run_ids[0], run_ids[2]}
    finished = await working.finished()
    assert (finished.run_id, finished.status) == (run_ids[1], RunStatus.FAILED)
    assert finished.error["t"] == f"warren.errors:{error}"
    assert says in finished.error["args"][0]
    assert working.sequence(run_ids[1]) == [1, 2]
    rejected = json.loads(working.database.histories[run_ids[1]][2].event)
    assert (rejected["type"], rejected["rejected"], rejected["number"]) == ("event_rejected", "action_succeeded", 1)
    assert await working.dead() == ["rejected"]


async def test_an_event_that_the_engine_cannot_apply_fails_its_run(
    working: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def faulty(program: Executable, state: RunState, event: RunEvent, at: datetime, **limits: Any) -> Decision | None:
        if isinstance(event, messages.ActionSucceeded) and event.result == BAD:
            state.pending.clear()  # half-done
            raise RecursionError("maximum recursion depth exceeded")
        return apply(program, state, event, at, **limits)

    monkeypatch.setattr(warren_coordinator.run_cache, "apply", faulty)
    run_ids, actions = await start_three(working)
    await working.event(*(succeeded(action, result) for action, result in zip(actions, (1, BAD, 1), strict=True)))
    await check(working, run_ids, "InternalError", "applying action_succeeded 1 (attempt 1) raised RecursionError")


async def test_a_fault_within_the_engine_fails_its_run(working: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    complete = Completion.complete

    def faulty(self: Completion, future: Future, state: FutureState, value: Any) -> None:
        if value == BAD:
            raise KeyError("an invariant of the engine")
        complete(self, future, state, value)

    monkeypatch.setattr(Completion, "complete", faulty)
    run_ids, actions = await start_three(working)
    await working.event(*(succeeded(action, result) for action, result in zip(actions, (1, BAD, 1), strict=True)))
    await check(working, run_ids, "InternalError", "applying action_succeeded 1 (attempt 1) raised KeyError")


async def test_a_transition_that_takes_too_long_fails_its_run(
    working: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    def endless(program: Executable, state: RunState, event: RunEvent, at: datetime, **limits: Any) -> Decision | None:
        if isinstance(event, messages.ActionSucceeded) and event.result == BAD:
            try:
                while True:
                    pass
            except TransitionOverdue:
                return Decision(event, [])  # as the engine, which takes it for a limit of the run
        return apply(program, state, event, at, **limits)

    async with cluster(transition_seconds=0.1) as quick:
        await quick.register(Twice)
        monkeypatch.setattr(warren_coordinator.run_cache, "apply", endless)
        run_ids, actions = await start_three(quick)
        await quick.event(*(succeeded(action, result) for action, result in zip(actions, (1, BAD, 1), strict=True)))
        await check(quick, run_ids, "LimitExceeded", "after action_succeeded 1 (attempt 1) took more than 0.1 s")


@pytest.mark.parametrize(
    ("refusal", "error"),
    [
        (InvalidInput("a text"), "InvalidInput"),
        (StoreError("too wide"), "InvalidInput"),
        (OverflowError("big"), "InternalError"),
    ],
    ids=["wrong", "refused", "unforeseen"],
)
async def test_a_transition_that_the_store_refuses_fails_its_run(
    working: Cluster, refusal: Exception, error: str
) -> None:
    run_ids, actions = await start_three(working)
    store = working.services[1].store
    commit = store.commit

    async def refuse(transitions: Any, *more: Any) -> Any:
        if any(f'"result":{BAD}' in row.event for row in transitions):
            raise refusal
        return await commit(transitions, *more)

    store.commit = refuse  # type: ignore[method-assign]  # the fault itself
    await working.event(*(succeeded(action, result) for action, result in zip(actions, (1, BAD, 1), strict=True)))
    await check(working, run_ids, error, "cannot be stored")


async def test_a_store_that_refuses_everything_is_waited_for(working: Cluster) -> None:
    """As when its tables have gone: that is no run's fault."""
    run_ids, actions = await start_three(working)
    store = working.services[1].store
    commit, refused = store.commit, 0

    async def refuse(*arguments: Any) -> Any:
        nonlocal refused
        if refused < 30:
            refused += 1
            raise StoreError("no such table")
        return await commit(*arguments)

    store.commit = refuse  # type: ignore[method-assign]  # the fault itself
    await working.event(*(succeeded(action, 1) for action in actions))
    assert {action.run_id for action in await _actions(working, 3)} == set(run_ids)


async def _actions(working: Cluster, count: int) -> list[messages.RunAction]:
    await eventually(lambda: all(working.sequence(run_id) == [1, 2] for run_id in working.database.runs))
    return await working.actions(count)


# --- what cannot be read ----------------------------------------------------------------------------------------------


def ill(action: messages.RunAction, **fields: Any) -> dict[str, Any]:
    return {"type": "action_succeeded", "run_id": str(action.run_id), "invocation": 1, "attempt": 1} | fields


@pytest.mark.parametrize(
    "break_event",
    [
        lambda data: data | {"unknown": 1},
        lambda data: data | {"duration_ms": "long"},
        lambda data: data | {"result": 1, "attempt": 1, "type": "action_failed"},
    ],
    ids=["unknown field", "wrong type", "without its error"],
)
async def test_an_answer_that_cannot_be_read_is_a_failure_of_its_attempt(
    working: Cluster, break_event: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    run_ids, actions = await start_three(working)
    good = [json.loads(succeeded(action, 1).model_dump_json()) for action in actions]
    items = [good[0], break_event(ill(actions[1])), good[2]]
    body = json.dumps({"v": 1, "minor": 0, "items": items}).encode()
    await working.client.publish([OutgoingMessage(names.EVENTS_EXCHANGE, names.event_key(actions[0].shard), body)])
    assert {action.run_id for action in await working.actions(2)} == {run_ids[0], run_ids[2]}
    finished = await working.finished()
    assert (finished.run_id, finished.status) == (run_ids[1], RunStatus.FAILED)
    assert finished.error["t"] == "warren.errors:ActionError"
    assert "its answer could not be read" in finished.error["args"][0]
    assert await working.dead() == ["bad_message"]


@pytest.mark.parametrize(
    "item",
    [
        1,
        None,
        [],
        {},
        {"type": []},
        {"type": "action_succeeded"},
        {"type": "action_succeeded", "run_id": 7},
        {"type": "nothing"},
    ],
    ids=str,
)
async def test_what_says_nothing_is_parked_and_its_neighbours_are_applied(working: Cluster, item: Any) -> None:
    run_ids, actions = await start_three(working)
    good = [json.loads(succeeded(action, 1).model_dump_json()) for action in actions]
    body = json.dumps({"v": 1, "minor": 0, "items": [*good, item]}).encode()
    await working.client.publish([OutgoingMessage(names.EVENTS_EXCHANGE, names.event_key(actions[0].shard), body)])
    assert {action.run_id for action in await working.actions(3)} == set(run_ids)
    assert await working.dead() == ["bad_message"]


async def test_nobody_can_send_what_only_a_coordinator_makes(working: Cluster) -> None:
    (action, *_), run_id = await working_action(working)
    event = messages.EventRejected(run_id=run_id, rejected="action_succeeded", number=1, attempt=1, error={})
    await working.event(event)
    await working.succeed([action], 2)
    await working.actions(1)
    assert working.sequence(run_id) == [1, 2]


async def working_action(working: Cluster) -> tuple[list[messages.RunAction], UUID]:
    run_id = await working.start(Twice, n=1)
    return await working.actions(1), run_id


async def test_a_message_of_a_newer_major_version_is_kept_until_it_can_be_read(working: Cluster) -> None:
    body = b'{"v":2,"items":[{"type":"action_done"}]}'
    await working.client.publish([OutgoingMessage(names.EVENTS_EXCHANGE, "0", body)])
    (kept,) = await eventually(lambda: list(working.database.quarantine.values()))
    assert (kept.body, kept.exchange, kept.routing_key) == (body, names.EVENTS_EXCHANGE, "0")
    assert "schema version 2" in kept.reason
    assert await working.dead() == []


async def test_a_run_that_cannot_be_loaded_keeps_its_events_until_it_can_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new release may mend it, or the one before: nothing is lost, and nobody else waits."""
    monkeypatch.setattr(quarantine_sweep, "_CHECK_SECONDS", 0.05)
    clock = FakeClock()
    async with cluster(clock=clock, coordinators=0) as made:
        await made.register(Twice)
        run_ids, actions = await start_three(made)
        broken = made.run(run_ids[1])
        program = made.database.programs.pop(broken.version)
        made.database.programs["another"] = program
        events = [succeeded(action, 1) for action in actions]
        await made.coordinator()
        await made.event(*events)
        await eventually(lambda: len(made.database.quarantine) == 3)  # all are of that program
        first = {each.id: each for each in made.database.quarantine.values()}
        assert all("its run cannot be loaded: UnknownWorkflow" in each.reason for each in first.values())
        assert {each.run_id for each in first.values()} == set(run_ids)
        await clock.advance(6)
        await eventually(lambda: all(each.tries == 1 for each in made.database.quarantine.values()))
        pauses = {each.next_try_at - clock.now() for each in made.database.quarantine.values()}
        assert pauses == {timedelta(seconds=10)}
        made.database.programs[broken.version] = program
        await clock.advance(11)
        assert {action.run_id for action in await made.actions(3)} == set(run_ids)
        await eventually(lambda: not made.database.quarantine)
