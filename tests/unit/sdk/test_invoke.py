"""`invoke_action`: what one attempt gets, gives and raises."""

from __future__ import annotations

import asyncio
import contextvars
import sys
import threading
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from warren import (
    ActionContext,
    ActionError,
    ActionNotRegistered,
    ActionTimeout,
    InvalidInput,
    UnserializableValue,
    action,
    action_context,
    provide_action_context,
)
from warren.contracts.values import encode
from warren.sdk import invoke_action

REQUEST = contextvars.ContextVar("REQUEST", default="none")


@dataclass
class Point:
    x: int
    at: datetime


@action
async def move(point: Point, *, by: int = 1) -> Point:
    return Point(point.x + by, point.at)


@action
async def who() -> tuple[str, datetime | None]:
    return action_context().idempotency_key, action_context().deadline


@action
def who_in_a_thread() -> str:
    return f"{action_context().idempotency_key} {REQUEST.get()}"


@action
async def misbehave(how: str) -> Any:
    match how:
        case "sleep":
            await asyncio.sleep(60)
        case "own timeout":
            raise TimeoutError("mine")
        case "cancel":
            raise asyncio.CancelledError
        case "exit":
            sys.exit(3)
        case "interrupt":
            raise KeyboardInterrupt
    return threading.Lock()


@action
def misbehave_in_a_thread(how: str) -> Any:
    match how:
        case "sleep":
            threading.Event().wait(0.3)
        case "stop":
            raise StopIteration
        case "exit":
            sys.exit(3)
        case "interrupt":
            raise KeyboardInterrupt


def context(key: str = "k") -> ActionContext:
    return ActionContext(uuid4(), "flow", 7, 2, key)


async def invoke(function: Any, *args: Any, timeout: float | None = None, **kwargs: Any) -> Any:
    key = vars(function)["__warren_action__"]
    return await invoke_action(key, list(args), kwargs, context(key), timeout)


async def test_values_keep_their_types_both_ways() -> None:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    assert await invoke(move, encode(Point(1, at)), by=4) == encode(Point(5, at))


async def test_the_context_is_that_of_the_attempt() -> None:
    key = vars(who)["__warren_action__"]
    own = context(key)
    result = await invoke_action(key, [], {}, own, None)
    assert result["v"] == [f"{own.run_id}:7", None]
    with pytest.raises(RuntimeError, match="provide_action_context"):
        action_context()


async def test_a_timeout_gives_a_deadline() -> None:
    result = await invoke(who, timeout=30)
    deadline = datetime.fromisoformat(result["v"][1]["v"])
    assert timedelta(0) < deadline - datetime.now(UTC) <= timedelta(seconds=30)


async def test_threads_see_the_context() -> None:
    REQUEST.set("mine")
    key = vars(who_in_a_thread)["__warren_action__"]
    own = context(key)
    assert await invoke_action(key, [], {}, own) == f"{own.run_id}:7 mine"


async def test_the_context_can_be_given_in_a_test() -> None:
    with provide_action_context(context()) as own:
        assert (await who())[0] == own.idempotency_key


@pytest.mark.parametrize("function", [misbehave, misbehave_in_a_thread])
async def test_timeouts(function: Any) -> None:
    with pytest.raises(ActionTimeout, match=r"misbehave.* took longer than 0.01 s") as caught:
        await invoke(function, "sleep", timeout=0.01)
    assert isinstance(caught.value, TimeoutError)


async def test_its_own_timeout_error_is_no_action_timeout() -> None:
    with pytest.raises(TimeoutError, match="mine") as caught:
        await invoke(misbehave, "own timeout", timeout=30)
    assert type(caught.value) is TimeoutError


async def test_cancellation_is_passed_on() -> None:
    task = asyncio.create_task(invoke(misbehave, "sleep", timeout=60))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_action_cannot_stop_its_worker() -> None:
    for how in ("cancel", "exit", "interrupt"):
        with pytest.raises(ActionError):
            await invoke(misbehave, how)
    with pytest.raises(RuntimeError, match="raised StopIteration"):
        await invoke(misbehave_in_a_thread, "stop")
    with pytest.raises(ActionError, match=r"called sys.exit\(3\)"):
        await invoke(misbehave_in_a_thread, "exit")
    with pytest.raises(ActionError, match="raised KeyboardInterrupt"):
        await invoke(misbehave_in_a_thread, "interrupt")


async def test_what_cannot_be_stored_is_named() -> None:
    with pytest.raises(UnserializableValue, match=r"misbehave' returned what cannot be stored: .*lock"):
        await invoke(misbehave, "return a lock")


async def test_unknown_action_and_unknown_class() -> None:
    with pytest.raises(ActionNotRegistered, match="start a worker with the module 'nowhere'"):
        await invoke_action("nowhere:act", [], {}, context())
    with pytest.raises(InvalidInput, match="not imported"):
        await invoke(move, {"$": "dataclass", "t": "nowhere:Point", "v": {}})
