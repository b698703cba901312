"""Requests that end a run, have it stand still or go on; and which actions workers are told to stop."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from warren import RetryPolicy, RunTerminated, Workflow, WorkflowCancelledError, action, query, signal, update, workflow
from warren.contracts import messages as m
from warren.engine import (
    CancelActions,
    CancelChild,
    DispatchAction,
    FinishRun,
    StartTimer,
    dump_commands,
    load_commands,
    may_be_ahead,
    overdue,
)
from warren.engine.values.limits import MAX_COMMANDS
from warren.testing import EngineDriver


@action
async def act(x: Any = None) -> Any: ...


@workflow
class Cleans(Workflow):
    name = "control-cleans"

    async def run(self, swallows: bool = False) -> list[object]:
        try:
            await act("work")
        except asyncio.CancelledError as error:
            await act("clean up")
            if swallows:
                return [str(error), *error.args]
            raise
        return []


@workflow
class Part(Workflow):
    name = "control-part"

    async def run(self) -> int:
        return await act("part")


@workflow
class Partial(Workflow):
    """Parts of it are cancelled, in each of asyncio's ways."""

    name = "control-partial"

    async def fails(self) -> None:
        await act("fails")

    async def run(self, how: str) -> str:
        if how == "timeout":
            try:
                async with asyncio.timeout(5):
                    await asyncio.gather(act("a"), act("b"))
            except TimeoutError:
                pass
        elif how == "task":
            task = asyncio.create_task(act("a"))
            await act("b")
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        elif how == "group":
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.fails())
                    group.create_task(act("a"))
            except ExceptionGroup:
                pass
        elif how == "wait_for":
            try:  # noqa: SIM105 - workflow code
                await asyncio.wait_for(act("a"), 5)
            except TimeoutError:
                pass
        elif how == "retrying":
            try:
                async with asyncio.timeout(5):
                    await self.run_action(act("a"), retry=RetryPolicy(attempts=2, backoff_seconds=60))
            except TimeoutError:
                pass
        return str(await act("after"))


@workflow
class Waits(Workflow):
    name = "control-waits"

    def __init__(self) -> None:
        self.n = 0

    @signal
    def add(self, n: int) -> None:
        self.n += n

    @query
    def total(self) -> int:
        return self.n

    @update
    def added(self, n: int) -> int:
        self.n += n
        return self.n

    @update
    async def fetched(self) -> Any:
        return await act("fetched")

    async def run(self) -> list[object]:
        first = asyncio.create_task(self.run_action(act(1), retry=RetryPolicy(attempts=3)))
        second = asyncio.create_task(act(2))
        await asyncio.sleep(60)
        await self.wait_until(lambda: self.n >= 3)
        return [await first, await second, await act(self.n)]


@workflow
class Parent(Workflow):
    name = "control-parent"

    async def run(self) -> int:
        return await Part().run()


@workflow
class Wide(Workflow):
    name = "control-wide"

    async def run(self, n: int) -> int:
        await asyncio.gather(*[asyncio.sleep(10 + i) for i in range(n)])
        return n


def stops(commands: Any) -> list[tuple[int, int]]:
    return [attempt for command in commands if isinstance(command, CancelActions) for attempt in command.attempts]


def dispatched(commands: Any) -> list[Any]:
    return [command.args[0] for command in commands if isinstance(command, DispatchAction)]


# --- cancel -----------------------------------------------------------------------------------------------------------


def test_the_reason_is_the_text_of_the_error_and_of_the_end() -> None:
    driver = EngineDriver.of(Cleans)
    commands = driver.cancel("no budget")
    assert commands is not None
    assert (dispatched(commands), stops(commands)) == (["clean up"], [(1, 1)])
    driver.succeed(2)
    assert driver.state.status is m.RunStatus.CANCELLED
    with pytest.raises(WorkflowCancelledError, match="no budget"):
        driver.outcome()


def test_without_a_reason_the_error_has_no_arguments() -> None:
    driver = EngineDriver.of(Cleans, swallows=True)
    driver.cancel()
    driver.succeed(2)
    assert driver.outcome() == [""]


def test_a_run_that_catches_it_and_returns_is_completed() -> None:
    driver = EngineDriver.of(Cleans, swallows=True)
    driver.cancel("why")
    assert driver.cancel("again") is None
    driver.succeed(2)
    assert driver.outcome() == ["why", "why"]
    assert driver.state.status is m.RunStatus.COMPLETED


@pytest.mark.parametrize(
    ("how", "stopped"),
    [("timeout", [(2, 1), (3, 1)]), ("task", [(2, 1)]), ("group", [(2, 1)]), ("wait_for", [(2, 1)]), ("retrying", [])],
)
def test_workers_are_told_what_was_cancelled_of_a_run_that_goes_on(how: str, stopped: list[tuple[int, int]]) -> None:
    driver = EngineDriver.of(Partial, how)
    match how:
        case "task":
            commands = driver.succeed(1)
        case "group":
            commands = driver.fail(1, ValueError("no"))
        case "retrying":
            driver.fail(2, ValueError("no"))
            commands = driver.fire(1)
        case _:
            commands = driver.fire()
    assert commands is not None
    assert stops(commands) == stopped
    assert dispatched(commands) == ["after"]
    assert sum(isinstance(command, CancelActions) for command in commands) == bool(stopped)


def test_what_is_told_workers_is_told_again_with_the_cause_and_is_no_pending_command() -> None:
    driver = EngineDriver.of(Partial, "wait_for")
    commands = driver.fire()
    assert commands is not None
    (stop,) = [command for command in commands if isinstance(command, CancelActions)]
    assert driver.state.is_pending(stop)
    assert stop not in driver.state.pending_commands()


def test_a_run_that_ends_as_cancelled_has_all_its_actions_stopped() -> None:
    driver = EngineDriver.of(Waits)
    commands = driver.cancel()
    assert commands is not None
    assert commands[0] == CancelActions()
    assert isinstance(commands[-1], FinishRun)


# --- terminate --------------------------------------------------------------------------------------------------------


def test_a_terminated_run_fails_at_once_and_runs_nothing_of_its_own() -> None:
    driver = EngineDriver.of(Cleans)
    commands = driver.terminate("it hangs")
    assert commands is not None
    assert [type(command) for command in commands] == [CancelActions, FinishRun]
    assert driver.state.status is m.RunStatus.FAILED
    with pytest.raises(RunTerminated, match="the run was terminated: it hangs"):
        driver.outcome()
    assert driver.terminate() is None
    assert driver.succeed(1) is None


def test_children_of_a_terminated_run_are_cancelled() -> None:
    driver = EngineDriver.of(Parent)
    commands = driver.terminate()
    assert commands is not None
    assert [type(command) for command in commands] == [CancelChild, FinishRun]


def test_a_parent_gets_the_error_of_a_child_that_was_terminated() -> None:
    parent, child = EngineDriver.of(Parent), EngineDriver.of(Part)
    child.terminate("no use")
    parent.end_child(1, child.state)
    with pytest.raises(RunTerminated, match="no use"):
        parent.outcome()


# --- pause and resume -------------------------------------------------------------------------------------------------


def test_a_paused_run_takes_in_what_comes_and_dispatches_nothing() -> None:
    driver = EngineDriver.of(Waits)
    assert driver.pause("maintenance") == []
    assert driver.pause() is None
    assert (driver.state.paused_at, driver.state.wake_at) == (driver.now, None)
    assert driver.succeed(3, "two") == []
    assert driver.signal("add", 2) == []
    assert driver.query("total") == 2
    assert driver.fire() is None, "a timer that comes due waits"
    again = driver.fail(2, ValueError("again"))
    assert again is not None
    assert dispatched(again) == [], "nor is an attempt dispatched"
    assert overdue(driver.state, driver.now + timedelta(days=1)) == []
    resumed = driver.resume()
    assert resumed is not None
    assert {type(command) for command in resumed} == {StartTimer}
    assert driver.resume() is None
    assert driver.state.paused_at is None
    while driver.timers:
        driver.fire()
    driver.signal("add", 1)
    driver.succeed(2, "one")
    driver.succeed(max(driver.actions), "three")
    assert driver.outcome() == ["one", "two", "three"]


def test_updates_of_a_paused_run_are_taken_in_and_dispatch_nothing() -> None:
    driver = EngineDriver.of(Waits)
    driver.pause()
    driver.update("added", {"n": 2}, id="a")
    assert driver.answers["a"].result == 2
    driver.update("fetched", {}, id="b")
    assert dispatched(driver.history[-1].commands) == []
    assert dispatched(driver.resume()) == ["fetched"]
    driver.succeed(max(driver.actions), 7)
    assert driver.answers["b"].result == 7
    driver.update("fetched", {}, id="c")
    driver.terminate()
    assert driver.answers["c"].error is not None


def test_what_became_ready_meanwhile_goes_on_with_the_resumption() -> None:
    driver = EngineDriver.of(Partial, "task")
    driver.pause()
    assert driver.succeed(1) == []
    commands = driver.resume()
    assert commands is not None
    assert (dispatched(commands), stops(commands)) == (["after"], [(2, 1)])


def test_a_copy_of_a_pause_does_not_pause_a_run_that_was_resumed() -> None:
    driver = EngineDriver.of(Cleans)
    assert driver.pause(id="p") is not None
    assert driver.resume(id="p") is not None, "the ids of pauses and of resumptions are apart"
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    assert driver.pause(id="p") is None
    assert driver.pause(id="q") is not None
    assert driver.resume(id="p") is None


def test_a_lease_that_ends_while_a_run_is_paused_is_looked_at_when_it_goes_on() -> None:
    driver = EngineDriver.of(Cleans)
    about = {"run_id": driver.run_id, "invocation": 1, "attempt": 1, "worker": "w"}
    driver.apply(m.ActionStarted(**about, lease_seconds=30))
    driver.pause()
    driver.now += timedelta(minutes=5)
    expired = m.LeaseExpired(**about)
    assert driver.apply(expired) is None
    driver.resume()
    assert overdue(driver.state, driver.now) == [expired]
    commands = driver.apply(expired)
    assert commands is not None
    assert dispatched(commands) == ["work"]


def test_a_state_that_may_be_old_is_looked_at_again_before_it_decides_that_nothing_is_to_be_done() -> None:
    """Another coordinator may have paused or resumed the run: what this one refuses for that may apply."""
    driver = EngineDriver.of(Waits)
    pause, resume = (
        m.PauseRequested(run_id=driver.run_id, id="p"),
        m.ResumeRequested(run_id=driver.run_id, id="r"),
    )
    timer, other = m.TimerDue(run_id=driver.run_id, timer=1), m.TimerDue(run_id=driver.run_id, timer=99)
    assert may_be_ahead(driver.state, resume)
    assert not may_be_ahead(driver.state, timer)
    driver.apply(pause)
    assert not may_be_ahead(driver.state, pause), "it is in the history"
    assert may_be_ahead(driver.state, m.PauseRequested(run_id=driver.run_id, id="q"))
    assert may_be_ahead(driver.state, timer)
    assert may_be_ahead(driver.state, other)
    driver.apply(resume)
    assert not may_be_ahead(driver.state, resume)
    assert not may_be_ahead(driver.state, m.CancelRequested(run_id=driver.run_id))


def test_a_paused_run_survives_snapshot_and_replay() -> None:
    driver = EngineDriver.of(Waits)
    driver.pause()
    driver.signal("add", 3)
    again = driver.replay()
    driver.restore(json.loads(json.dumps(driver.snapshot())))
    assert driver.state.paused_at == again.state.paused_at == driver.now
    for one in (driver, again):
        one.resume(id="r")
        one.fire()
    assert driver.snapshot() == again.snapshot()


def test_a_cancelled_run_goes_on_to_clean_up() -> None:
    driver = EngineDriver.of(Cleans)
    driver.pause()
    commands = driver.cancel("enough")
    assert commands is not None
    assert dispatched(commands) == ["clean up"]
    assert driver.state.paused_at is None


def test_a_second_cancellation_of_a_run_that_cleans_up_ends_its_pause() -> None:
    driver = EngineDriver.of(Cleans)
    driver.cancel()
    driver.pause()
    driver.succeed(2)
    assert not driver.is_finished
    driver.cancel("again")
    assert (driver.state.status, driver.state.paused_at) == (m.RunStatus.CANCELLED, None)


def test_a_paused_run_can_be_terminated() -> None:
    driver = EngineDriver.of(Cleans)
    driver.pause()
    driver.terminate()
    assert (driver.state.status, driver.state.paused_at) == (m.RunStatus.FAILED, None)
    assert driver.resume() is None


def test_as_many_timers_start_again_as_a_transition_may_command_the_earliest_first() -> None:
    driver = EngineDriver.of(Wide, MAX_COMMANDS + 200)
    driver.go_on()
    driver.pause()
    commands = driver.resume()
    assert commands is not None
    assert len(commands) == MAX_COMMANDS
    due = [command.due_at for command in commands if isinstance(command, StartTimer)]
    assert due == sorted(due)
    assert driver.state.wake_at == due[0], "the others are found in the store"


def test_a_pause_in_the_middle_of_a_wide_transition() -> None:
    driver = EngineDriver.of(Wide, MAX_COMMANDS + 200)
    driver.pause()
    assert driver.continues == [1]
    driver.go_on()
    assert len(driver.timers) == MAX_COMMANDS
    driver.resume()
    assert len(driver.timers) == MAX_COMMANDS + 200


def test_commands_to_stop_are_written_and_read() -> None:
    commands = [CancelActions(((3, 1), (4, 2))), CancelActions()]
    assert load_commands(dump_commands(commands)) == commands
