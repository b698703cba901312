"""Texts and numbers made of each other: `int`, `str`, `bytes`, `Decimal`, `repr`, `hex`, class methods that read texts.

Each is CPython's own, and takes from the budget what reading and writing take. Must not know of operators.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any, Final

from warren.engine.guarded import moments
from warren.engine.guarded.costs import is_large_int
from warren.engine.guarded.guards import Guards
from warren.engine.values.limits import MAX_INT_BITS, Stop
from warren.errors import LimitExceeded

_LONG_NUMBER: Final = 100
_MOST_DIGITS: Final = 5_000
"""Of more, `int` refuses to make a decimal number; other bases take a time that is linear."""


_OF_THE_MACHINE: Final[dict[str, Callable[..., Any]]] = {
    "datetime.datetime.fromtimestamp": moments.from_timestamp,
    "datetime.date.fromtimestamp": moments.date_from_timestamp,
}
"""Class methods that would read the machine's time zone, by intrinsic name."""


def conversions(guards: Guards) -> dict[str, Any]:
    """Classes that read a text or a number."""
    return {
        "bytes": _bytes(guards),
        "complex": reading(guards, complex),
        "float": reading(guards, float),
        "int": _int(guards),
        "str": _text(guards),
        "decimal.Decimal": reading(guards, decimal.Decimal, digits_in_step=4),
        "uuid.UUID": reading(guards, uuid.UUID, least=4),
        "zoneinfo.ZoneInfo": reading(guards, _zone, least=100),
        **{
            f"datetime.{cls.__name__}": reading(guards, cls)
            for cls in (dt.datetime, dt.date, dt.time, dt.timedelta, dt.timezone)
        },
    }


def written(guards: Guards, function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A function that writes its argument, aliases again and again."""

    def write(value: Any) -> Any:
        guards.written(value)
        return guards.result(function(value))

    return write


def of_number(guards: Guards, function: Callable[[Any], Any], factor: int = 1) -> Callable[[Any], Any]:
    """A function whose result is about as large as a number is."""

    def computed(number: Any) -> Any:
        if isinstance(number, int) and is_large_int(number):
            guards.budget.allocate(factor * (number.bit_length() >> 3))
            guards.work(8 * guards.units(number))
        elif number.__class__ is decimal.Decimal:
            guards.work(4 * guards.units(number))
        return function(number)

    return computed


def reading(
    guards: Guards, function: Callable[..., Any], *, digits_in_step: int = 32, least: int = 0
) -> Callable[..., Any]:
    """A function that reads texts or numbers."""

    def read(*args: Any, **kwargs: Any) -> Any:
        if least:
            guards.budget.spend(least)
        for arg in (*args, *kwargs.values()):
            cls = arg.__class__
            if cls is str or cls is bytes:
                guards.budget.spend(len(arg) // digits_in_step)
                if len(arg) > 1_000:
                    guards.budget.allocate(len(arg))
            elif cls is int and is_large_int(arg):
                digits = arg.bit_length() // 30
                guards.budget.spend(digits * digits // 1_000 if function is decimal.Decimal else digits)
            elif cls is decimal.Decimal:
                guards.work(8 * guards.units(arg))
            elif cls is list or cls is tuple:
                guards.budget.spend(len(arg))
        return function(*args, **kwargs)

    read.__module__, read.__qualname__ = function.__module__, getattr(function, "__name__", "")
    return read


def _zone(*args: Any, **kwargs: Any) -> zoneinfo.ZoneInfo:
    for key in (*args, *kwargs.values()):
        moments.checked_zone(key)
    return zoneinfo.ZoneInfo(*args, **kwargs)


_zone.__module__, _zone.__name__ = "zoneinfo", "ZoneInfo"


def _int(guards: Guards) -> Callable[..., int]:
    def whole(*args: Any, **kwargs: Any) -> int:
        value: Any = args[0] if args else None
        cls = value.__class__
        if cls is str or cls is bytes:
            count = len(value)
            if count > _LONG_NUMBER:
                guards.budget.spend(count * count >> 16 if count < _MOST_DIGITS else count >> 4)
                return _checked(guards, int(*args, **kwargs), count)
        elif cls is decimal.Decimal:
            guards.whole(value)
        return int(*args, **kwargs)

    return whole


def _checked(guards: Guards, made: int, count: int) -> int:
    """A number that was read, within the limit for all of them."""
    if made.bit_length() > MAX_INT_BITS:
        raise Stop(LimitExceeded(f"an integer of {count:,} characters or bytes belongs into an @action"))
    guards.result(made)
    return made


def _text(guards: Guards) -> Callable[..., str]:
    def text(*args: Any, **kwargs: Any) -> str:
        guards.budget.spend(1)
        if args and args[0].__class__ is not str:
            guards.written(args[0], 1 if isinstance(args[0], bytes) and len(args) > 1 else 4)
        made: str = guards.result(str(*args, **kwargs))
        return made

    return text


def _bytes(guards: Guards) -> Callable[..., bytes]:
    def made(*args: Any, **kwargs: Any) -> bytes:
        if args and isinstance(args[0], int):
            guards.width(args[0])
        elif args and isinstance(args[0], str):
            guards.width(4 * len(args[0]))
        elif args:
            args = (guards.counted(args[0]), *args[1:])
        return bytes(*args, **kwargs)

    return made


def class_method(guards: Guards, name: str) -> Callable[..., Any]:
    """A method of a built-in class, by intrinsic name: `datetime.datetime.fromisoformat`."""
    path = name.split(".")
    owner: Any = {"datetime": dt, "dict": dict, "str": str, "bytes": bytes, "int": int, "float": float}[path[0]]
    for part in path[1:]:
        owner = getattr(owner, part)
    if name in _OF_THE_MACHINE:
        return _OF_THE_MACHINE[name]
    if name == "int.from_bytes":

        def from_bytes(*args: Any, **kwargs: Any) -> int:
            given = args[0] if args else kwargs.get("bytes", b"")
            return _checked(guards, int.from_bytes(*args, **kwargs), len(given) if hasattr(given, "__len__") else 0)

        return from_bytes
    if name == "str.maketrans":

        def make_table(*args: Any) -> Any:
            for arg in args:
                if hasattr(arg, "__len__"):
                    guards.items(13 * len(arg))
            return str.maketrans(*args)

        return make_table
    if name == "datetime.datetime.strptime":
        return reading(guards, moments.strptime, least=40)
    return reading(guards, owner)
