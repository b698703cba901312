"""Coercing what has no parts: numbers, text, times and the like, from plain or tagged JSON to tagged JSON.

Each function returns the encoded value, or raises `ValueError` with the reason why it does not fit. Must not know
containers or the user's types.
"""

from __future__ import annotations

import base64
import datetime as dt
import decimal
import math
import pathlib
import re
import uuid
from collections.abc import Callable
from typing import Any, Final, cast

from warren.contracts.values import TAG, Json, TypeResolver, decode, encode
from warren.errors import InvalidInput

_NO_TYPES = cast(TypeResolver, None)
"""The tags of scalars name no class."""


class NotThatKind(ValueError):
    """The value is of another kind altogether; there is nothing more to say about it."""


def tag_of(value: Json) -> str | None:
    """The tag of a tagged value, or None for plain JSON."""
    tag = value.get(TAG) if isinstance(value, dict) else None
    return tag if isinstance(tag, str) else None


def coerce_scalar(kind: str, value: Json) -> Json:
    """Coerce `value` to the scalar `kind`; raises `ValueError` with the reason."""
    tag = tag_of(value)
    try:
        if tag is None:
            return _FROM_PLAIN[kind](value)
        if tag in TAGGED.get(kind, ()):
            return encode(_decode(value))
        if tag == "int" and kind in {"float", "decimal"}:
            return _FROM_PLAIN[kind](_decode(value))
    except ArithmeticError as error:
        raise ValueError(f"not a valid {kind}") from error
    raise NotThatKind


def _decode(value: Json) -> Any:
    try:
        return decode(value, _NO_TYPES)
    except InvalidInput as error:
        raise ValueError(str(error)) from error


def _none(value: Json) -> Json:
    if value is not None:
        raise NotThatKind
    return None


def _bool(value: Json) -> Json:
    if not isinstance(value, bool):
        raise NotThatKind
    return value


def _int(value: Json) -> Json:
    if isinstance(value, float) and value.is_integer():
        raise ValueError("write it without a decimal point")
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotThatKind
    return encode(value)


def _float(value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise NotThatKind
    try:
        return encode(float(value))
    except OverflowError as error:
        raise ValueError("too large for a float") from error


def _str(value: Json) -> Json:
    if not isinstance(value, str):
        raise NotThatKind
    return value


def _text(value: Json) -> str:
    if not isinstance(value, str):
        raise NotThatKind
    return value


def _bytes(value: Json) -> Json:
    text = _text(value)
    try:
        return encode(base64.b64decode(text, validate=True))
    except ValueError as error:
        raise ValueError("not base64") from error


def _iso(parse: Callable[[str], Any], what: str) -> Callable[[Json], Json]:
    def convert(value: Json) -> Json:
        text = _text(value)
        try:
            return encode(parse(text))
        except ValueError as error:
            raise ValueError(f"not an ISO 8601 {what}") from error

    return convert


_DURATION: Final = re.compile(
    r"(?P<sign>[-+])?P(?:(?P<weeks>\d+(?:\.\d+)?)W)?(?:(?P<days>\d+(?:\.\d+)?)D)?"
    r"(?:T(?:(?P<hours>\d+(?:\.\d+)?)H)?(?:(?P<minutes>\d+(?:\.\d+)?)M)?(?:(?P<seconds>\d+(?:\.\d+)?)S)?)?"
)


def _timedelta(value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotThatKind
    if not isinstance(value, str):
        if not math.isfinite(value):
            raise ValueError("not a number of seconds")
        return encode(dt.timedelta(seconds=value))
    match = _DURATION.fullmatch(value)
    parts = {name: float(part) for name, part in (match.groupdict() if match else {}).items() if part not in _SIGNS}
    if match is None or not parts:
        raise ValueError("neither a number of seconds nor an ISO 8601 duration")
    duration = dt.timedelta(**parts)
    return encode(-duration if match["sign"] == "-" else duration)


_SIGNS: Final = {None, "-", "+"}


def _decimal(value: Json) -> Json:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise NotThatKind
    try:
        return encode(decimal.Decimal(value if isinstance(value, str) else str(value)))
    except decimal.InvalidOperation as error:
        raise ValueError("not a decimal number") from error


def _uuid(value: Json) -> Json:
    text = _text(value)
    try:
        return encode(uuid.UUID(text))
    except ValueError as error:
        raise ValueError("not a UUID") from error


_FROM_PLAIN: Final[dict[str, Callable[[Json], Json]]] = {
    "none": _none,
    "bool": _bool,
    "int": _int,
    "float": _float,
    "str": _str,
    "bytes": _bytes,
    "datetime": _iso(dt.datetime.fromisoformat, "date and time"),
    "date": _iso(dt.date.fromisoformat, "date"),
    "time": _iso(dt.time.fromisoformat, "time"),
    "timedelta": _timedelta,
    "decimal": _decimal,
    "uuid": _uuid,
    "path": lambda value: encode(pathlib.PurePosixPath(_text(value))),
}
SCALARS: Final = frozenset(_FROM_PLAIN)

TAGGED: Final[dict[str, frozenset[str]]] = {
    "int": frozenset({"int"}),
    "float": frozenset({"float"}),
    "str": frozenset({"str"}),
    "bytes": frozenset({"bytes"}),
    "datetime": frozenset({"datetime"}),
    "date": frozenset({"date", "datetime"}),  # a datetime is a date
    "time": frozenset({"time"}),
    "timedelta": frozenset({"timedelta"}),
    "decimal": frozenset({"decimal"}),
    "uuid": frozenset({"uuid"}),
    "path": frozenset({"path"}),
}
"""The tags that already say that a value is of the kind."""

BUILTINS_OF: Final = {
    "builtins:int": "int",
    "builtins:str": "str",
    "builtins:float": "float",
    "builtins:bytes": "bytes",
}
"""What an enum that is also an int or a str may be given for."""
