"""`EngineDriver`: a run fed by hand, event by event."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from warren import Workflow, WorkflowCancelledError, action, workflow
from warren.contracts.messages import ActionSucceeded, RunStatus
from warren.testing import DEFAULT_START, EngineDriver


@action
async def step(name: str) -> str:
    raise NotImplementedError("the driver answers for it")


@workflow
class Steps(Workflow):
    async def run(self, last: str = "z") -> list[str]:
        both = await asyncio.gather(step("a"), step("b"))
        await asyncio.sleep(60)
        return [*both, await step(last)]


def names(driver: EngineDriver) -> dict[str, int]:
    return {command.args[0]: invocation for invocation, command in driver.actions.items()}


def test_results_in_any_order() -> None:
    driver = EngineDriver.of(Steps, last="c")
    waiting = names(driver)
    assert set(waiting) == {"a", "b"}
    driver.succeed(waiting["b"], "B")
    driver.succeed(waiting["a"], "A")
    assert driver.actions == {}
    driver.fire()
    assert driver.now == DEFAULT_START + timedelta(seconds=60)
    assert not driver.is_finished
    with pytest.raises(RuntimeError, match="not finished"):
        driver.outcome()
    driver.succeed(names(driver)["c"], "C")
    assert driver.is_finished
    assert driver.outcome() == ["A", "B", "C"]
    assert [row.seq for row in driver.history] == [1, 2, 3, 4, 5]


def test_snapshot_restore_and_replay_at_every_point() -> None:
    driver = EngineDriver.of(Steps)
    while not driver.is_finished:
        driver.restore(driver.snapshot())
        again = driver.replay()
        assert again.snapshot() == driver.snapshot()
        assert (again.actions, again.timers) == (driver.actions, driver.timers)
        if driver.actions:
            driver.succeed(min(driver.actions), "x")
        else:
            driver.fire()
    assert driver.outcome() == ["x", "x", "x"]


def test_duplicates_change_nothing() -> None:
    driver = EngineDriver.of(Steps)
    invocation = names(driver)["a"]
    driver.succeed(invocation, "A")
    duplicate = ActionSucceeded(run_id=driver.run_id, invocation=invocation, attempt=1, result="other")
    assert driver.apply(duplicate) is None
    assert driver.ignored == [duplicate]
    assert len(driver.history) == 2


def test_failures_and_cancellation_are_raised() -> None:
    driver = EngineDriver.of(Steps)
    driver.fail(names(driver)["a"], ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        driver.outcome()
    driver = EngineDriver.of(Steps)
    driver.cancel("enough")
    assert driver.state.status is RunStatus.CANCELLED
    with pytest.raises(WorkflowCancelledError):
        driver.outcome()
