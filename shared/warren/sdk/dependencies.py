"""Dependency injection of actions, on top of mountaineer-di: which parameters are injected, and calling with them.

A parameter is injected when its default is `Depends(...)` or its annotation is `Annotated[T, Depends(...)]`. Every call
resolves again, and what was opened is closed when the call ends, however it ends. Must not know registries or workers.
"""

from __future__ import annotations

import contextlib
import inspect
import sys
import typing
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from inspect import BoundArguments, Parameter, Signature
from types import FrameType
from typing import Any

from mountaineer_di import DependencyResolver, Depends, provide_dependencies

from warren.sdk.threaded_dependencies import ThreadedDependencies

__all__ = ["Depend", "Depends", "Injection", "find_injection", "provide_dependencies"]

Depend = Depends

_MARKER = type(Depends())
_OVERRIDES = "__mountaineer_dependency_overrides__"
"""Where `@dependency_override` keeps replacements."""
_VARIADIC = {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}


@dataclass(frozen=True, slots=True)
class Injection:
    """How to call a function that has injected parameters.

    `public` is its signature without them, `full` with them; `resolver` is what mountaineer-di is shown: a function
    that has nothing but them.
    """

    full: Signature
    public: Signature
    names: frozenset[str]
    resolver: Callable[..., Any]

    async def call(
        self,
        func: Callable[..., Any],
        args: tuple[Any, ...] | list[Any],
        kwargs: Mapping[str, Any],
        run: Callable[[Callable[..., Any], tuple[Any, ...], dict[str, Any]], Awaitable[Any]],
    ) -> Any:
        """Call `func` through `run`, with its dependencies resolved before and closed after.

        Dependencies given by keyword are used as they are. A dependency sees the exception of the call, but cannot
        swallow it. If `func` is a plain `def`, so may its dependencies block: those that are plain run in threads.

        Raises:
            TypeError: the arguments do not fit the signature.
        """
        bound = self._bind(func, args, kwargs)
        given = {name: value for name, value in bound.items() if self.full.parameters[name].kind not in _VARIADIC}
        failure: BaseException | None = None
        result = None
        in_threads = not inspect.iscoroutinefunction(func)
        provided = self._provide_in_threads(given) if in_threads else provide_dependencies(self.resolver, given)
        async with provided as resolved:
            injected = {name: resolved[name] for name in self.names}
            values = {**bound, **injected}
            ordered = {name: values[name] for name in self.full.parameters}
            call = BoundArguments(self.full, ordered)
            try:
                result = await run(func, call.args, call.kwargs)
            except BaseException as error:
                failure = error
                raise
        if failure is not None:
            raise failure
        return result

    @contextlib.asynccontextmanager
    async def _provide_in_threads(self, given: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """What `provide_dependencies` does, with plain functions in threads."""
        replacements = vars(self.resolver).get(_OVERRIDES, {})
        threaded: Any = ThreadedDependencies(replacements)
        resolver = DependencyResolver(given, dependency_overrides=threaded)
        try:
            yield await resolver.build_call_kwargs(self.resolver)
        except BaseException as error:
            if not await resolver.exit(type(error), error, error.__traceback__):
                raise
        else:
            await resolver.close()

    def _bind(
        self, func: Callable[..., Any], args: tuple[Any, ...] | list[Any], kwargs: Mapping[str, Any]
    ) -> dict[str, Any]:
        injected = {name: value for name, value in kwargs.items() if name in self.names}
        plain = {name: value for name, value in kwargs.items() if name not in self.names}
        try:
            bound = self.public.bind(*args, **plain)
        except TypeError as error:
            return self._bind_fully(args, kwargs, TypeError(f"{func.__name__}() {error}"))
        bound.apply_defaults()
        return {**bound.arguments, **injected}

    def _bind_fully(
        self, args: tuple[Any, ...] | list[Any], kwargs: Mapping[str, Any], problem: TypeError
    ) -> dict[str, Any]:
        """For a direct call that gives dependencies by position."""
        try:
            bound = self.full.bind(*args, **kwargs)
        except TypeError:
            raise problem from None
        given = set(bound.arguments)
        bound.apply_defaults()
        return {name: value for name, value in bound.arguments.items() if name in given or name not in self.names}


def find_injection(func: Callable[..., Any]) -> Injection | None:
    """What `func` wants injected, or None when nothing.

    Raises:
        TypeError: an injected parameter is positional-only or variadic, or says nothing that could be called.
    """
    full, injected = _parameters_of(func)
    if not injected:
        return None
    names = frozenset(parameter.name for parameter in injected)

    async def resolver(**dependencies: Any) -> None:
        """Stand in for the action, with its injected parameters only."""

    resolver.__name__ = func.__name__
    shown = [parameter.replace(kind=Parameter.KEYWORD_ONLY) for parameter in injected]
    vars(resolver)["__signature__"] = Signature(shown)
    resolver.__annotations__ = {parameter.name: parameter.annotation for parameter in injected}
    vars(resolver).update({name: value for name, value in vars(func).items() if "dependency_overrides" in name})
    public = full.replace(parameters=[one for one in full.parameters.values() if one.name not in names])
    return Injection(full, public, names, resolver)


def _parameters_of(func: Callable[..., Any]) -> tuple[Signature, list[Parameter]]:
    """The signature of the function itself, and those of its parameters that are injected.

    A decorator's function that takes any keywords gets the dependencies of what it wraps as well, to pass them on.
    """
    own = inspect.signature(func, follow_wrapped=False)
    parameters = list(own.parameters.values())
    injected = [parameter for parameter in map(_Annotated(func), parameters) if parameter is not None]
    for parameter in injected:
        if parameter.kind is Parameter.POSITIONAL_ONLY or parameter.kind in _VARIADIC:
            raise TypeError(
                f"action {func.__qualname__!r}: the dependency {parameter.name!r} must be an ordinary or keyword-only "
                "parameter, because dependencies are passed by keyword"
            )
    wrapped = getattr(func, "__wrapped__", None)
    if wrapped is None or not any(parameter.kind is Parameter.VAR_KEYWORD for parameter in parameters):
        return own, injected
    _, wanted = _parameters_of(wrapped)
    passed = [one.replace(kind=Parameter.KEYWORD_ONLY) for one in wanted if one.name not in own.parameters]
    return own.replace(parameters=[*parameters[:-1], *passed, parameters[-1]]), [*injected, *passed]


class _Annotated:
    """Finds the injected parameters of one function, with each annotation evaluated on its own.

    One annotation that cannot be evaluated yet (a name that is imported for type checkers only) must not hide the
    others, as `typing.get_type_hints` would have it.
    """

    def __init__(self, func: Callable[..., Any]) -> None:
        target = inspect.unwrap(func)
        self._where = func.__qualname__
        self._globals = getattr(target, "__globals__", {})
        self._locals = _free_variables(target)

    def __call__(self, parameter: Parameter) -> Parameter | None:
        annotation = self._evaluate(parameter.annotation)
        candidates = (parameter.default, *_metadata(annotation))
        marker: Any = next((part for part in candidates if _is_marker(part)), None)
        if marker is None:
            return None
        if marker.dependency is None and not callable(_bare(annotation)):
            raise TypeError(
                f"action {self._where!r}: Depends() of {parameter.name!r} needs a function, or a class as annotation"
            )
        return parameter.replace(default=marker, annotation=annotation)

    def _evaluate(self, annotation: Any) -> Any:
        if not isinstance(annotation, str):
            return annotation
        try:
            return eval(annotation, self._globals, self._locals)  # the user's own text, as typing does it
        except Exception:  # noqa: BLE001 - whatever it raises, such an annotation cannot carry a Depends
            return Parameter.empty


def _free_variables(target: Any) -> dict[str, Any]:
    found = _enclosing_variables(target) if "<locals>" in getattr(target, "__qualname__", "") else {}
    names = getattr(getattr(target, "__code__", None), "co_freevars", ())
    for name, cell in zip(names, getattr(target, "__closure__", None) or (), strict=False):
        with contextlib.suppress(ValueError):  # not assigned yet
            found[name] = cell.cell_contents
    return found


def _enclosing_variables(target: Any) -> dict[str, Any]:
    """Variables of the function that defines `target` right now.

    An annotation is no use of a variable for Python, so what only an annotation names is in no cell.
    """
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_globals is not target.__globals__:
        frame = frame.f_back
    return dict(frame.f_locals) if frame is not None else {}


def _is_marker(value: Any) -> bool:
    return isinstance(value, _MARKER) or (
        type(value).__module__ == "fastapi.params" and hasattr(value, "dependency") and hasattr(value, "use_cache")
    )


def _metadata(annotation: Any) -> tuple[Any, ...]:
    return typing.get_args(annotation)[1:] if typing.get_origin(annotation) is typing.Annotated else ()


def _bare(annotation: Any) -> Any:
    if annotation is Parameter.empty:
        return None
    return typing.get_args(annotation)[0] if typing.get_origin(annotation) is typing.Annotated else annotation
