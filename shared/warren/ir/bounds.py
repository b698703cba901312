"""Bounds in a type spec, `{"bounded": [T, {"gt": 0}]}`: what pydantic's `Field(gt=0)` says of a model's field.

A bound that JSON cannot say is left out, and a value that has no number or length is within all of them. Must not know
the user's classes.
"""

from __future__ import annotations

import decimal
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

from warren.contracts.tags import TAG, Json

Number = int | float | decimal.Decimal

_NUMBERS: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "gt": (operator.gt, "greater than"),
    "ge": (operator.ge, "at least"),
    "lt": (operator.lt, "less than"),
    "le": (operator.le, "at most"),
    "multiple_of": (lambda value, bound: not _are_whole(value, bound) or value % bound == 0, "a multiple of"),
}
_LENGTHS: Final[dict[str, tuple[Callable[[Any, Any], bool], str]]] = {
    "min_length": (operator.ge, "of length at least"),
    "max_length": (operator.le, "of length at most"),
}
NAMES: Final = (*_NUMBERS, *_LENGTHS)
"""The names of bounds, as in pydantic and annotated-types."""


def is_bound(name: Any, bound: Any) -> bool:
    """Whether it is a bound that a spec may have."""
    return name in NAMES and type(bound) in {int, float} and not (name == "multiple_of" and not bound)


def bounds_text(bounds: Mapping[str, Json]) -> str:
    """Bounds as a person would say them."""
    words = {name: text for name, (_, text) in (_NUMBERS | _LENGTHS).items()}
    return " and ".join(f"{words[name]} {bound}" for name, bound in bounds.items())


def is_within(value: Json, bounds: Mapping[str, Json]) -> bool:
    """Whether an encoded value is within all bounds."""
    number, length = _number(value), _length(value)
    return all(
        _holds(_NUMBERS[name], number, bound) if name in _NUMBERS else _holds(_LENGTHS[name], length, bound)
        for name, bound in bounds.items()
    )


def _holds(bound: tuple[Callable[[Any, Any], bool], str], value: Number | None, limit: Json) -> bool:
    return value is None or bound[0](value, limit)


def _are_whole(value: Any, bound: Any) -> bool:
    """Whether it can be said exactly: a fraction in binary is no multiple of what it was written as."""
    return isinstance(value, int) and isinstance(bound, int)


def _number(value: Json) -> Number | None:
    match value:
        case bool():
            return None
        case int() | float():
            return value
        case {"$": "int", "v": str(text)}:
            return int(text, 16)
        case {"$": "decimal", "v": str(text)} if (found := decimal.Decimal(text)).is_finite():
            return found
    return None


def _length(value: Json) -> int | None:
    items = value.get("v") if isinstance(value, dict) and TAG in value else value
    is_sized = isinstance(value, str) or isinstance(items, list | dict)
    return len(items) if is_sized and items is not None else None
