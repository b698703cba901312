"""Everything that `await` takes and nobody has started yet: calls of actions, children, async functions, and sleeps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warren.engine.values.code import AsyncCode
from warren.engine.values.kept import kept


class Awaitable:
    """Base of everything that `await` takes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


@kept("ActionCall", "action queue args kwargs attempts retry_on backoff_seconds timeout_seconds started")
@dataclass(slots=True, eq=False, repr=False)
class ActionCall(Awaitable):
    """A call of an action that nobody has started yet, with the policy that `run_action` gave it."""

    action: str
    queue: str
    args: list[Any]
    kwargs: dict[str, Any]
    attempts: int = 1
    retry_on: tuple[str, ...] | None = None
    backoff_seconds: float = 0.0
    timeout_seconds: float | None = None
    started: bool = False


@kept("ChildCall", "workflow arguments started")
@dataclass(slots=True, eq=False, repr=False)
class ChildCall(Awaitable):
    """A call of another workflow's `run()` that nobody has awaited yet; `arguments` by parameter name."""

    workflow: str
    arguments: dict[str, Any]
    started: bool = False


@kept("PreparedChild", "workflow input weight")
@dataclass(slots=True, eq=False, repr=False)
class PreparedChild:
    """A call of another workflow's `run()` that can be started, and started again: its arguments as tagged JSON."""

    workflow: str
    input: dict[str, Any]
    weight: int


@kept("Coroutine", "code variables started")
@dataclass(slots=True, eq=False, repr=False)
class Coroutine(Awaitable):
    """A call of an async function of the workflow that nobody has awaited yet."""

    code: AsyncCode
    variables: list[Any]
    started: bool = False


@kept("SleepCall", "seconds result started")
@dataclass(slots=True, eq=False, repr=False)
class SleepCall(Awaitable):
    """`asyncio.sleep(seconds, result)` that nobody has awaited yet."""

    seconds: float
    result: Any = None
    started: bool = False


def mark_started(call: Any) -> None:
    """Note that a call has been started; raises `RuntimeError` as CPython does where it was before."""
    if call.started:
        raise RuntimeError("cannot reuse already awaited coroutine")
    call.started = True
