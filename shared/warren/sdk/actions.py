"""`@action`: makes the definition of an action and puts a wrapper in place of the function.

The wrapper is what workflow code names (the front end reads its attributes) and what a test calls directly. Must not
know how a worker calls an action: that is `invoke`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from types import CoroutineType
from typing import Any, ParamSpec, Protocol, TypeVar, overload

from warren.contracts.modules import importable_name
from warren.contracts.names import ACTION_QUEUE_RULE, DEFAULT_ACTION_QUEUE, is_action_queue
from warren.contracts.values import encode
from warren.errors import UnserializableValue
from warren.ir.expressions import Const, Param
from warren.sdk import forks
from warren.sdk.dependencies import Injection, find_injection
from warren.sdk.registry import ActionDefinition, registry
from warren.sdk.threads import call_in_thread

P = ParamSpec("P")
R = TypeVar("R")

OPAQUE = {"$": "opaque"}
"""Stands for a default that cannot be encoded: the engine only has to know that there is one."""

_KINDS = {
    inspect.Parameter.POSITIONAL_ONLY: "positional",
    inspect.Parameter.POSITIONAL_OR_KEYWORD: "normal",
    inspect.Parameter.VAR_POSITIONAL: "args",
    inspect.Parameter.KEYWORD_ONLY: "keyword",
    inspect.Parameter.VAR_KEYWORD: "kwargs",
}


class ActionDecorator(Protocol):
    """What `@action(...)` with arguments gives."""

    @overload
    def __call__(self, func: Callable[P, Awaitable[R]], /) -> Callable[P, Coroutine[Any, Any, R]]: ...

    @overload
    def __call__(self, func: Callable[P, R], /) -> Callable[P, Coroutine[Any, Any, R]]: ...


@overload
def action(func: Callable[P, Awaitable[R]], /) -> Callable[P, Coroutine[Any, Any, R]]: ...


@overload
def action(func: Callable[P, R], /) -> Callable[P, Coroutine[Any, Any, R]]: ...


@overload
def action(func: None = None, /, *, name: str | None = None, queue: str = DEFAULT_ACTION_QUEUE) -> ActionDecorator: ...


def action(func: Any = None, /, *, name: str | None = None, queue: str = DEFAULT_ACTION_QUEUE) -> Any:
    """Make a function an action, which workflows call and workers run. Use it as `@action` or `@action(...)`.

    `func` is an `async def`, or a plain `def`, which runs in a thread. In both cases a call returns an awaitable.

    - `name`: its name in the registry; default: the function's name.
    - `queue`: the action queue whose workers run it; default: `"default"`.

    Raises:
        TypeError: `func` is not a function, is a generator or a method of a class, or has a dependency that cannot be
            passed by keyword.
        ValueError: another function in this module is registered under this name.
    """

    def decorate(target: Callable[..., Any]) -> Callable[..., Any]:
        _check(target)
        key = f"{importable_name(target.__module__)}:{name or target.__qualname__}"
        definition = define_action(target, key=key, queue=queue)
        registry.add(definition)
        return definition.wrapper

    if name is not None and (not isinstance(name, str) or not name):
        raise TypeError(f"@action: name must be a non-empty string, not {name!r}")
    if not isinstance(queue, str) or not is_action_queue(queue):
        raise TypeError(f"@action: queue cannot be {queue!r}: {ACTION_QUEUE_RULE}")
    return decorate if func is None else decorate(func)


def define_action(func: Callable[..., Any], *, key: str, queue: str | None = None) -> ActionDefinition:
    """Build the definition and the wrapper of an action without registering it; raises `TypeError` like `action`."""
    if hasattr(func, "__warren_action__"):
        queue = queue or str(vars(func)["__warren_queue__"])
        func = vars(func)["__wrapped__"]
    _check(func)
    injection = find_injection(func)
    signature = injection.public if injection is not None else inspect.signature(func)
    is_async = inspect.iscoroutinefunction(func)
    wrapper = _wrap(func, DirectCall(key, func, is_async, injection))
    params = tuple(_param_of(parameter) for parameter in signature.parameters.values())
    vars(wrapper).update(
        __warren_action__=key, __warren_queue__=queue or DEFAULT_ACTION_QUEUE, __warren_params__=params
    )
    return ActionDefinition(key, queue or DEFAULT_ACTION_QUEUE, func, wrapper, params, is_async, injection)


@dataclass(frozen=True, slots=True)
class DirectCall:
    """Calling an action as a function, where no worker is concerned."""

    key: str
    func: Callable[..., Any]
    is_async: bool
    injection: Injection | None

    async def __call__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        run = call_async if self.is_async else call_in_thread
        if self.injection is not None:
            return await self.injection.call(self.func, args, kwargs, run)
        return await run(self.func, args, kwargs)


def _wrap(func: Callable[..., Any], call: DirectCall) -> Callable[..., Any]:
    @functools.wraps(func)
    async def wrapper(*args: Any, **kwargs: Any) -> Any:
        return await call(args, kwargs)

    return wrapper


_WRAPPER_CODE = _wrap(lambda: None, None).__code__  # type: ignore[arg-type]  # only its code is wanted


def direct_call_of(awaitable: object) -> tuple[DirectCall, tuple[Any, ...], dict[str, Any]] | None:
    """The action and arguments of a coroutine that an action's wrapper made and that has not started; else None."""
    if not isinstance(awaitable, CoroutineType) or awaitable.cr_code is not _WRAPPER_CODE:
        return None
    if inspect.getcoroutinestate(awaitable) != inspect.CORO_CREATED:
        return None
    frame = awaitable.cr_frame
    assert frame is not None, "only a finished coroutine has no frame"
    variables = frame.f_locals
    return variables["call"], variables["args"], variables["kwargs"]


async def call_async(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call an `async def` and wait for it: what `call_in_thread` is for a plain `def`."""
    generation = forks.generation
    try:
        result = await func(*args, **kwargs)
    except BaseException as error:
        forks.end_child(generation, error)
        raise
    forks.end_child(generation)
    return result


def _check(func: Any) -> None:
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
