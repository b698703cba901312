"""Actions for the tests of the worker, and what they have seen."""

from __future__ import annotations

import asyncio
import contextvars
import threading
import time
from dataclasses import dataclass, field

from pydantic import BaseModel, field_validator

from warren import CompleteLater, Workflow, action, action_context, workflow


@dataclass
class Seen:
    """What actions did; tests reset it."""

    started: list[object] = field(default_factory=list)
    ended: list[object] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    running: int = 0
    most: int = 0
    threads: set[str] = field(default_factory=set)


seen = Seen()
leak: contextvars.ContextVar[str] = contextvars.ContextVar("leak", default="clean")


@action
async def add(a: int, b: int = 1) -> int:
    return a + b


@action
async def hold(label: object = None) -> object:
    """Runs until the gate opens."""
    seen.started.append(label)
    seen.running += 1
    seen.most = max(seen.most, seen.running)
    try:
        await seen.gate.wait()
    finally:
        seen.running -= 1
    seen.ended.append(label)
    return label


def stand_still(seconds: float) -> None:
    time.sleep(seconds)
    seen.ended.append("blocked")


@action
async def block(seconds: float) -> None:
    """Blocks the event loop."""
    stand_still(seconds)


@action
async def open_and_block(seconds: float) -> None:
    """Opens the gate, and blocks the event loop when what waited for it has ended but nobody has heard of that."""
    seen.gate.set()
    await asyncio.sleep(0)
    stand_still(seconds)


@action
async def block_in_a_task(seconds: float) -> None:
    """Blocks the event loop from a task that is not the worker's."""

    async def inner() -> None:
        await asyncio.sleep(0)
        stand_still(seconds)

    await asyncio.gather(inner())


@action
async def yielding(label: int) -> int:
    """Pauses once."""
    seen.running += 1
    seen.most = max(seen.most, seen.running)
    await asyncio.sleep(0)
    seen.running -= 1
    return label


@action
def in_thread(a: int) -> int:
    seen.threads.add(threading.current_thread().name)
    return a * 2


@action
async def fail(text: str) -> None:
    raise ValueError(text)


@action
def fail_in_thread(text: str) -> None:
    raise ValueError(text)


@action
async def leaking() -> str:
    before = leak.get()
    leak.set("dirty")
    return before


@action
async def unserializable() -> object:
    return object()


@action
async def huge() -> str:
    return "x" * (13 << 20)


class Finished(BaseException):
    """Like the ones that test frameworks and event loops end themselves with."""


@action
async def raise_what_nobody_catches(how: str) -> None:
    raise GeneratorExit if how == "generator" else Finished("over")


@action
def raise_it_in_a_thread(how: str) -> None:
    raise GeneratorExit if how == "generator" else Finished("over")


@action
async def stubborn() -> str:
    """Swallows its cancellation."""
    seen.started.append("stubborn")
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return "done all the same"
    return "never"


@action
async def who() -> dict[str, object]:
    context = action_context()
    return {"key": context.idempotency_key, "attempt": context.attempt, "deadline": context.deadline is not None}


class Even(BaseModel):
    """Checks what it is given."""

    n: int

    @field_validator("n")
    @classmethod
    def is_even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("odd")
        return value


@workflow
class UnitOne(Workflow):
    async def run(self, n: int) -> int:
        return await add(n)


@workflow
class UnitTwo(Workflow):
    async def run(self) -> int:
        return await add(1, 2)


@action
async def deep(levels: int) -> object:
    value: object = 7
    for _ in range(levels):
        value = {1: value}
    return value


@action
async def fail_unprintably() -> None:
    raise ValueError("bad \ud800 text")


@action
async def hand_over(label: object) -> None:
    """Another system completes it."""
    context = action_context()
    seen.started.append((label, context.task_token, context.details))
    context.heartbeat({"at": label})
    raise CompleteLater


@action
async def beat_and_hold(steps: int) -> object:
    """Beats once a millisecond, so many times or until the gate opens, and tells of the details that it began with."""
    context = action_context()
    seen.started.append(context.details)
    for number in range(steps):
        context.heartbeat(number)
        await asyncio.sleep(0.001)
    await seen.gate.wait()
    raise ValueError("the gate is open")


@action
def hang_in_a_thread() -> None:
    """Ends when nobody waits for it any more."""
    context = action_context()
    seen.started.append("hangs")
    try:
        while True:
            context.raise_if_cancelled()
            time.sleep(0.001)
    except asyncio.CancelledError as error:
        seen.ended.append(str(error))
        raise


@action
async def wait_to_be_cancelled() -> None:
    """Has a task that waits for the event of its cancellation."""
    context = action_context()

    async def watch() -> None:
        await context.cancelled.wait()
        seen.ended.append("watched")

    watching = asyncio.create_task(watch())
    seen.started.append("waits")
    try:
        await asyncio.Event().wait()
    finally:
        await watching
