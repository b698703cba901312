"""Plain dependencies of plain actions: in threads, so that they may block; those of async actions on the event loop."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, Any
from uuid import uuid4

import pytest
from mountaineer_di import dependency_override

from warren import ActionContext, ActionTimeout, Depends, action, action_context
from warren.sdk import invoke_action

TENANT = contextvars.ContextVar("TENANT", default="nobody")
LOG: list[str] = []


def where() -> str:
    return "loop" if threading.current_thread() is threading.main_thread() else "thread"


def plain() -> str:
    return where()


async def awaited(inner: Annotated[str, Depends(plain)]) -> str:
    return f"{where()}({inner})"


class Built:
    def __init__(self) -> None:
        self.place = where()


def tenant() -> Iterator[str]:
    """Sets a variable for the action, and resets it with its token, which only works in the same context."""
    token = TENANT.set("acme")
    LOG.append(f"open in {where()}")
    try:
        yield where()
    except BaseException as error:
        LOG.append(f"saw {type(error).__name__}")
        raise
    finally:
        TENANT.reset(token)
        LOG.append(f"close in {where()}")


async def connection() -> AsyncIterator[str]:
    yield where()


def coroutine_maker() -> Any:
    return awaited("given")


def slow() -> str:
    threading.Event().wait(0.3)
    return "slow"


@pytest.fixture(autouse=True)
def _empty_log() -> None:
    LOG.clear()


@action
def places(
    a: str = Depends(plain),
    b: str = Depends(awaited),
    c: Annotated[Any, Depends(Built)] = None,
    d: str = Depends(connection),
) -> list[str]:
    return [where(), a, b, c.place, d]


@action
async def places_of_async(a: str = Depends(plain), b: str = Depends(tenant)) -> list[str]:
    return [where(), a, b]


@action
def look(fail: bool, place: str = Depends(tenant)) -> str:
    if fail:
        raise ValueError(TENANT.get())
    return TENANT.get()


@action
def made(value: str = Depends(coroutine_maker)) -> str:
    return value


@action
def patient(value: str = Depends(slow)) -> str:
    return value


@action
@dependency_override(plain, lambda: f"another in {where()}")
def overridden(value: str = Depends(plain)) -> str:
    return value


@action
def asks_its_dependency(key: str = Depends(lambda: action_context().idempotency_key)) -> str:
    return key


async def invoke(function: Any, *args: Any, timeout: float | None = None) -> Any:
    key = vars(function)["__warren_action__"]
    return await invoke_action(key, list(args), {}, ActionContext(uuid4(), "w", 1, 1, key), timeout)


async def test_plain_functions_run_in_threads_and_the_rest_on_the_loop() -> None:
    assert await invoke(places) == ["thread", "thread", "loop(thread)", "loop", "loop"]


async def test_an_async_action_has_its_dependencies_on_the_loop() -> None:
    """What they make (a client session) may belong to the running loop."""
    assert await invoke(places_of_async) == ["loop", "loop", "loop"]
    assert LOG == ["open in loop", "close in loop"]


async def test_what_a_dependency_sets_is_seen_by_the_action_and_reset_after_it() -> None:
    async def both() -> tuple[str, str]:
        return await invoke(look, False), TENANT.get()

    assert await asyncio.create_task(both()) == ("acme", "nobody")
    assert LOG == ["open in thread", "close in thread"]


async def test_a_dependency_sees_the_failure_of_the_action() -> None:
    with pytest.raises(ValueError, match="acme"):
        await invoke(look, True)
    assert LOG == ["open in thread", "saw ValueError", "close in thread"]


async def test_an_awaitable_that_a_plain_dependency_gives_is_awaited() -> None:
    assert await invoke(made) == "loop(given)"


async def test_a_dependency_that_blocks_blocks_nobody_and_times_out() -> None:
    with pytest.raises(ActionTimeout):
        await invoke(patient, timeout=0.05)


async def test_replacements_are_called_in_threads() -> None:
    assert await invoke(overridden) == "another in thread"


async def test_a_dependency_knows_the_attempt() -> None:
    assert (await invoke(asks_its_dependency)).endswith(":1")
