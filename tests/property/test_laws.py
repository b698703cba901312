"""What holds for every workflow and every order of events: histories, duplicates, evictions, ends."""

from __future__ import annotations

import asyncio
import functools
import importlib
import json
import pathlib
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from tests.support.oracle import again_event, answers_of, observe_engine

from warren.contracts.messages import (
    ActionFailed,
    ActionHeartbeat,
    ActionStarted,
    ActionSucceeded,
    ChildStarted,
    ContinuationDue,
    RequestAnswered,
    RunEvent,
    RunStarted,
    TimerDue,
)
from warren.engine import (
    DispatchAction,
    Executable,
    StartTimer,
    apply,
    dump_commands,
    load_commands,
    start_run,
    take_snapshot,
)
from warren.engine.values.limits import MAX_COMMANDS
from warren.ir.base import from_json, to_json
from warren.testing import EngineDriver
from warren.testing.driver import encode_input, executable_of

Json = Any
FIXTURES = pathlib.Path(__file__).parents[1] / "workflows"
LAWS = settings(max_examples=6, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def workflows() -> list[Any]:
    found = []
    for path in sorted(FIXTURES.glob("*.py")):
        module = importlib.import_module(f"tests.workflows.{path.stem}")
        classes = [cls for cls in vars(module).values() if "__warren_ir__" in getattr(cls, "__dict__", {})]
        if classes and hasattr(module, "CASES"):
            found.append(pytest.param(classes[-1], module.CASES, id=path.stem))
    return found


class UnknownAnswer(Exception):
    """In this order the run asks what the first run did not ask, so that nobody knows what the action would say.

    No fixture is like that, and so nothing catches it: each example that is drawn is a run to its end. The calls of a
    fixture's actions must be the same in every order of answers.
    """


class Teller:
    """Drives a run with answers in an order of its own choosing."""

    def __init__(self, executable: Executable, arguments: Json, first: EngineDriver, seed: int) -> None:
        """`first` is a run with the same arguments, whose answers to the same questions are given again."""
        self.choose = random.Random(seed)
        self.first = first
        self.answers = answers_of(first)
        self.driver = EngineDriver(executable, arguments)

    def next_event(self) -> RunEvent | None:
        """Something that may happen now; None when nothing is left."""
        driver = self.driver
        if driver.continues:
            return ContinuationDue(run_id=driver.run_id, number=driver.continues[0])
        waiting = [one for one in driver.actions.values() if driver.state.is_open(one.invocation, one.attempt)]
        timers = [number for number, command in driver.timers.items() if driver.state.is_pending(command)]
        if waiting and (not timers or self.choose.random() < 0.8):
            command = self.choose.choice(waiting)
            held = driver.state.leases.held
            if command.invocation not in held and self.choose.random() < 0.3:
                return ActionStarted(**_hold(driver, command))
            return self.answer(command)
        children = [child for child in driver.children.values() if driver.state.is_pending(child)]
        if children:
            child = self.choose.choice(children)
            if driver.state.start_child(child.invocation).awaits_start and self.choose.random() < 0.9:
                return ChildStarted(run_id=driver.run_id, invocation=child.invocation)
            return again_event(self.first, child, driver)
        asked = [one for one in driver.asked.values() if driver.state.is_pending(one)]
        if asked:
            return RequestAnswered(run_id=driver.run_id, invocation=self.choose.choice(asked).invocation)
        if timers:
            number = min(timers, key=lambda one: (driver.timers[one].due_at, one))
            driver.now = max(driver.now, driver.timers[number].due_at)
            return TimerDue(run_id=driver.run_id, timer=number)
        return None

    def answer(self, command: DispatchAction) -> RunEvent:
        call = command.action, json.dumps([command.args, command.kwargs], sort_keys=True)
        if call not in self.answers:
            raise UnknownAnswer(call)
        kind, payload = self.answers[call]
        cls: Any = ActionSucceeded if kind == "action_succeeded" else ActionFailed
        made: RunEvent = cls(
            run_id=self.driver.run_id, invocation=command.invocation, attempt=command.attempt, **payload
        )
        return made

    def run(self, between: Callable[[], None] = lambda: None) -> EngineDriver:
        """To the end; every run has one."""
        for _ in range(10_000):
            if self.driver.is_finished:
                return self.driver
            between()
            event = self.next_event()
            assert event is not None, "an unfinished run waits for something"
            assert self.driver.apply(event) is not None, "what is pending is never ignored"
            self.driver._answer(event)
        raise AssertionError("the run does not end")


@functools.cache
def first_run(workflow: Any, case: int) -> EngineDriver:
    """A run whose actions really ran, in the order of the calls."""
    cases = importlib.import_module(workflow.__module__).CASES
    return asyncio.run(observe_engine(workflow, dict(cases[case])))[1]


def teller(workflow: Any, cases: list[dict[str, Any]], seed: int) -> Teller:
    case = seed % len(cases)
    arguments = encode_input(workflow, dict(cases[case]))
    return Teller(executable_of(workflow), arguments, first_run(workflow, case), seed)


def snapshot_of(driver: EngineDriver) -> Json:
    return json.loads(json.dumps(driver.snapshot()))


def commands_of(driver: EngineDriver) -> list[str]:
    return [dump_commands(row.commands) for row in driver.history]


@pytest.mark.parametrize(("workflow", "cases"), workflows())
class TestLaws:
    @LAWS
    @given(seed=some.integers(0, 10**6))
    def test_a_history_replayed_gives_the_same_state_and_commands(self, workflow: Any, cases: Any, seed: int) -> None:
        one = teller(workflow, cases, seed)
        snapshots: list[Json] = []
        driver = one.run(lambda: snapshots.append(snapshot_of(one.driver)))
        first, *rest = driver.history
        assert isinstance(first.event, RunStarted)
        state, commands = start_run(driver.executable, run_id=driver.run_id, input=first.event.input, at=first.at)
        made = [commands]
        for snapshot, row in zip(snapshots, rest, strict=True):
            assert json.loads(json.dumps(take_snapshot(driver.executable, state))) == snapshot
            made.append((apply(driver.executable, state, row.event, row.at) or ([], []))[1])
        assert [dump_commands(commands) for commands in made] == commands_of(driver)
        assert (state.status, state.result, state.error) == (
            driver.state.status,
            driver.state.result,
            driver.state.error,
        )

    @LAWS
    @given(seed=some.integers(0, 10**6))
    def test_an_eviction_after_every_event_changes_nothing(self, workflow: Any, cases: Any, seed: int) -> None:
        plain, evicted = teller(workflow, cases, seed), teller(workflow, cases, seed)

        def evict() -> None:
            before = snapshot_of(evicted.driver)
            pending = evicted.driver.state.pending_commands()
            evicted.driver.restore(before)
            assert snapshot_of(evicted.driver) == before
            assert evicted.driver.state.pending_commands() == pending

        assert commands_of(plain.run()) == commands_of(evicted.run(evict))

    @LAWS
    @given(seed=some.integers(0, 10**6))
    def test_what_comes_twice_late_or_early_changes_nothing(self, workflow: Any, cases: Any, seed: int) -> None:
        one = teller(workflow, cases, seed)
        driver = one.driver

        def disturb() -> None:
            before = snapshot_of(driver)
            for event in _disturbances(one):
                assert apply(driver.executable, driver.state, event, driver.now) is None
            assert snapshot_of(driver) == before

        one.run(disturb)
        for row in driver.history[1:]:
            assert apply(driver.executable, driver.state, row.event, driver.now) is None

    @LAWS
    @given(seed=some.integers(0, 10**6))
    def test_commands_and_programs_survive_json(self, workflow: Any, cases: Any, seed: int) -> None:
        one = teller(workflow, cases, seed)
        program = from_json(json.loads(json.dumps(to_json(one.driver.executable.program))))
        assert program == one.driver.executable.program
        assert program.version == one.driver.executable.version
        driver = one.run()
        for row in driver.history:
            assert load_commands(dump_commands(row.commands)) == row.commands
            assert len(row.commands) <= MAX_COMMANDS + 1
        started: Any = one.driver.history[0].event
        fresh = Teller(Executable(program), started.input, one.first, seed)
        assert [dump_commands(row.commands) for row in fresh.run().history] == commands_of(driver)


def _hold(driver: EngineDriver, command: DispatchAction) -> dict[str, Any]:
    """The fields of an event by which a worker says that it holds an attempt."""
    place = {"run_id": driver.run_id, "invocation": command.invocation, "attempt": command.attempt}
    return place | {"worker": "w", "lease_seconds": 30.0}


def _disturbances(one: Teller) -> list[RunEvent]:
    """Events that mean nothing now: old ones again, answers of other attempts, timers that are not due."""
    driver = one.driver
    events: list[Any] = [row.event for row in driver.history[-6:] if not isinstance(row.event, RunStarted)]
    for command in driver.actions.values():
        answer = one.answer(command)
        other = {"attempt": command.attempt + one.choose.choice([-1, 1, 7])}
        hold = _hold(driver, command)
        stranger = hold | {"worker": "another"}  # who holds it, if anybody does, moves the end of the lease
        events += [answer.model_copy(update=other), ActionHeartbeat(**stranger)]  # type: ignore[union-attr]  # an answer has an attempt
        events += [ActionStarted(**hold | other), ActionHeartbeat(**hold | other)]
    for number, timer in driver.timers.items():
        if timer.due_at > driver.now:
            events.append(TimerDue(run_id=driver.run_id, timer=number))
    unknown = driver.state.numbers + 100
    events += [
        ActionSucceeded(run_id=driver.run_id, invocation=unknown, attempt=1, result=None),
        TimerDue(run_id=driver.run_id, timer=unknown),
        ContinuationDue(run_id=driver.run_id, number=unknown),
    ]
    return events


def test_a_timer_that_is_not_due_is_ignored_to_the_microsecond() -> None:
    driver = first_run(importlib.import_module("tests.workflows.sleep").Sleep, 0)
    commands = [command for row in driver.history for command in row.commands if isinstance(command, StartTimer)]
    due = {command.timer: command.due_at for command in commands}
    again = EngineDriver(driver.executable, driver.history[0].event.input)  # type: ignore[union-attr]  # RunStarted
    for row in driver.history[1:]:
        event = row.event.model_copy(update={"run_id": again.run_id})
        if isinstance(event, TimerDue):
            early = due[event.timer] - timedelta(microseconds=1)
            assert apply(again.executable, again.state, event, early) is None
        assert apply(again.executable, again.state, event, row.at) is not None
