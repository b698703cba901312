"""The engine's implementation of every intrinsic that needs no run: the pure builtins, `math`, classes, class methods.

A name has two sides: what it is as a value (`isinstance(x, list)`, `map(str, xs)`) and what calling it does, which for
some takes from the budget first. `ir.intrinsics.SUPPORTED` names them all; a test compares.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import functools
import math
import operator
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any

from warren.engine.attributes import Attributes
from warren.engine.guards import Guards
from warren.engine.iterators import (
    CallIterator,
    EnumerateIterator,
    FilterIterator,
    MapIterator,
    ZipIterator,
    make_iterator,
    make_reversed,
)
from warren.engine.library.containers import CONTAINERS
from warren.engine.library.functions import library_table
from warren.engine.limits import Stop
from warren.engine.objects import ActionCall, Closure, Coroutine, Future
from warren.engine.ordered_set import OrderedFrozenSet, OrderedSet
from warren.errors import LimitExceeded
from warren.ir.intrinsics import CLASS_METHODS, MATH

_HUGE_FACTORIAL = 20_000


def value_table(guards: Guards, attributes: Attributes) -> dict[str, Any]:
    """Intrinsics as values: classes are themselves, functions are their guarded form."""
    plain: dict[str, Any] = {
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
    return call_table(guards, attributes) | plain | CONTAINERS


def call_table(guards: Guards, attributes: Attributes) -> dict[str, Any]:
    """What calling each intrinsic does."""
    library = library_table(guards, attributes)
    return _functions(guards, attributes) | _over_iterables(guards) | _of_modules(guards) | library


def _functions(guards: Guards, attributes: Attributes) -> dict[str, Any]:
    return {
        "abs": abs,
        "ascii": _written(guards, ascii),
        "bin": bin,
        "bool": bool,
        "callable": lambda value: isinstance(value, Closure | type) or callable(value),
        "chr": chr,
        "complex": complex,
        "divmod": _divmod(guards),
        "float": float,
        "hex": hex,
        "int": _int(guards),
        "isinstance": isinstance,
        "issubclass": issubclass,
        "len": len,
        "oct": oct,
        "ord": ord,
        "range": range,
        "repr": _written(guards, repr),
        "round": _round(guards),
        "slice": slice,
        "str": _text(guards),
        "bytes": _bytes(guards),
        "iter": _iterator,
        "next": next,
        "reversed": make_reversed,
        "type": _type_of,
        "pow": _power(guards),
        "format": _format(guards),
        "getattr": _getattr(attributes),
        "hasattr": _hasattr(attributes),
        "enumerate": lambda iterable, start=0: EnumerateIterator(make_iterator(iterable), operator.index(start)),
        "zip": lambda *iterables, strict=False: ZipIterator([make_iterator(part) for part in iterables], strict),
        "map": _map,
        "filter": lambda function, iterable: FilterIterator(function, make_iterator(iterable), guards.budget),
        "NotImplemented": NotImplemented,
        "$matches": matches,
    }


def _over_iterables(guards: Guards) -> dict[str, Any]:
    """What goes over an iterable at once, and so counts its items."""
    functions: dict[str, Callable[..., Any]] = {
        "all": all,
        "any": any,
        "dict": dict,
        "frozenset": OrderedFrozenSet,
        "list": list,
        "max": max,
        "min": min,
        "set": OrderedSet,
        "sorted": sorted,
        "sum": sum,
        "tuple": tuple,
    }
    return {name: _over(guards, function) for name, function in functions.items()}


def _of_modules(guards: Guards) -> dict[str, Any]:
    """Class methods, and what modules of the standard library have."""
    table = {f"math.{name}": _math(guards, name) for name in MATH}
    table |= {name: _class_method(name) for name in CLASS_METHODS}
    table["dict.fromkeys"] = _over(guards, dict.fromkeys)
    for cls in (dt.datetime, dt.date, dt.time, dt.timedelta, dt.timezone):
        table[f"datetime.{cls.__name__}"] = cls
    return table | {
        "functools.reduce": _reduce(guards),
        "dataclasses.replace": dataclasses.replace,
        "dataclasses.asdict": _written(guards, dataclasses.asdict),
        "zoneinfo.ZoneInfo": zoneinfo.ZoneInfo,
        "decimal.Decimal": decimal.Decimal,
        "uuid.UUID": _uuid,
        "uuid.uuid3": _uuid_of_name(guards, uuid.uuid3),
        "uuid.uuid5": _uuid_of_name(guards, uuid.uuid5),
    }


def native_table() -> dict[str, Any]:
    """CPython's own iterators, for places where nobody can keep them."""
    return {"enumerate": enumerate, "zip": zip, "range": range, "reversed": _native_reversed}


def _native_reversed(value: Any) -> Any:
    return reversed(value) if isinstance(value, list | tuple | str | bytes | range | dict) else make_reversed(value)


def matches(error: BaseException, types: Any) -> bool:
    """Whether an `except` clause catches an exception."""
    for cls in types if isinstance(types, tuple) else (types,):
        if not (isinstance(cls, type) and issubclass(cls, BaseException)):
            raise TypeError("catching classes that do not inherit from BaseException is not allowed")
    return isinstance(error, types)


def _over(guards: Guards, function: Callable[..., Any], *, position: int = 0) -> Callable[..., Any]:
    """Count the items of an iterable argument before going over it."""

    def counted(*args: Any, **kwargs: Any) -> Any:
        if len(args) == position + 1:
            first = args[position]
            watched = guards.ticking(first) if "key" in kwargs and _is_iterable(first) else guards.counted(first)
            args = (*args[:position], watched)
        elif len(args) > position:
            args = (*args[:position], guards.counted(args[position]), *args[position + 1 :])
        return function(*args, **kwargs)

    counted.__module__, counted.__qualname__ = "builtins", getattr(function, "__name__", "")
    return counted


def _iterator(value: Any, *sentinel: Any) -> Any:
    if not sentinel:
        return make_iterator(value)
    if not callable(value):
        raise TypeError("iter(v, w): v must be callable")
    return CallIterator(value, sentinel[0])


def _map(function: Any, *iterables: Any) -> Any:
    if not iterables:
        raise TypeError("map() must have at least two arguments.")
    return MapIterator(function, [make_iterator(part) for part in iterables])


def _is_iterable(value: Any) -> bool:
    return hasattr(value.__class__, "__iter__")


def _reduce(guards: Guards) -> Callable[..., Any]:
    def reduce(function: Any, iterable: Any, *initial: Any) -> Any:
        items = guards.ticking(iterable) if _is_iterable(iterable) else iterable
        return functools.reduce(function, items, *initial)

    return reduce


def _written(guards: Guards, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that writes its argument, aliases again and again."""

    def written(value: Any) -> Any:
        guards.weigh(value)
        return guards.result(function(value))

    return written


def _round(guards: Guards) -> Callable[..., Any]:
    def rounded(number: Any, ndigits: Any = None) -> Any:
        guards.whole(number, ndigits)
        return round(number, ndigits)

    return rounded


def _int(guards: Guards) -> Callable[..., int]:
    def whole(*args: Any, **kwargs: Any) -> int:
        if args and args[0].__class__ is decimal.Decimal:
            guards.whole(args[0])
        return int(*args, **kwargs)

    return whole


def _divmod(guards: Guards) -> Callable[..., Any]:
    def divided(left: Any, right: Any) -> Any:
        guards.dividing(left, right)
        return divmod(left, right)

    return divided


def _text(guards: Guards) -> Callable[..., str]:
    def text(*args: Any, **kwargs: Any) -> str:
        if args:
            guards.weigh(args[0])
        made: str = guards.result(str(*args, **kwargs))
        return made

    return text


def _bytes(guards: Guards) -> Callable[..., bytes]:
    def made(*args: Any, **kwargs: Any) -> bytes:
        if args and isinstance(args[0], int):
            guards.width(args[0])
        elif args:
            args = (guards.counted(args[0]), *args[1:])
        return bytes(*args, **kwargs)

    return made


def _type_of(*args: Any) -> Any:
    """`type(x)`; of the engine's own objects a class that has the name and nothing else."""
    if len(args) != 1:
        raise TypeError("type() takes 1 argument in a workflow")
    cls = type(args[0])
    return stand_in(_NAMES.get(cls, cls.__name__)) if cls.__module__.startswith(_OWN) and cls not in _SHOWN else cls


_OWN = "warren.engine"
_SHOWN = frozenset({OrderedSet, OrderedFrozenSet})
_NAMES: dict[type, str] = {Closure: "function", ActionCall: "coroutine", Coroutine: "coroutine", Future: "Task"}


@functools.cache
def stand_in(name: str) -> type:
    """A class that stands for one of the engine's own: it has the name, and nothing can be made of it."""

    def refuse(cls: type, *args: Any, **kwargs: Any) -> Any:
        raise TypeError(f"cannot create '{name}' instances")

    return type(name, (), {"__new__": refuse, "__module__": "builtins", "__warren_stand_in__": True})


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
            raise Stop(LimitExceeded(f"getattr(..., {name!r}): names that start with an underscore are private"))
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


def _math(guards: Guards, name: str) -> Callable[..., Any]:
    function: Callable[..., Any] = getattr(math, name)
    if name in {"factorial", "comb", "perm"}:

        def bounded(*args: Any) -> Any:
            if any(isinstance(arg, int) and arg > _HUGE_FACTORIAL for arg in args):
                raise Stop(LimitExceeded(f"math.{name} of more than {_HUGE_FACTORIAL:,} belongs into an @action"))
            guards.budget.spend(sum(arg for arg in args if isinstance(arg, int) and arg > 0))
            return function(*args)

        return bounded
    if name in {"gcd", "lcm"}:

        def common(*args: Any) -> Any:
            guards.greatest_common(*args)
            return function(*args)

        return common
    if name in {"floor", "ceil", "trunc"}:

        def whole(number: Any) -> Any:
            guards.whole(number)
            return function(number)

        return whole
    if name == "prod":
        return lambda iterable, *, start=1: functools.reduce(guards.multiply, guards.ticking(iterable), start)
    if name in {"fsum", "dist"}:
        return _over(guards, function)
    return function


def _class_method(name: str) -> Callable[..., Any]:
    path = name.split(".")
    owner: Any = {"datetime": dt, "dict": dict, "str": str, "bytes": bytes, "int": int, "float": float}[path[0]]
    for part in path[1:]:
        owner = getattr(owner, part)
    if name.endswith("datetime.fromtimestamp"):

        def from_timestamp(timestamp: Any, tz: Any = None) -> Any:
            if tz is None:
                raise Stop(LimitExceeded("datetime.fromtimestamp without a time zone depends on the machine; pass tz="))
            return dt.datetime.fromtimestamp(timestamp, tz)

        return from_timestamp
    found: Callable[..., Any] = owner
    return found


def _uuid_of_name(guards: Guards, function: Callable[..., uuid.UUID]) -> Callable[..., uuid.UUID]:
    def made(namespace: Any, name: Any) -> uuid.UUID:
        if isinstance(name, str | bytes):
            guards.budget.spend(len(name) >> 6)
        return function(namespace, name)

    return made


def _uuid(*args: Any, **kwargs: Any) -> uuid.UUID:
    return uuid.UUID(*args, **kwargs)
