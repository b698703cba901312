"""`@action`: registers a function as an action and puts its wrapper in its place."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, ParamSpec, Protocol, TypeVar, overload

from warren.contracts.modules import importable_name
from warren.contracts.names import ACTION_QUEUE_RULE, DEFAULT_ACTION_QUEUE, is_action_queue
from warren.sdk.definitions import check_function, define_action
from warren.sdk.registry import registry

P = ParamSpec("P")
R = TypeVar("R")


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
    If what `func` returns is awaitable, that is awaited as well. Arguments are those of `func` itself, also where it
    is a decorator's function around another one.

    - `name`: its name in the registry; default: the function's name.
    - `queue`: the action queue whose workers run it; default: `"default"`.

    Raises:
        TypeError: `func` is not a function, is a generator or a method of a class, or has a dependency that cannot be
            passed by keyword.
        ValueError: another function in this module is registered under this name.
    """

    def decorate(target: Callable[..., Any]) -> Callable[..., Any]:
        check_function(target)
        key = f"{importable_name(target.__module__)}:{name or target.__qualname__}"
        definition = define_action(target, key=key, queue=queue)
        registry.add(definition)
        return definition.wrapper

    if name is not None and (not isinstance(name, str) or not name):
        raise TypeError(f"@action: name must be a non-empty string, not {name!r}")
    if not isinstance(queue, str) or not is_action_queue(queue):
        raise TypeError(f"@action: queue cannot be {queue!r}: {ACTION_QUEUE_RULE}")
    return decorate if func is None else decorate(func)
