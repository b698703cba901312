"""The oracle: a workflow run natively by CPython, and run by the engine, seen from outside in the same way."""

from __future__ import annotations

import contextlib
import copy
import inspect
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from warren.contracts.messages import ChildFinished
from warren.contracts.values import Json, encode, encode_exception
from warren.engine import DispatchAction, StartChild
from warren.errors import WarrenError
from warren.sdk import Workflow
from warren.sdk.built_in_actions import BUILT_IN
from warren.sdk.definitions import DirectCall
from warren.sdk.native import native_run
from warren.testing import EngineDriver, WorkflowEnvironment

Call = tuple[str, str]


@dataclass(frozen=True)
class Observed:
    """What a run did: its result or exception as tagged JSON, and the calls of actions in the order they began."""

    result: Json
    error: Json
    calls: list[Call]


async def observe_native(workflow: type[Workflow], arguments: dict[str, Any]) -> Observed:
    """Run `run()` with plain asyncio."""
    calls: list[Call] = []
    with _recording(calls):
        try:
            result = await native_run(workflow, **copy.deepcopy(arguments))
        except Exception as error:  # whatever it raises is the observation
            return Observed(None, plain_error(encode_exception(error)), calls)
    return Observed(encode(result), None, calls)


async def observe_engine(workflow: type[Workflow], arguments: dict[str, Any]) -> tuple[Observed, EngineDriver]:
    """Run the program in the engine, actions in this process, results as they come."""
    environment = WorkflowEnvironment()
    with contextlib.suppress(Exception):
        await environment.run_workflow(workflow, **copy.deepcopy(arguments))
    return of_driver(environment.driver), environment.driver


def of_driver(driver: EngineDriver) -> Observed:
    """What a finished run of the engine did."""
    assert driver.is_finished
    calls = [
        _call(command.action, command.args, command.kwargs)
        for row in driver.history
        for command in row.commands
        if isinstance(command, DispatchAction) and command.action not in BUILT_IN
    ]
    error = None if driver.state.error is None else plain_error(driver.state.error)
    return Observed(driver.state.result, error, calls)


def shuffled(driver: EngineDriver, seed: int, *, snapshots: bool) -> EngineDriver:
    """The same run again with the same answers by call, coming in another order, and evicted at random points."""
    choose = random.Random(seed)
    answers = answers_of(driver)
    again = EngineDriver(driver.executable, driver.history[0].event.input)  # type: ignore[union-attr]  # RunStarted
    while not again.is_finished:
        if snapshots and choose.random() < 0.5:
            again.restore(json.loads(json.dumps(again.snapshot())))
        again.go_on()
        if again.is_finished:
            break
        if again.children:
            number = choose.choice(list(again.children))
            child = again.children.pop(number)
            again.apply(again_event(driver, child, again))
            continue
        waiting = [number for number, command in again.actions.items() if again.state.is_pending(command)]
        if waiting and (not again.timers or choose.random() < 0.8):
            number = choose.choice(waiting)
            command = again.actions.pop(number)
            kind, payload = answers[_call(command.action, command.args, command.kwargs)]
            event = {"type": kind, "invocation": number, "attempt": command.attempt, "run_id": again.run_id} | payload
            again.apply(_event(event))
        else:
            again.fire()
    return again


def evicted(driver: EngineDriver) -> EngineDriver:
    """The same run again, with the same events in the same order, and evicted before each of them."""
    again = EngineDriver(
        driver.executable, driver.history[0].event.input, run_id=driver.run_id, now=driver.history[0].at
    )  # type: ignore[union-attr]  # RunStarted
    for row in driver.history[1:]:
        again.restore(json.loads(json.dumps(again.snapshot())))
        again.now = row.at
        again.apply(row.event)
    return again


def answers_of(driver: EngineDriver) -> dict[Call, tuple[str, dict[str, Json]]]:
    """What each call of an action was answered with, by action and arguments (equal calls have equal answers)."""
    commands: dict[tuple[int, int], DispatchAction] = {}
    answers: dict[Call, tuple[str, dict[str, Json]]] = {}
    for row in driver.history:
        for command in row.commands:
            if isinstance(command, DispatchAction):
                commands[command.invocation, command.attempt] = command
        event = row.event
        if event.type in {"action_succeeded", "action_failed"}:
            command = commands[event.invocation, event.attempt]  # type: ignore[union-attr]  # both have these
            payload = {"result": event.result} if event.type == "action_succeeded" else {"error": event.error}  # type: ignore[union-attr]  # by its type
            answers[_call(command.action, command.args, command.kwargs)] = event.type, payload
    return answers


def again_event(driver: EngineDriver, child: StartChild, again: EngineDriver) -> ChildFinished:
    """What the same child run ended with in the first run."""
    started = {
        command.invocation: command
        for row in driver.history
        for command in row.commands
        if isinstance(command, StartChild)
    }
    for row in driver.history:
        event = row.event
        if isinstance(event, ChildFinished):
            first = started[event.invocation]
            if (first.workflow, first.input) == (child.workflow, child.input):
                return event.model_copy(update={"run_id": again.run_id, "invocation": child.invocation})
    raise AssertionError(f"the first run had no child like {child}")


def plain_error(error: Json) -> Json:
    """An encoded exception without its traceback text, all the way along its causes."""
    kept = {name: part for name, part in error.items() if name not in {"tb", "cause"}}
    if error.get("cause") is not None:
        kept["cause"] = plain_error(error["cause"])
    return kept


def _event(data: dict[str, Any]) -> Any:
    from warren.contracts import messages

    cls = {"action_succeeded": messages.ActionSucceeded, "action_failed": messages.ActionFailed}[data["type"]]
    return cls(**data)


def _call(action: str, args: Json, kwargs: Json) -> Call:
    return action, json.dumps([args, kwargs], sort_keys=True)


@contextlib.contextmanager
def _recording(calls: list[Call]) -> Iterator[None]:
    original = DirectCall.__call__

    async def recorded(self: DirectCall, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        with contextlib.suppress(WarrenError, TypeError):  # a call that does not bind is none
            public = inspect.signature(self.func) if self.injection is None else self.injection.public
            public.bind(*args, **kwargs)
            calls.append(_call(self.key, encode(list(args)), encode(kwargs)))
        return await original(self, args, kwargs)

    DirectCall.__call__ = recorded  # type: ignore[method-assign]  # seen from outside, whatever wrapper it is called by
    try:
        yield
    finally:
        DirectCall.__call__ = original  # type: ignore[method-assign]  # as above
