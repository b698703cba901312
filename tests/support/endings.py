"""Actions that end with what is no `Exception`, in every way in which an action can be called."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any

from warren import Depend, Workflow, action, workflow


class Finished(BaseException):
    """A library's own signal."""


def end(how: str) -> None:
    """Raise what is asked for, in a line of the user's."""
    match how:
        case "exit":
            sys.exit("no more")
        case "interrupt":
            raise KeyboardInterrupt("by hand")
        case "cancelled":
            raise asyncio.CancelledError("by nobody")
        case "generator":
            raise GeneratorExit("early")
        case "own":
            raise Finished("over")


TEXTS = {
    "exit": "called sys.exit('no more')",
    "interrupt": "raised KeyboardInterrupt: by hand",
    "cancelled": "raised CancelledError, but nobody cancelled it",
    "generator": "raised GeneratorExit: early",
    "own": "raised Finished: over",
}


async def dependency(how: str) -> str:
    end(how)
    return how


def plain_dependency(how: str) -> str:
    end(how)
    return how


async def closing() -> AsyncIterator[str]:
    yield "open"


def plain_closing() -> Iterator[str]:
    yield "open"


@action
async def in_coroutine(how: str) -> None:
    end(how)


@action
def in_thread(how: str) -> None:
    end(how)


@action
async def with_dependency(how: str, used: str = Depend(closing)) -> None:
    end(how)


@action
def in_thread_with_dependency(how: str, used: str = Depend(plain_closing)) -> None:
    end(how)


@action
async def in_dependency(how: str, used: str = Depend(dependency)) -> None: ...


@action
async def in_plain_dependency(how: str, used: str = Depend(plain_dependency)) -> None: ...


@action
def in_dependency_of_thread(how: str, used: str = Depend(plain_dependency)) -> None: ...


@action
async def in_child_task(how: str) -> None:
    """Only what asyncio hands on: the other two stop its loop, natively as well."""
    await asyncio.create_task(dependency(how))


@action
async def cancelling_itself(how: str) -> None:
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(60)


ACTIONS: list[Any] = [
    in_coroutine,
    in_thread,
    with_dependency,
    in_thread_with_dependency,
    in_dependency,
    in_plain_dependency,
    in_dependency_of_thread,
]
CASES = [
    *((function, how) for function in ACTIONS for how in TEXTS),
    *((in_child_task, how) for how in ("cancelled", "own")),
    (cancelling_itself, "cancelled"),
]
IDS = [f"{function.__name__}-{how}" for function, how in CASES]


ALL = tuple((function.__name__, function) for function in (*ACTIONS, in_child_task, cancelling_itself))


@workflow
class Ending(Workflow):
    """Awaits one of them, with a timeout or without."""

    async def run(self, name: str, how: str, timeout: float | None) -> None:
        for found, function in ALL:
            if found == name:
                await self.run_action(function(how), timeout=timeout)


def check_error(error: Any, function: Any, how: str) -> None:
    """That an encoded `ActionError` has the type, the text and the traceback of what was raised."""
    key = function.__warren_action__
    assert error["t"] == "warren.errors:ActionError"
    assert error["args"] == [f"the action {key!r} {TEXTS[how]}"]
    text = error["tb"]
    if function is not cancelling_itself:
        assert "    end(how)\n" in text
        assert {"exit": "SystemExit: no more", "own": "Finished: over"}.get(how, "") in text
    first = text.partition("File ")[2].partition("\n")[0]
    assert "warren/sdk" not in first
