"""Synchronous methods made of asynchronous ones: same name, parameters and errors, and the types stay known.

    signal = blocking(AsyncWarren.signal)

is all that a method costs. Must not know any method in particular.
"""

from __future__ import annotations

import functools
import types
from collections.abc import Callable, Coroutine
from typing import Any, Concatenate, Generic, ParamSpec, Protocol, TypeVar, overload

from warren.sync.loop_thread import LoopThread

P = ParamSpec("P")
R = TypeVar("R")
S = TypeVar("S")
T = TypeVar("T")


class Bridged(Protocol):
    """What has such methods: a synchronous object with an asynchronous one behind it."""

    def _behind(self) -> tuple[LoopThread, Any]:
        """The thread whose loop the asynchronous object lives in, and that object."""
        ...


class Blocking(Generic[P, R]):
    """A method of a `Bridged` class."""

    def __init__(self, function: Callable[Concatenate[Any, P], R]) -> None:
        self._function = function
        self.__doc__ = function.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Callable[Concatenate[Any, P], R]: ...
    @overload
    def __get__(self, instance: Bridged, owner: type) -> Callable[P, R]: ...
    def __get__(self, instance: Bridged | None, owner: type) -> Any:
        return self._function if instance is None else types.MethodType(self._function, instance)


def blocking(method: Callable[Concatenate[S, P], Coroutine[Any, Any, R]]) -> Blocking[P, R]:
    """The synchronous form of an asynchronous method; raises what that raises, and what `LoopThread.call` does."""
    return converting(method, lambda _, result: result)


def converting(
    method: Callable[Concatenate[S, P], Coroutine[Any, Any, R]], convert: Callable[[Any, R], T]
) -> Blocking[P, T]:
    """Likewise, with a result that needs a synchronous form itself: `convert` makes it, given the object, too."""

    def call(self: Any, /, *args: P.args, **kwargs: P.kwargs) -> T:
        thread, behind = self._behind()
        return convert(self, thread.call(method(behind, *args, **kwargs)))

    functools.update_wrapper(call, method)
    return Blocking(call)
