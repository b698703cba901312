"""Events and what they do: attempts and retries, timers, cancellation, task groups, and the queue of commands."""

from __future__ import annotations

import asyncio
import pathlib
from datetime import timedelta

import pytest
from tests.unit.engine.writing import answer_all, compile_text, start

from warren.contracts.messages import RunStatus
from warren.contracts.policies import is_retried
from warren.engine import ContinueRun, DispatchAction, FinishRun, StartTimer
from warren.errors import ActionTimeout, WorkerLost
from warren.testing import EngineDriver


class Mine(ConnectionError):
    pass


@pytest.mark.parametrize(
    ("error", "names", "retried"),
    [
        (ValueError(), None, True),
        (ValueError(), ["Exception"], True),
        (ValueError(), ["ValueError"], True),
        (ValueError(), ["KeyError"], False),
        (Mine(), ["OSError"], True),
        (Mine(), ["builtins.ConnectionError"], True),
        (Mine(), [f"{__name__}.Mine"], True),
        (Mine(), ["other.Mine"], False),
        (ActionTimeout(), None, False),
        (ActionTimeout(), ["Exception"], False),
        (ActionTimeout(), ["TimeoutError"], False),
        (ActionTimeout(), ["ActionTimeout"], True),
        (WorkerLost(), None, True),
        (KeyboardInterrupt(), None, False),
    ],
)
def test_which_errors_are_tried_again(error: BaseException, names: list[str] | None, retried: bool) -> None:
    assert is_retried(error, names) is retried


RETRIED = "return await self.run_action(act(x), retry=RetryPolicy(attempts=3, backoff_seconds={}))"


def test_a_failed_attempt_is_followed_by_the_next(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, RETRIED.format(0)), 5)
    for attempt in (1, 2):
        commands = driver.fail(1, ValueError(attempt))
        assert commands is not None
        assert [(command.invocation, command.attempt, command.args) for command in commands] == [(1, attempt + 1, [5])]
    driver.fail(1, ValueError("last"))
    assert driver.state.status is RunStatus.FAILED
    assert driver.state.error["args"] == ["last"]


def test_a_backoff_is_a_timer(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, RETRIED.format(2.5)), 5)
    commands = driver.fail(1, ValueError())
    assert commands == [StartTimer(2, driver.now + timedelta(seconds=2.5))]
    assert driver.state.pending_commands() == commands
    assert driver.state.wake_at == commands[0].due_at
    driver.restore(driver.snapshot())
    late = driver.history[0].commands[0]
    assert isinstance(late, DispatchAction)
    assert not driver.state.is_pending(late)
    commands = driver.fire()
    assert commands is not None
    assert [(command.invocation, command.attempt) for command in commands] == [(1, 2)]
    driver.succeed(1, "done")
    assert driver.outcome() == "done"


def test_a_result_of_an_earlier_attempt_is_ignored(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, RETRIED.format(0)), 5)
    first = driver.actions[1]
    driver.fail(1, ValueError())
    second = driver.actions[1]
    driver.actions[1] = first
    before = driver.snapshot()
    assert driver.succeed(1, "old") is None
    assert driver.snapshot() == before
    driver.actions[1] = second
    assert driver.succeed(1, "new") is not None
    assert driver.outcome() == "new"


def test_sleeps_end_in_the_order_of_their_times(tmp_path: pathlib.Path) -> None:
    body = """
    async def nap(seconds):
        await asyncio.sleep(seconds)
        order.append(seconds)
    order = []
    await asyncio.gather(nap(3), nap(1), nap(2), asyncio.sleep(0), asyncio.sleep(-1))
    return order
    """
    driver = start(compile_text(tmp_path, body))
    assert [command.due_at - driver.now for command in driver.timers.values()] == [
        timedelta(seconds=seconds) for seconds in (3, 1, 2)
    ]
    assert driver.state.wake_at == driver.now + timedelta(seconds=1)
    assert answer_all(driver).outcome() == [1, 2, 3]


def test_a_sleep_beyond_the_calendar_is_the_end_of_it(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, "await asyncio.sleep(10**15)"))
    assert driver.state.wake_at is not None
    assert driver.state.wake_at.year == 9999


CANCELLED = """
out = []
try:
    await act(1)
except asyncio.CancelledError:
    out.append("cancelled")
    await act(2)
    {end}
finally:
    out.append("finally")
return out
"""


def test_a_cancelled_run_may_tidy_up_and_then_ends_as_cancelled(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, CANCELLED.format(end="raise")))
    late = driver.actions[1]
    driver.cancel()
    assert not driver.state.is_pending(late)
    assert driver.state.status is RunStatus.RUNNING
    assert driver.cancel() is None
    driver.restore(driver.snapshot())
    driver.succeed(2, None)
    assert driver.state.status is RunStatus.CANCELLED


def test_a_run_that_swallows_its_cancellation_completes(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, CANCELLED.format(end="pass")))
    driver.cancel()
    driver.succeed(2, None)
    assert driver.outcome() == ["cancelled", "finally"]


def test_cancelling_reaches_through_gathers_and_calls(tmp_path: pathlib.Path) -> None:
    more = """
    async def inner(x):
        try:
            return await act(x)
        finally:
            await act("tidy")
    """
    driver = start(compile_text(tmp_path, "return await asyncio.gather(inner(1), inner(2))", more))
    driver.cancel()
    waiting = [command for command in driver.actions.values() if driver.state.is_pending(command)]
    assert [command.args for command in waiting] == [["tidy"], ["tidy"]]
    driver.succeed(waiting[0].invocation, None)
    assert driver.state.status is RunStatus.CANCELLED
    assert driver.state.pending_commands() == [FinishRun(driver.state.status, None, driver.state.error)]


GROUP = """
out = []
async def work(x):
    try:
        got = await act(x)
        if got == "fail":
            raise ValueError(x)
        return got
    except asyncio.CancelledError:
        out.append(["cancelled", x])
        raise
try:
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(work(n)) for n in (1, 2, 3)]
        {body}
except ExceptionGroup as error:
    out.append([str(error), [repr(one) for one in error.exceptions]])
return [out, [task.done() for task in tasks]]
"""


def test_a_task_group_waits_for_all(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, GROUP.format(body="pass")))
    for number in (3, 1, 2):
        assert not driver.is_finished
        driver.succeed(number, number)
    assert driver.outcome() == [[], [True, True, True]]


@pytest.mark.parametrize("evicted", [False, True])
@pytest.mark.parametrize("body", ["pass", "await asyncio.sleep(99)"])
def test_a_failed_task_cancels_the_others(tmp_path: pathlib.Path, body: str, evicted: bool) -> None:
    driver = start(compile_text(tmp_path, GROUP.format(body=body)))
    if evicted:
        driver.restore(driver.snapshot())
    driver.succeed(_of(driver, 2), "fail")
    out, done = driver.outcome()
    assert sorted(map(str, out[:2])) == ["['cancelled', 1]", "['cancelled', 3]"]
    assert out[2] == ["unhandled errors in a TaskGroup (1 sub-exception)", ["ValueError(2)"]]
    assert done == [True, True, True]


def _of(driver: EngineDriver, argument: int) -> int:
    return next(number for number, command in driver.actions.items() if command.args == [argument])


def test_a_body_that_raises_cancels_the_tasks(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, GROUP.format(body="await act('body')\n        raise KeyError('body')")))
    driver.succeed(next(n for n, command in driver.actions.items() if command.args == ["body"]), None)
    out, _ = driver.outcome()
    assert len(out) == 4
    assert out[3][1] == ["KeyError('body')"]


def test_a_timeout_cancels_what_is_inside(tmp_path: pathlib.Path) -> None:
    body = """
    try:
        async with asyncio.timeout(5):
            await act(1)
    except TimeoutError as error:
        return repr(error)
    """
    driver = start(compile_text(tmp_path, body))
    driver.restore(driver.snapshot())
    driver.fire()
    assert driver.outcome() == "TimeoutError()"


def test_a_timeout_that_is_not_needed_is_forgotten(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, "async with asyncio.timeout(5):\n    await act(1)\nreturn await act(2)"))
    timer = next(iter(driver.timers.values()))
    driver.succeed(_of(driver, 1), 1)
    assert not driver.state.is_pending(timer)
    assert driver.fire() is None
    driver.succeed(_of(driver, 2), 2)
    assert driver.outcome() == 2


@pytest.mark.parametrize("width", [999, 1_000, 1_001, 2_500])
def test_a_wide_gather_goes_on_with_a_continue(tmp_path: pathlib.Path, width: int) -> None:
    driver = start(compile_text(tmp_path, "return sum(await asyncio.gather(*[act(n) for n in range(x)]))"), width)
    while driver.continues:
        number = driver.continues[0]
        assert driver.state.pending_commands()[-1] == ContinueRun(number)
        driver.restore(driver.snapshot())
        driver.go_on()
    dispatched = [len([one for one in row.commands if isinstance(one, DispatchAction)]) for row in driver.history]
    assert sum(dispatched) == width
    assert max(dispatched) <= 1_000
    for number, command in list(driver.actions.items()):
        driver.succeed(number, command.args[0])
    assert driver.outcome() == sum(range(width))


def test_results_that_come_before_the_continue_count(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, "return len(await asyncio.gather(*[act(n) for n in range(1500)]))"))
    for number in list(driver.actions):
        driver.succeed(number, 1)
    driver.go_on()
    for number in list(driver.actions):
        driver.succeed(number, 1)
    assert driver.outcome() == 1500


def test_a_deadlock_is_said_to_be_one(tmp_path: pathlib.Path) -> None:
    body = """
    async def wait():
        return await tasks[0]
    tasks = []
    tasks.append(asyncio.create_task(wait()))
    return await tasks[0]
    """
    driver = start(compile_text(tmp_path, body))
    assert driver.state.status is RunStatus.FAILED
    assert "deadlock" in driver.state.error["args"][0] or "await on itself" in driver.state.error["args"][0]


def test_cancelled_errors_are_asyncios_own() -> None:
    from warren.engine.run.asyncio_errors import CancelledError

    assert CancelledError is asyncio.CancelledError
