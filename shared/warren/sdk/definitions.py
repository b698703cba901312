"""What an action is: its definition, made from a function, and the wrapper that is put in the function's place.

The wrapper is what workflow code names (the front end reads its attributes) and what a test calls directly. Must not
know where definitions are kept (`registry`), nor how a worker calls an action (`invoke`).
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import CoroutineType
from typing import Any

from warren.contracts import marks
from warren.contracts.names import DEFAULT_ACTION_QUEUE
from warren.contracts.values import encode
from warren.errors import UnserializableValue
from warren.ir.expressions import Const, Param
from warren.sdk import forks
from warren.sdk.dependencies import Injection, find_injection
from warren.sdk.threads import call_in_thread

OPAQUE = {"$": "opaque"}
"""Stands for a default that cannot be encoded: the engine only has to know that there is one."""

_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "normal",
    inspect.Parameter.VAR_POSITIONAL: "args",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "kwargs",
}


@dataclass(frozen=True, slots=True)
class ActionDefinition:
    """One action. `func` is the user's function, `wrapper` what `@action` put in its place."""

    key: str
    queue: str
    func: Callable[..., Any]
    wrapper: Callable[..., Any]
    params: tuple[Param, ...]
    is_async: bool
    injection: Injection | None


def define_action(func: Callable[..., Any], *, key: str, queue: str | None = None) -> ActionDefinition:
    """Build the definition and the wrapper of an action without registering it; raises `TypeError` like `action`."""
    if marks.is_action(func):
        queue = queue or str(vars(func)[marks.QUEUE])
        func = vars(func)["__wrapped__"]
    check_function(func)
    injection = find_injection(func)
    signature = injection.public if injection is not None else inspect.signature(func, follow_wrapped=False)
    is_async = inspect.iscoroutinefunction(func)
    wrapper = _wrap(func, DirectCall(key, func, is_async, injection))
    params = tuple(_param_of(parameter) for parameter in signature.parameters.values())
    queue = queue or DEFAULT_ACTION_QUEUE
    vars(wrapper).update({marks.ACTION: key, marks.WRAPPER: wrapper, marks.QUEUE: queue, marks.PARAMS: params})
    return ActionDefinition(key, queue, func, wrapper, params, is_async, injection)


@dataclass(frozen=True, slots=True)
class DirectCall:
    """Calling an action as a function, where no worker is concerned."""

    key: str
    func: Callable[..., Any]
    is_async: bool
    injection: Injection | None

    async def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        run = call_async if self.is_async else call_plain
        if self.injection is not None:
            return await self.injection.call(self.func, args, kwargs, run)
        return await run(self.func, args, kwargs)


def _wrap(func: Callable[..., Any], action_call: DirectCall) -> Callable[..., Any]:
    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await action_call(args, kwargs)

    return wrapper


def direct_call_of(awaitable: object) -> tuple[DirectCall, tuple[Any, ...], dict[str, Any]] | None:
    """The action and arguments of a coroutine that an action's wrapper made and that has not started; else None.

    They are its variables. The wrapper could note them elsewhere only if it were no `async def`, and then neither
    `inspect.iscoroutinefunction` nor `unittest.mock` would take an action for what it is.
    """
    if not isinstance(awaitable, CoroutineType) or inspect.getcoroutinestate(awaitable) != inspect.CORO_CREATED:
        return None
    variables = inspect.getcoroutinelocals(awaitable)
    call = variables.get("action_call")
    return (call, variables["args"], variables["kwargs"]) if isinstance(call, DirectCall) else None


async def call_plain(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call a plain `def` in a thread; if what it gives is awaitable (of a decorator, say), await it."""
    result = await call_in_thread(func, args, kwargs)
    return await settled(result) if is_awaitable(result) else result


def is_awaitable(value: object) -> bool:
    """Whether a value is awaitable: no value that can be stored is."""
    return hasattr(type(value), "__await__")


async def settled(result: Any) -> Any:
    """What becomes of an awaitable that a function has returned, in the end."""
    while is_awaitable(result):
        result = await result
    return result


async def call_async(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call an `async def` and wait for it: what `call_plain` is for a plain `def`."""
    generation = forks.generation
    try:
        result = await func(*args, **kwargs)
        if is_awaitable(result):
            result = await settled(result)
    except BaseException as error:
        forks.end_child(generation, error)
        raise
    forks.end_child(generation)
    return result


def check_function(func: Any) -> None:
    """Raise `TypeError` for what cannot be an action."""
    if isinstance(func, type):
        raise TypeError(f"@action: {func.__qualname__!r} is a class; an action is a function")
    if isinstance(func, staticmethod | classmethod):
        raise TypeError(f"@action: {func.__qualname__!r} is a method; an action is a function outside of classes")
    if not inspect.isfunction(func):
        raise TypeError(f"@action: {func!r} is not a function; use `async def` or `def`")
    if inspect.isgeneratorfunction(func) or inspect.isasyncgenfunction(func):
        raise TypeError(
            f"@action: {func.__qualname__!r} is a generator; an action returns one value, so collect what it yields "
            "into a list and return that"
        )
    if func.__name__ == "<lambda>":
        raise TypeError("@action: a lambda has no name by which a worker could find it; use `async def` or `def`")
    scope, _, _ = func.__qualname__.rpartition(".")
    if scope and not scope.endswith("<locals>"):
        raise TypeError(
            f"@action: {func.__qualname__!r} is a method; define the action as a function outside of the class and "
            "pass it what it needs"
        )


def _param_of(parameter: inspect.Parameter) -> Param:
    kind = _KINDS[parameter.kind]
    if parameter.default is inspect.Parameter.empty:
        return Param(parameter.name, kind)
    try:
        encoded = encode(parameter.default)
    except UnserializableValue:
        encoded = OPAQUE
    return Param(parameter.name, kind, Const(encoded))
