"""The engine's implementation of every intrinsic that needs no run: the pure builtins, `math`, classes, class methods.

A name has two sides: what it is as a value (`isinstance(x, list)`, `map(str, xs)`) and what calling it does, which for
some takes from the budget first. `ir.intrinsics.SUPPORTED` names them all; a test compares.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import functools
import operator
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

from warren.engine.guarded.attributes import Attributes
from warren.engine.guarded.consumers import is_iterable, over, over_iterables
from warren.engine.guarded.conversions import class_method, conversions, of_number, written
from warren.engine.guarded.guards import Guards
from warren.engine.library.containers import CONTAINERS
from warren.engine.library.functions import library_table
from warren.engine.library.numbers import math_function
from warren.engine.values.calls import ActionCall, Coroutine
from warren.engine.values.closures import Closure
from warren.engine.values.futures import Future
from warren.engine.values.iterators import (
    CallIterator,
    EnumerateIterator,
    FilterIterator,
    MapIterator,
    ZipIterator,
    make_iterator,
    make_reversed,
)
from warren.engine.values.limits import Stop
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.errors import NotSupportedInWorkflow
from warren.ir.intrinsics import CLASS_METHODS, MATCHES, MATH


def value_table(calls: dict[str, Any]) -> dict[str, Any]:
    """Intrinsics as values: classes are themselves, functions are their guarded form."""
    return calls | _CLASSES | CONTAINERS


def call_table(guards: Guards, attributes: Attributes) -> dict[str, Any]:
    """What calling each intrinsic does."""
    library = library_table(guards, attributes)
    calls = (
        _functions(guards, attributes) | conversions(guards) | over_iterables(guards) | _of_modules(guards) | library
    )
    guards.callables = {cls: calls[name] for name, cls in (_CLASSES | CONTAINERS).items() if isinstance(cls, type)}
    guards.named_calls = calls
    return calls


_CLASSES: dict[str, Any] = {
    "bool": bool,
    "bytes": bytes,
    "complex": complex,
    "dict": dict,
    "float": float,
    "frozenset": OrderedFrozenSet,
    "int": int,
    "list": list,
    "range": range,
    "set": OrderedSet,
    "slice": slice,
    "str": str,
    "tuple": tuple,
    "type": type,
    "NotImplemented": NotImplemented,
    "datetime.datetime": dt.datetime,
    "datetime.date": dt.date,
    "datetime.time": dt.time,
    "datetime.timedelta": dt.timedelta,
    "datetime.timezone": dt.timezone,
    "zoneinfo.ZoneInfo": zoneinfo.ZoneInfo,
    "decimal.Decimal": decimal.Decimal,
    "uuid.UUID": uuid.UUID,
}


def _functions(guards: Guards, attributes: Attributes) -> dict[str, Any]:
    budget, callee = guards.budget, guards.callee
    return {
        "abs": of_number(guards, abs),
        "ascii": written(guards, ascii),
        "bin": of_number(guards, bin, 8),
        "bool": bool,
        "callable": lambda value: isinstance(value, Closure | type) or callable(value),
        "chr": chr,
        "divmod": _divmod(guards),
        "hex": of_number(guards, hex, 2),
        "isinstance": isinstance,
        "issubclass": issubclass,
        "len": len,
        "oct": of_number(guards, oct, 3),
        "ord": ord,
        "range": range,
        "repr": written(guards, repr),
        "round": _round(guards),
        "slice": _slice,
        "iter": _iterator(guards),
        "next": next,
        "reversed": lambda value: make_reversed(value, budget),
        "type": _type_of,
        "pow": _power(guards),
        "format": _format(guards),
        "getattr": _getattr(attributes),
        "hasattr": _hasattr(attributes),
        "enumerate": lambda iterable, start=0: EnumerateIterator(
            make_iterator(iterable, budget), operator.index(start), budget
        ),
        "zip": lambda *iterables, strict=False: ZipIterator(
            [make_iterator(part, budget) for part in iterables], strict, budget
        ),
        "map": _map(guards),
        "filter": lambda function, iterable: FilterIterator(callee(function), make_iterator(iterable, budget), budget),
        "NotImplemented": NotImplemented,
        MATCHES: matches,
    }


def _of_modules(guards: Guards) -> dict[str, Any]:
    """Class methods, and what modules of the standard library have."""
    return (
        {f"math.{name}": math_function(guards, name) for name in MATH}
        | {name: class_method(guards, name) for name in CLASS_METHODS}
        | {
            "dict.fromkeys": over(guards, dict.fromkeys, hashes=True),
            "functools.reduce": _reduce(guards),
            "dataclasses.replace": dataclasses.replace,
            "dataclasses.asdict": written(guards, dataclasses.asdict),
            "uuid.uuid3": _uuid_of_name(guards, uuid.uuid3),
            "uuid.uuid5": _uuid_of_name(guards, uuid.uuid5),
        }
    )


def native_table(guards: Guards) -> dict[str, Any]:
    """CPython's own iterators, for places where nobody can keep them."""
    begun, budget = guards.begun, guards.budget

    def native_reversed(value: Any) -> Any:
        is_native = isinstance(value, list | tuple | str | bytes | range | dict)
        return reversed(begun(value)) if is_native else make_reversed(value, budget)

    return {
        "enumerate": lambda iterable, start=0: enumerate(begun(iterable), start),
        "zip": lambda *iterables: zip(*map(begun, iterables), strict=False),
        "range": range,
        "reversed": native_reversed,
    }


def matches(error: BaseException, types: Any) -> bool:
    """Whether an `except` clause catches an exception."""
    for cls in types if isinstance(types, tuple) else (types,):
        if not (isinstance(cls, type) and issubclass(cls, BaseException)):
            raise TypeError("catching classes that do not inherit from BaseException is not allowed")
    return isinstance(error, types)


def _iterator(guards: Guards) -> Callable[..., Any]:
    def iterator(value: Any, *sentinel: Any) -> Any:
        if not sentinel:
            return make_iterator(value, guards.budget)
        if not callable(value):
            raise TypeError("iter(v, w): v must be callable")
        return CallIterator(guards.callee(value), sentinel[0], guards)

    return iterator


def _map(guards: Guards) -> Callable[..., Any]:
    def mapped(function: Any, *iterables: Any) -> Any:
        if not iterables:
            raise TypeError("map() must have at least two arguments.")
        inners = [make_iterator(part, guards.budget) for part in iterables]
        return MapIterator(guards.callee(function), inners, guards.budget)

    return mapped


def _reduce(guards: Guards) -> Callable[..., Any]:
    def reduce(function: Any, iterable: Any, *initial: Any) -> Any:
        items = guards.ticking(iterable) if is_iterable(iterable) else iterable
        return functools.reduce(guards.callee(function), items, *initial)

    return reduce


def _slice(*args: Any) -> slice:
    """`slice`; not of slices, which CPython frees by recursion."""
    for arg in args:
        if arg.__class__ is slice:
            raise Stop(NotSupportedInWorkflow("a slice whose bounds are slices is not supported in a workflow"))
    return slice(*args)


def _round(guards: Guards) -> Callable[..., Any]:
    def rounded(number: Any, ndigits: Any = None) -> Any:
        guards.whole(number, ndigits)
        return round(number, ndigits)

    return rounded


def _divmod(guards: Guards) -> Callable[..., Any]:
    def divided(left: Any, right: Any) -> Any:
        guards.dividing(left, right)
        return divmod(left, right)

    return divided


def _type_of(*args: Any) -> Any:
    """`type(x)`; of the engine's own objects a class that has the name and nothing else."""
    if len(args) != 1:
        raise TypeError("type() takes 1 argument in a workflow")
    cls = type(args[0])
    return (
        placeholder_class(_NAMES.get(cls, cls.__name__))
        if cls.__module__.startswith(_OWN) and cls not in _SHOWN
        else cls
    )


_OWN = "warren.engine"
_SHOWN = frozenset({OrderedSet, OrderedFrozenSet})
_NAMES: dict[type, str] = {Closure: "function", ActionCall: "coroutine", Coroutine: "coroutine", Future: "Task"}


@functools.cache
def placeholder_class(name: str) -> type:
    """A class that stands for one of the engine's own: it has the name, and nothing can be made of it."""

    def refuse(cls: type, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"cannot create '{name}' instances")

    return type(name, (), {"__new__": refuse, "__module__": "builtins", "__warren_placeholder__": True})


def _power(guards: Guards) -> Callable[..., Any]:
    def power(base: Any, exp: Any, mod: Any = None) -> Any:
        return guards.power(base, exp) if mod is None else guards.power_modulo(base, exp, mod)

    return power


def _format(guards: Guards) -> Callable[..., str]:
    return lambda value, format_spec="": guards.format(value, None, format_spec)


def _getattr(attributes: Attributes) -> Callable[..., Any]:
    def get(value: Any, name: str, *default: Any) -> Any:
        if not isinstance(name, str):
            raise TypeError(f"attribute name must be string, not '{type(name).__name__}'")
        if name.startswith("_"):
            raise Stop(
                NotSupportedInWorkflow(f"getattr(..., {name!r}): names that start with an underscore are private")
            )
        try:
            return attributes.get(value, name)
        except AttributeError:
            if default:
                return default[0]
            raise

    return get


def _hasattr(attributes: Attributes) -> Callable[[Any, str], bool]:
    missing = object()
    get = _getattr(attributes)
    return lambda value, name: get(value, name, missing) is not missing


def _uuid_of_name(guards: Guards, function: Callable[..., uuid.UUID]) -> Callable[..., uuid.UUID]:
    def made(namespace: Any, name: Any) -> uuid.UUID:
        guards.budget.spend(4)
        if isinstance(name, str | bytes):
            guards.budget.spend(len(name) >> 6)
        return function(namespace, name)

    return made
