"""Rules of attempts besides their results: what heartbeats say, and attempts that another system completes."""

from __future__ import annotations

import itertools
import json
import pathlib
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.engine.writing import compile_text, start

from warren import ActionTimeout
from warren.contracts import messages as m
from warren.contracts.task_tokens import write_token
from warren.contracts.values import encode_exception
from warren.engine import DispatchAction, StartTimer, dump_commands, expired_leases, load_commands, may_be_ahead
from warren.engine.run.leases import MOST_HEARD, RECORD_AFTER
from warren.testing import EngineDriver

RETRIED = """
return await self.run_action(act(1), retry=RetryPolicy(attempts=3, exception_types=["Exception", "ActionTimeout"]))
"""
TIMED = """
return await self.run_action(
    act(1), timeout=60, retry=RetryPolicy(attempts=2, exception_types=["ActionTimeout"])
)
"""
BACKED_OFF = "return await self.run_action(act(1), retry=RetryPolicy(attempts=2, backoff_seconds=5))"
FAILURE = encode_exception(ValueError("no"))


def details(number: int, value: Any = None) -> m.Details:
    return m.Details(number=number, value=number if value is None else value)


def attempt_of(driver: EngineDriver, attempt: int = 1, **more: Any) -> dict[str, Any]:
    return {"run_id": driver.run_id, "invocation": 1, "attempt": attempt, **more}


def started(driver: EngineDriver, said: m.Details | None = None, worker: str = "w1") -> m.ActionStarted:
    return m.ActionStarted(**attempt_of(driver), worker=worker, lease_seconds=60, details=said)


def beat(driver: EngineDriver, said: m.Details | None = None, worker: str = "w1") -> m.ActionHeartbeat:
    return m.ActionHeartbeat(**attempt_of(driver), worker=worker, lease_seconds=60, details=said)


def token(driver: EngineDriver, attempt: int = 1) -> str:
    return write_token(driver.run_id, 1, attempt)


@pytest.fixture
def driver(tmp_path: pathlib.Path) -> EngineDriver:
    return start(compile_text(tmp_path, RETRIED))


@pytest.fixture
def timed(tmp_path: pathlib.Path) -> EngineDriver:
    return start(compile_text(tmp_path, TIMED))


def dispatched(commands: Any) -> DispatchAction:
    (command,) = commands
    assert isinstance(command, DispatchAction)
    return command


# --- details ----------------------------------------------------------------------------------------------------------


def test_the_attempt_after_a_failure_gets_what_the_last_heartbeat_said(driver: EngineDriver) -> None:
    again = dispatched(driver.fail(1, ValueError("no"), details=details(4, {"page": 7})))
    assert (again.attempt, again.details) == (2, details(4, {"page": 7}))
    assert load_commands(dump_commands([again])) == [again]
    assert dispatched(driver.fail(1, ValueError("no"))).details == again.details, "the third attempt still has them"


def test_without_heartbeats_nothing_is_in_any_command(driver: EngineDriver) -> None:
    again = dispatched(driver.fail(1, ValueError("no")))
    assert again.details is None
    assert "details" not in dump_commands([again])
    assert not driver.state.leases.is_used


def test_the_attempt_after_a_backoff_gets_them_too(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, BACKED_OFF))
    (timer,) = driver.fail(1, ValueError("no"), details=details(2)) or []
    assert isinstance(timer, StartTimer)
    assert dispatched(driver.fire()).details == details(2)


def test_what_a_lost_worker_said_is_recorded_with_the_end_of_its_lease(driver: EngineDriver) -> None:
    driver.apply(started(driver))
    driver.now += timedelta(seconds=30)
    assert driver.apply(beat(driver, details(3))) is None, "it is soon enough after the start to be kept in memory"
    driver.now += timedelta(seconds=61)
    (event,) = expired_leases(driver.state, driver.now)
    assert event.details == details(3)
    assert dispatched(driver.apply(event.model_copy(update={"details": None}))).details == details(3)
    assert driver.history[-1].event == event, "whoever proposed it may have known less"
    again = driver.replay()
    assert again.state.pending_commands() == driver.state.pending_commands()


def test_details_are_recorded_a_minute_later_and_then_less_and_less_often(driver: EngineDriver) -> None:
    driver.apply(started(driver, details(1)))
    seconds = 4 * 3600
    for number in range(2, seconds // 10):
        driver.now += timedelta(seconds=10)
        driver.apply(beat(driver, details(number)))
    recorded = [row for row in driver.history if isinstance(row.event, m.ActionHeartbeat)]
    ages = [after.at - before.at for before, after in itertools.pairwise(recorded)]
    assert min(ages) >= RECORD_AFTER
    assert max(ages) <= timedelta(seconds=seconds) / 9
    assert len(recorded) < 50
    again = driver.replay()
    assert again.state.seq == driver.state.seq
    known = again.state.leases.details[1]
    assert 0.85 * seconds / 10 < known.number <= driver.state.leases.details[1].number


def test_a_heartbeat_with_the_same_details_is_never_recorded(driver: EngineDriver) -> None:
    driver.apply(started(driver, details(1)))
    driver.now += timedelta(minutes=10)
    driver.apply(started(driver))
    assert driver.apply(beat(driver, details(1))) is None
    assert driver.apply(beat(driver)) is None


def test_details_never_go_back(driver: EngineDriver) -> None:
    driver.apply(started(driver, details(5)))
    driver.apply(beat(driver, details(4)))
    driver.apply(beat(driver, details(9), worker="another"))
    assert driver.state.leases.details[1] == details(5)
    assert dispatched(driver.fail(1, ValueError("no"), details=details(3))).details == details(5)
    event = driver.history[-1].event
    assert isinstance(event, m.ActionFailed)
    assert event.details == details(5), "what the next attempt got is in the history"


def test_workers_that_were_lost_too_often_leave_their_details(driver: EngineDriver) -> None:
    driver.apply(started(driver, details(2)))
    for _ in range(3):
        driver.apply(started(driver))
        driver.now += timedelta(seconds=61)
        (event,) = expired_leases(driver.state, driver.now)
        commands = driver.apply(event)
    assert (dispatched(commands).attempt, dispatched(commands).details) == (2, details(2))


def test_nothing_is_left_of_an_invocation_that_was_answered(driver: EngineDriver) -> None:
    driver.apply(started(driver, details(2)))
    driver.succeed(1, 7)
    leases = driver.state.leases
    assert [leases.details, leases.held, leases.elsewhere, leases.lost] == [{}] * 4


# --- elsewhere --------------------------------------------------------------------------------------------------------


def test_a_deferred_attempt_is_completed_by_its_token(driver: EngineDriver) -> None:
    driver.apply(started(driver))
    assert driver.defer(1) == []
    assert driver.state.pending_commands() == []
    assert driver.state.wake_at is None, "no lease holds it"
    driver.answer_elsewhere(token(driver), result={"paid": 5})
    assert driver.outcome() == {"paid": 5}
    assert driver.replay().state.result == driver.state.result


def test_nobody_is_sent_a_deferred_attempt_again(driver: EngineDriver) -> None:
    (first,) = driver.state.pending_commands()
    driver.apply(started(driver))
    driver.defer(1)
    late = [
        started(driver),
        beat(driver),
        m.LeaseExpired(**attempt_of(driver), worker="w1"),
        m.ActionFailed(**attempt_of(driver), error=FAILURE),
        m.ActionSucceeded(**attempt_of(driver), result=1),
        m.ActionDeferred(**attempt_of(driver)),
    ]
    driver.now += timedelta(days=1)
    assert [driver.apply(event) for event in late] == [None] * len(late)
    assert not driver.state.is_pending(first)
    assert driver.state.pending_commands() == []
    assert not driver.is_finished


def test_a_completion_may_come_before_the_worker_has_let_go(driver: EngineDriver) -> None:
    driver.apply(started(driver))
    driver.answer_elsewhere(token(driver), result=1)
    assert driver.outcome() == 1
    assert driver.apply(m.ActionDeferred(**attempt_of(driver))) is None


def test_a_failure_from_elsewhere_is_tried_again_with_a_new_token(driver: EngineDriver) -> None:
    driver.defer(1, details=details(1, "a"))
    driver.progress_elsewhere(token(driver), "b")
    again = dispatched(driver.answer_elsewhere(token(driver), error=FAILURE))
    assert (again.attempt, again.details) == (2, details(2, "b"))
    assert driver.answer_elsewhere(token(driver), result=1) is None, "the first attempt's token is an old one"
    driver.defer(1)
    driver.answer_elsewhere(token(driver, 2), result=2)
    assert driver.outcome() == 2


def test_the_same_completion_is_the_same_event_and_another_one_is_not(driver: EngineDriver) -> None:
    driver.defer(1)
    driver.answer_elsewhere(token(driver), result=1)
    recorded = driver.history[-1].event
    for result, is_same in ((1, True), (2, False)):
        event = m.ActionAnswered(**attempt_of(driver), id="another", result=result)
        assert driver.apply(event) is None
        assert event.is_recorded_as(recorded) == is_same
    assert "has been answered" in str(event.not_taken())


def test_a_heartbeat_from_elsewhere_that_comes_again_changes_nothing(driver: EngineDriver) -> None:
    """Else an older one would replace a later one after the death of a coordinator."""
    driver.defer(1)
    said = [m.ActionProgressed(**attempt_of(driver), id=text, details=text) for text in ("a", "b")]
    assert [driver.apply(event) for event in said] == [[], []]
    assert [driver.apply(event) for event in said] == [None, None]
    assert driver.state.leases.details[1].value == "b"
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    assert driver.apply(said[0]) is None


def test_what_an_attempt_gets_is_in_the_history_though_its_heartbeats_are_not(driver: EngineDriver) -> None:
    """A replay has no heartbeats: it must send the next attempt what the run did."""
    driver.apply(started(driver, details(1)))
    driver.apply(beat(driver, details(3, "x")))
    assert [row.event.type for row in driver.history] == ["run_started", "action_started"]
    live = dispatched(driver.answer_elsewhere(token(driver), error=FAILURE))
    assert live.details == details(3, "x")
    assert driver.replay().actions[1] == live


def test_progress_has_its_number_in_the_history(driver: EngineDriver) -> None:
    driver.apply(started(driver, details(1)))
    driver.apply(beat(driver, details(6)))
    driver.progress_elsewhere(token(driver), "later")
    assert driver.state.leases.details[1] == details(7, "later")
    assert driver.replay().state.leases.details[1] == details(7, "later")


def test_what_is_said_from_elsewhere_takes_no_room_of_other_requests(driver: EngineDriver) -> None:
    driver.defer(1)
    said = [m.ActionProgressed(**attempt_of(driver), id=f"{n}", details=n) for n in range(MOST_HEARD + 20)]
    assert [driver.apply(event) for event in said] == [[]] * len(said)
    assert not driver.state.requests
    assert [driver.apply(event) for event in said[20:]] == [None] * MOST_HEARD
    driver.answer_elsewhere(token(driver), result=1)
    assert driver.state.leases.heard == {}


def test_the_timeout_goes_on_elsewhere(timed: EngineDriver) -> None:
    began = timed.now
    (timer,) = timed.apply(m.ActionDeferred(**attempt_of(timed), duration_ms=20_000)) or []
    assert isinstance(timer, StartTimer)
    assert timer.due_at == began + timedelta(seconds=40)
    assert timed.state.pending_commands() == [timer]
    timed.actions.pop(1)
    assert dispatched(timed.fire()).attempt == 2
    timed.defer(1)
    timed.fire()
    error = timed.failure()
    assert isinstance(error, ActionTimeout)
    assert "took longer than 60 s; it was to be completed elsewhere" in str(error)
    assert timed.replay().state.error == timed.state.error


def test_a_completion_ends_the_timeout(timed: EngineDriver) -> None:
    timed.defer(1)
    timed.answer_elsewhere(token(timed), result=1)
    assert timed.state.wake_at is None
    assert timed.outcome() == 1


def test_an_action_that_is_cancelled_takes_no_completion(tmp_path: pathlib.Path) -> None:
    body = """
    try:
        async with asyncio.timeout(10):
            await self.run_action(act(1), timeout=1000)
    except TimeoutError:
        return await act(2)
    """
    driver = start(compile_text(tmp_path, body))
    (invocation,) = driver.actions
    about = write_token(driver.run_id, invocation, 1)
    driver.defer(invocation)
    driver.fire()
    assert driver.state.wake_at is None, "its timeout has gone with it"
    assert driver.answer_elsewhere(about, result=1) is None
    assert driver.progress_elsewhere(about, 1) is None


def test_a_snapshot_keeps_what_is_elsewhere(timed: EngineDriver) -> None:
    timed.apply(started(timed, details(3, [1])))
    timed.defer(1, details=details(4, [2]))
    timed.restore(json.loads(json.dumps(timed.snapshot())))
    assert timed.state.leases.details == {1: details(4, [2])}
    assert [type(command) for command in timed.state.pending_commands()] == [StartTimer]
    assert dispatched(timed.fire()).details == details(4, [2])


def test_a_snapshot_without_these_can_be_read(driver: EngineDriver) -> None:
    driver.apply(started(driver))
    snapshot = driver.snapshot()
    held = [each[:5] for each in snapshot["leases"]["held"]]
    driver.restore(snapshot | {"format": 5, "leases": {"held": held, "losses": []}})
    assert driver.state.leases.held.keys() == {1}
    driver.now += timedelta(seconds=1)
    driver.apply(beat(driver, details(1)))
    assert driver.state.leases.details == {1: details(1)}


def test_who_may_know_less_looks_again(driver: EngineDriver) -> None:
    """Another coordinator may have dispatched the attempt that an event is about."""
    for kind in (m.ActionDeferred, m.ActionAnswered, m.ActionProgressed):
        more: dict[str, Any] = {} if kind is m.ActionDeferred else {"id": "x"}
        more |= {"details": 1} if kind is m.ActionProgressed else {}
        assert may_be_ahead(driver.state, kind(**attempt_of(driver, 2), **more))  # type: ignore[operator]  # a union
        assert not may_be_ahead(driver.state, kind(**attempt_of(driver, 1), **more))  # type: ignore[operator]
