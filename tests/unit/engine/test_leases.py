"""Rules of leases: what a worker says about a long attempt, in whatever order it arrives."""

from __future__ import annotations

import pathlib
from datetime import timedelta
from typing import Any

import pytest
from tests.unit.engine.writing import compile_text, start

from warren.contracts import messages as m
from warren.engine import apply
from warren.testing import EngineDriver


@pytest.fixture
def driver(tmp_path: pathlib.Path) -> EngineDriver:
    return start(compile_text(tmp_path, "return await act(1)"))


def said(driver: EngineDriver, kind: Any, worker: str = "w1") -> m.RunEvent:
    event: m.RunEvent = kind(run_id=driver.run_id, invocation=1, attempt=1, worker=worker, lease_seconds=60)
    return event


def expired(driver: EngineDriver, worker: str = "w1") -> m.LeaseExpired:
    return m.LeaseExpired(run_id=driver.run_id, invocation=1, attempt=1, worker=worker)


def test_a_start_is_recorded_although_a_heartbeat_came_first(driver: EngineDriver) -> None:
    """Else only this process would know of the lease, and nobody would see it end."""
    assert driver.apply(said(driver, m.ActionHeartbeat)) is None
    assert driver.apply(said(driver, m.ActionStarted)) == []
    assert [type(row.event) for row in driver.history] == [m.RunStarted, m.ActionStarted]
    assert driver.replay().state.leases.held.keys() == {1}


def test_a_heartbeat_moves_the_end_of_its_own_lease_only(driver: EngineDriver) -> None:
    driver.apply(said(driver, m.ActionStarted))
    ends = driver.state.wake_at
    assert ends is not None
    driver.now += timedelta(seconds=30)
    driver.apply(said(driver, m.ActionHeartbeat, "w2"))
    assert driver.state.wake_at == ends
    driver.apply(said(driver, m.ActionHeartbeat))
    assert driver.state.wake_at == ends + timedelta(seconds=30)


def test_a_heartbeat_after_the_lease_was_lost_brings_it_not_back(driver: EngineDriver) -> None:
    driver.apply(said(driver, m.ActionStarted))
    driver.now += timedelta(seconds=61)
    (again,) = driver.apply(expired(driver)) or []
    driver.apply(said(driver, m.ActionHeartbeat))
    assert driver.state.pending_commands() == [again]


def test_a_second_start_of_the_same_worker_is_no_news(driver: EngineDriver) -> None:
    assert driver.apply(said(driver, m.ActionStarted)) == []
    assert driver.apply(said(driver, m.ActionStarted)) is None
    assert driver.apply(said(driver, m.ActionStarted, "w2")) == []


def test_what_the_history_records_is_a_transition_whatever_was_known(driver: EngineDriver) -> None:
    """A coordinator may have known less of heartbeats, or of the lease, when it was recorded."""
    started = said(driver, m.ActionStarted)
    for seq in (2, 3):
        assert apply(driver.executable, driver.state, started, driver.now, is_recorded=True) == (started, [])
        assert driver.state.seq == seq


def test_an_action_that_was_cancelled_leaves_no_lease(tmp_path: pathlib.Path) -> None:
    """Else its end, a lease later, would be about an action that the run does not know any more."""
    body = """
    try:
        async with asyncio.timeout(10):
            await act(1)
    except TimeoutError:
        return await act(2)
    """
    driver = start(compile_text(tmp_path, body))
    (invocation,) = driver.actions
    about = {"run_id": driver.run_id, "invocation": invocation, "attempt": 1, "worker": "w1"}
    driver.apply(m.ActionStarted(**about, lease_seconds=60))
    driver.fire()
    assert driver.state.wake_at is None
    driver.now += timedelta(seconds=100)
    driver.apply(m.ActionHeartbeat(**about, lease_seconds=60))
    assert driver.apply(m.LeaseExpired(**about)) is None
    assert driver.succeed_encoded(max(driver.actions), 7) is not None
    assert driver.outcome() == 7


def test_a_run_that_has_ended_has_no_lease(driver: EngineDriver) -> None:
    driver.apply(said(driver, m.ActionStarted))
    driver.cancel()
    assert driver.is_finished
    assert driver.state.wake_at is None
