"""Waits of any length: the same natively and in the engine, whatever a date can hold; nonsense is the same error."""

from __future__ import annotations

import asyncio
import math
import pathlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from tests.fuzz.running import Runner

from warren import RetryPolicy, Workflow, action, workflow
from warren.contracts.moments import LAST_MOMENT, LONGEST_SECONDS, moment_after
from warren.engine import DispatchAction
from warren.sdk.context import ActionContext, action_context
from warren.sdk.invoke import invoke_action
from warren.testing import EngineDriver, WorkflowEnvironment

HEAD = """
import asyncio, math
from datetime import timedelta
from decimal import Decimal
from warren import RetryPolicy
"""
PROGRAMS = [
    "return [await asyncio.sleep(1e15, 'late'), await act(1), await asyncio.sleep(1e300, 'later'), await act(2)]",
    "return await asyncio.gather(asyncio.sleep(10**15, 'late'), act(1), asyncio.sleep(1, 'soon'))",
    """
    tasks = [asyncio.create_task(asyncio.sleep(delay)) for delay in (math.inf, 1e308, 10**300, 1e15)]
    await act(1)
    for task in tasks:
        task.cancel()
    return [type(e).__name__ for e in await asyncio.gather(*tasks, return_exceptions=True)]
    """,
    """
    out = []
    for limit in (1e15, 1e300, math.inf, 10**18, None):
        async with asyncio.timeout(limit):
            out.append(await act(1))
        out.append(await asyncio.wait_for(act(2), limit))
    return out
    """,
    """
    try:
        async with asyncio.timeout(1):
            await asyncio.sleep(math.inf)
    except TimeoutError:
        return await act('over')
    """,
    """
    try:
        await asyncio.wait_for(asyncio.sleep(1e15), 5)
    except TimeoutError:
        return await act('over')
    """,
    """
    out = []
    for delay in (10**400, -10**400):
        try:
            out.append(await asyncio.sleep(delay))
        except OverflowError as e:
            out.append(str(e))
    try:
        async with asyncio.timeout(10**400):
            out.append(await act(1))
    except OverflowError as e:
        out.append(str(e))
    return out
    """,
    """
    out = []
    for limit in (math.inf, 1e15, 1e300, 10**400, timedelta.max, 0.5, 1, timedelta(seconds=2), None):
        out.append(await self.run_action(act(1), timeout=limit))
    return out
    """,
    """
    out = []
    for limit in (math.nan, -math.inf, 0, 0.0, -1, -1e300, -10**400, True, False, '1', timedelta(0), timedelta(-1),
                  Decimal(1), [1], {}):
        try:
            out.append(await self.run_action(act(1), timeout=limit))
        except (TypeError, ValueError) as e:
            out.append(f'{type(e).__name__}: {e}')
    return out
    """,
    """
    out = []
    for pause in (math.inf, math.nan, -1, -math.inf, -10**400, True, '1', timedelta(1)):
        try:
            out.append(repr(RetryPolicy(backoff_seconds=pause)))
        except ValueError as e:
            out.append(str(e))
    return out
    """,
    """
    out = []
    for pause in (1e15, 1e300, 10**400, 0.0, None, 3):
        try:
            await self.run_action(fail(1), retry=RetryPolicy(attempts=2, backoff_seconds=pause))
        except ValueError as e:
            out.append(repr(e))
    return out
    """,
]


@pytest.mark.parametrize("program", range(len(PROGRAMS)))
def test_a_program_that_waits_long(tmp_path: pathlib.Path, program: int) -> None:
    verdict = Runner(tmp_path, orders=3).check_text(f"far_{program}", PROGRAMS[program], HEAD)
    assert verdict.outcome == "same", verdict.detail


# --- what comes of it in the engine -----------------------------------------------------------------------------------


@action
async def answer() -> float | None:
    deadline = action_context().deadline
    return None if deadline is None else (deadline - datetime.now(UTC)).total_seconds()


@workflow
class SleepsFar(Workflow):
    async def run(self, seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "woken"


@workflow
class LimitedFar(Workflow):
    async def run(self, seconds: float) -> float | None:
        return await self.run_action(answer(), timeout=seconds, retry=RetryPolicy(attempts=2, backoff_seconds=1e300))


@workflow
class NotANumber(Workflow):
    async def run(self, how: str) -> None:
        if how == "sleep":
            await asyncio.sleep(math.nan)
        elif how == "wait_for":
            await asyncio.wait_for(answer(), math.nan)
        async with asyncio.timeout(math.nan):
            await answer()


@pytest.mark.parametrize("seconds", [math.inf, 1e15, 1e300, 251_700_000_000.0])
def test_a_sleep_beyond_all_dates_is_due_at_the_last_moment(seconds: float) -> None:
    driver = EngineDriver.of(SleepsFar, seconds)
    assert [timer.due_at for timer in driver.timers.values()] == [LAST_MOMENT]
    assert driver.state.wake_at == LAST_MOMENT
    driver.restore(driver.snapshot())
    driver.fire()
    assert driver.outcome() == "woken"


@pytest.mark.parametrize(
    ("seconds", "wanted"),
    [(math.inf, None), (1e15, LONGEST_SECONDS), (1e300, LONGEST_SECONDS), (LONGEST_SECONDS, LONGEST_SECONDS), (5, 5)],
)
async def test_a_timeout_that_is_sent_is_one_that_a_worker_can_keep(seconds: float, wanted: float | None) -> None:
    environment = WorkflowEnvironment()
    left = await environment.run_workflow(LimitedFar, seconds)
    (command,) = (
        each for row in environment.driver.history for each in row.commands if isinstance(each, DispatchAction)
    )
    assert command.timeout_seconds == wanted
    assert left is None if wanted is None else wanted - 5 < left <= wanted


@pytest.mark.parametrize("seconds", [math.inf, math.nan, 1e15, 1e300])
async def test_a_worker_keeps_any_timeout_that_somebody_sends(seconds: float) -> None:
    """The message may come from an older coordinator, or from elsewhere."""
    key = f"{__name__}:answer"
    context = ActionContext(EngineDriver.of(SleepsFar, 1).run_id, "w", 1, 1, key)
    left = await invoke_action(key, [], {}, context, seconds)
    assert left is None if not seconds < math.inf else left > LONGEST_SECONDS - 60


@pytest.mark.parametrize("how", ["sleep", "timeout", "wait_for"])
def test_a_delay_that_is_not_a_number_is_an_error_that_says_so(how: str) -> None:
    """Before 3.13, asyncio takes it and waits for no moment at all."""
    driver = EngineDriver.of(NotANumber, how)
    assert driver.is_finished
    with pytest.raises(ValueError, match=r"^Invalid delay: NaN \(not a number\)$"):
        driver.outcome()


@pytest.mark.parametrize("timeout", ["-1", "0", "-0.5", "True", "'soon'", "(1,)", "[]"])
def test_a_wrong_timeout_that_is_written_out_is_refused_at_import(tmp_path: pathlib.Path, timeout: str) -> None:
    from warren import UnsupportedPatternError

    with pytest.raises(UnsupportedPatternError, match="timeout must be a positive number of seconds or a timedelta"):
        Runner(tmp_path).check_text(f"wrong_{abs(hash(timeout))}", f"await self.run_action(act(1), timeout={timeout})")


@pytest.mark.parametrize("start", [datetime(2026, 1, 1, tzinfo=UTC), LAST_MOMENT - timedelta(seconds=1), LAST_MOMENT])
def test_no_moment_is_after_the_last_one(start: datetime) -> None:
    assert moment_after(start, 0) == start
    assert moment_after(start, -1) == start - timedelta(seconds=1)
    far: tuple[Any, ...] = (math.inf, 1e300, 1e12, 10**400)
    assert {moment_after(start, seconds) for seconds in far} == {LAST_MOMENT}
    for hours in (-12, 14):
        LAST_MOMENT.astimezone(tz=None)
        LAST_MOMENT.replace(tzinfo=UTC) + timedelta(hours=hours)
