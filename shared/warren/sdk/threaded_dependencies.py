"""Plain functions as dependencies of plain actions: called in threads, as the action itself is.

They may block as long as they like. What they set of the context variables is seen by the action and by other
dependencies, as if all ran in one thread. Must not know how dependencies are found or in what order they are resolved.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar, Token, copy_context
from typing import Any

from warren.sdk.threads import call_in_thread

Dependency = Callable[..., Any]


class ThreadedDependencies:
    """What mountaineer-di asks for replacements (`get`): each plain function is replaced by its call in a thread.

    `replacements` are the user's own, and come first.
    """

    def __init__(self, replacements: Mapping[Dependency, Dependency]) -> None:
        self._replacements = replacements

    def get(self, dependency: Dependency, default: Dependency) -> Dependency:
        """What to call instead of `dependency`; what is async, or no function, is left on the event loop."""
        chosen = self._replacements.get(dependency, default)
        if inspect.iscoroutinefunction(chosen) or inspect.isasyncgenfunction(chosen):
            return chosen
        if not (inspect.isfunction(chosen) or inspect.ismethod(chosen)):
            return chosen
        return _opened_in_thread(chosen) if inspect.isgeneratorfunction(chosen) else _called_in_thread(chosen)


def _called_in_thread(func: Dependency) -> Dependency:
    @functools.wraps(func)
    async def call(**kwargs: Any) -> Any:
        result = await _Side(func).run(func, **kwargs)
        return await result if inspect.isawaitable(result) else result

    return call


def _opened_in_thread(func: Dependency) -> Dependency:
    """A generator with one `yield`: both of its halves run in one context, so that it may reset what it has set."""

    @functools.wraps(func)
    async def open_and_close(**kwargs: Any) -> AsyncIterator[Any]:
        side = _Side(func)
        manager: AbstractContextManager[Any] = contextmanager(func)(**kwargs)
        value = await side.run(manager.__enter__)
        try:
            yield value
        except BaseException as error:
            if not await side.run(manager.__exit__, type(error), error, error.__traceback__):
                raise
        else:
            await side.run(manager.__exit__, None, None, None)

    return open_and_close


class _Side:
    """The context of one dependency in threads, a copy of the caller's; `named` is whose parts it runs."""

    def __init__(self, named: Dependency) -> None:
        self._named = named
        self._context = copy_context()
        self._set: dict[ContextVar[Any], Token[Any]] = {}

    async def run(self, step: Dependency, *args: Any, **kwargs: Any) -> Any:
        """Call `step` in a thread, and have the caller see what it set and reset."""

        @functools.wraps(self._named)
        def in_context() -> Any:
            return self._context.run(step, *args, **kwargs)

        result = await call_in_thread(in_context, (), {})
        for variable, value in self._context.items():
            if variable.get(None) is not value:
                self._set[variable] = variable.set(value)
        for variable in [each for each in self._set if each not in self._context]:
            variable.reset(self._set.pop(variable))
        return result
