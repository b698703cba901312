"""Immutable values in a snapshot that are no plain JSON: each is written whole, and is one object again after it.

    ["x", tagged JSON]    ["timezone", seconds, name or null]    ["zone", key]    ["slice", three tagged]
    ["decimals", tagged]    ["week", tagged]    ["class", ref, hierarchy or null]    ["stand-in", name]

Must not know what refers to them.
"""

from __future__ import annotations

import datetime as dt
import decimal
import zoneinfo
from typing import Any

from warren.contracts.known_values import zone_name
from warren.contracts.values import decode, encode, type_ref
from warren.engine.classes.type_table import TypeTable
from warren.engine.library.builtins import placeholder_class

Json = Any
KINDS = frozenset({"x", "timezone", "zone", "slice", "decimals", "week", "class", "stand-in"})


def write(value: Any) -> Json:
    """The value as snapshot data; raises `UnserializableValue` for what cannot be kept."""
    match value:
        case dt.timezone():
            return ["timezone", value.utcoffset(None).total_seconds(), zone_name(value)]
        case zoneinfo.ZoneInfo():
            return ["zone", value.key]
        case slice():
            return ["slice", encode([value.start, value.stop, value.step])]
        case decimal.DecimalTuple():
            return ["decimals", encode(tuple(value))]
        case tuple():
            return ["week", encode(tuple(value))]
        case type():
            return _write_class(value)
        case _:
            return ["x", encode(value)]


def read(data: Json, types: TypeTable) -> Any:
    """The value again."""
    match data[0]:
        case "timezone":
            offset = dt.timedelta(seconds=data[1])
            if data[2] is None:
                return dt.timezone.utc if not offset else dt.timezone(offset)  # noqa: UP017 - the one object there is
            return dt.timezone(offset, data[2])
        case "zone":
            return zoneinfo.ZoneInfo(data[1])
        case "slice":
            return slice(*decode(data[1], types))
        case "decimals":
            return decimal.DecimalTuple(*decode(data[1], types))
        case "week":
            return dt.date.fromisocalendar(*decode(data[1], types)).isocalendar()
        case "class":
            return types.get(data[1]) if data[2] is None else types.exception_class(data[1], data[2])
        case "stand-in":
            return placeholder_class(data[1])
        case _:
            return decode(data[1], types)


def _write_class(cls: type) -> Json:
    if getattr(cls, "__warren_placeholder__", False):
        return ["stand-in", cls.__name__]
    if issubclass(cls, BaseException):
        return ["class", type_ref(cls), [type_ref(base) for base in cls.__mro__[:-1]]]
    return ["class", type_ref(cls), None]
