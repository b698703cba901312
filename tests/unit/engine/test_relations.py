"""Children with handles and requests to other runs, event by event."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID

import pytest

import warren
from warren import (
    ChildTimeout,
    RetryPolicy,
    RunEnded,
    RunKeyTaken,
    Signal,
    Workflow,
    WorkflowCancelledError,
    action,
    run_handle,
    workflow,
)
from warren.contracts.limits import encode_error
from warren.contracts.messages import ChildFinished, RunStatus
from warren.engine import AskRun, CancelChild, StartChild, TerminateChild, dump_commands, load_commands
from warren.engine.run.asyncio_errors import CancelledError
from warren.errors import InvalidInput, UnsupportedPatternError
from warren.testing import EngineDriver

OTHER = UUID("01234567-0123-4567-8123-456789abcdef")


@action
async def wait(x: int) -> int:
    return x


@workflow
class Kin(Workflow):
    name = "relations-kin"
    notes = Signal[str]()

    async def run(self, n: int, *, more: int = 0) -> int:
        return await wait(n + more)


@workflow
class Policies(Workflow):
    name = "relations-policies"

    async def run(self, ends: str) -> int:
        for policy in ("cancel", "terminate", "abandon"):
            await Kin().start(1, _parent_close_policy=policy)
        task = asyncio.create_task(Kin().run(2))
        await asyncio.sleep(0)
        if ends == "raises":
            raise ValueError("no")
        if ends == "waits":
            await asyncio.sleep(100)
        return len([task])


@workflow
class Outcomes(Workflow):
    name = "relations-outcomes"

    async def run(self) -> list[Any]:
        child = await Kin().start(1, more=2, _key="a key")
        try:
            await child.result(timeout=5)
        except TimeoutError:
            warren.log("it goes on")
        tasks = [asyncio.create_task(child.result()) for _ in range(2)]
        await asyncio.sleep(1)
        tasks[0].cancel()
        found = await asyncio.gather(child.result(), *tasks, return_exceptions=True)
        return [type(found[1]).__name__, found[0], found[2]]


@workflow
class Tries(Workflow):
    name = "relations-tries"

    async def run(self, attempts: int, backoff: float, timeout: float | None = None) -> Any:
        policy = RetryPolicy(attempts=attempts, exception_types=["LookupError"], backoff_seconds=backoff)
        arguments = [1]
        child = await Kin().start(arguments[0], _retry=policy, _key="k", _execution_timeout=timeout)
        arguments[0] = 7
        stop = asyncio.create_task(self.stop(child))
        try:
            return [await child.result(), str(child.id)]
        except (ChildTimeout, WorkflowCancelledError) as error:
            return type(error).__name__
        finally:
            stop.cancel()

    async def stop(self, child: Any) -> None:
        await wait(0)
        await child.cancel("enough")


@workflow
class Asking(Workflow):
    name = "relations-asking"

    async def run(self, run_id: UUID) -> list[str]:
        other = run_handle(run_id)
        found = []
        for ask in (other.signal(Kin.notes, "a"), other.cancel("why"), other.cancel()):
            try:
                await ask
            except (InvalidInput, LookupError, RunEnded) as error:
                found.append(f"{type(error).__name__}: {error}")
            else:
                found.append("taken")
        return found


def evict(driver: EngineDriver) -> None:
    driver.restore(json.loads(json.dumps(driver.snapshot())))


def fails(driver: EngineDriver, invocation: int, error: BaseException) -> list[Any]:
    del driver.children[invocation]
    event = ChildFinished(
        run_id=driver.run_id, invocation=invocation, status=RunStatus.FAILED, error=encode_error(error)
    )
    return driver.apply(event) or []


def ends(driver: EngineDriver, invocation: int, result: Any) -> None:
    del driver.children[invocation]
    driver.apply(ChildFinished(run_id=driver.run_id, invocation=invocation, status=RunStatus.COMPLETED, result=result))


@pytest.mark.parametrize("how", ["returns", "raises", "cancelled", "terminated"])
def test_open_children_are_treated_as_their_policy_says_however_the_parent_ends(how: str) -> None:
    driver = EngineDriver.of(Policies, "waits" if how in ("cancelled", "terminated") else how)
    for _ in range(3):
        evict(driver)
        driver.begin_child(next(n for n, c in driver.children.items() if driver.state.start_child(n).awaits_start))
    ids = [command.run_id for command in driver.children.values()]
    if how == "cancelled":
        driver.cancel()
    elif how == "terminated":
        driver.terminate()
    last = driver.history[-1].commands
    assert driver.is_finished
    assert [c.run_id for c in last if isinstance(c, CancelChild)] == [ids[0], ids[3]]
    assert [c.run_id for c in last if isinstance(c, TerminateChild)] == [ids[1]]
    assert load_commands(dump_commands(last)) == last


def test_a_handle_gives_its_result_again_and_again_and_a_cancelled_waiter_leaves_the_child_alone() -> None:
    driver = EngineDriver.of(Outcomes)
    (command,) = driver.children.values()
    assert (command.input, command.key, command.awaits_start) == ({"n": 1, "more": 2}, "a key", True)
    driver.begin_child(1)
    assert driver.begin_child(1) is None, "the news comes twice"
    assert not driver.state.start_child(1).awaits_start
    driver.fire()
    evict(driver)
    driver.fire()
    assert not [c for row in driver.history for c in row.commands if isinstance(c, CancelChild)]
    evict(driver)
    ends(driver, 1, 42)
    assert driver.outcome() == ["CancelledError", 42, 42]


def test_the_outcome_of_a_child_says_that_it_was_there() -> None:
    driver = EngineDriver.of(Outcomes)
    ends(driver, 1, 42)
    driver.fire()
    assert driver.outcome() == ["int", 42, 42]


def test_a_refused_start_is_raised_where_it_was_asked_for() -> None:
    driver = EngineDriver.of(Outcomes)
    driver.refuse_child(1, RunKeyTaken("another run has it"))
    with pytest.raises(RunKeyTaken, match="another run has it"):
        driver.outcome()


def test_a_failed_child_is_started_again_with_the_same_arguments_as_a_run_of_its_own() -> None:
    driver = EngineDriver.of(Tries, 3, 5.0)
    first = driver.children[1]
    driver.begin_child(1)
    assert fails(driver, 1, LookupError("no"))[0].due_at > driver.now
    evict(driver)
    (second,) = driver.fire() or []
    assert isinstance(second, StartChild)
    assert (second.input, second.key) == (first.input, "k#2")
    assert second.run_id != first.run_id
    driver.begin_child(second.invocation)
    ends(driver, second.invocation, 5)
    assert driver.outcome() == [5, str(second.run_id)]
    assert [row.commands for row in driver.replay().history] == [row.commands for row in driver.history]


@pytest.mark.parametrize(
    ("error", "attempts"), [(ValueError("not covered"), 3), (LookupError("the last one"), 1)], ids=["other", "last"]
)
def test_other_failures_and_the_last_one_are_the_outcome(error: Exception, attempts: int) -> None:
    driver = EngineDriver.of(Tries, attempts, 5.0)
    driver.begin_child(1)
    fails(driver, 1, error)
    with pytest.raises(type(error)):
        driver.outcome()


def test_a_refused_second_start_is_not_tried_again() -> None:
    driver = EngineDriver.of(Tries, 5, 0.0)
    driver.begin_child(1)
    fails(driver, 1, LookupError("no"))
    (number,) = driver.children
    driver.refuse_child(number, LookupError("refused"))
    with pytest.raises(LookupError, match="refused"):
        driver.outcome()


def test_a_child_that_was_cancelled_is_not_started_again() -> None:
    driver = EngineDriver.of(Tries, 3, 5.0)
    driver.begin_child(1)
    driver.succeed(2, 0)
    (asked,) = driver.asked.values()
    assert asked == AskRun(asked.invocation, driver.children[1].run_id, "cancel", None, "enough")
    driver.answer(asked.invocation)
    fails(driver, 1, LookupError("no"))
    with pytest.raises(LookupError):
        driver.outcome()
    waiting = EngineDriver.of(Tries, 3, 5.0)
    waiting.begin_child(1)
    fails(waiting, 1, LookupError("no"))
    waiting.succeed(2, 0)
    assert waiting.outcome() == "WorkflowCancelledError"


def test_a_child_that_takes_too_long_is_ended() -> None:
    driver = EngineDriver.of(Tries, 1, 0.0, 60.0)
    driver.begin_child(1)
    child = driver.children[1].run_id
    evict(driver)
    assert driver.fire() is not None
    assert CancelChild(child) in driver.history[-1].commands
    assert driver.outcome() == "ChildTimeout"


def test_requests_are_answered_or_raise_what_refused_them() -> None:
    driver = EngineDriver.of(Asking, OTHER)
    assert driver.asked[1] == AskRun(1, OTHER, "signal", "notes", "a")
    assert driver.asked[1] in driver.state.pending_commands()
    evict(driver)
    driver.answer(1, LookupError("nobody"))
    driver.answer(2)
    driver.answer(3, RunEnded("over"))
    assert driver.outcome() == ["LookupError: nobody", "taken", "taken"]
    assert driver.history[1].commands == [AskRun(2, OTHER, "cancel", None, "why")]


def test_what_is_no_option_of_a_child_is_refused_with_what_to_write() -> None:
    with pytest.raises(UnsupportedPatternError) as caught:

        @workflow
        class Wrong(Workflow):
            name = "relations-wrong"

            async def run(self) -> None:
                await Kin().start(1, _run_id=OTHER)
                await Kin().start(1, _execution_timeout=-1)
                await Kin().start(1, _retry=3)
                await Kin().start(1, _key=str(1), more=int("2"))

    text = str(caught.value)
    assert "a child run has no option _run_id=" in text
    assert "`handle.id` tells it" in text
    assert "_execution_timeout must be a positive number of seconds" in text
    assert "`_retry=RetryPolicy(attempts=3)`" in text
    assert "_key= stands before an argument of run(), and both call something" in text


async def test_options_of_a_child_are_no_options_of_a_start() -> None:
    with pytest.raises(TypeError, match="_retry is an option of a child run"):
        await Kin().start(1, _retry=RetryPolicy(attempts=2))


def test_a_cancelled_start_gives_the_child_up() -> None:
    driver = EngineDriver.of(Outcomes)
    driver.cancel("no more")
    assert CancelChild(driver.children[1].run_id) in driver.history[-1].commands
    assert driver.state.status is RunStatus.CANCELLED
    assert issubclass(CancelledError, BaseException)
