"""Python values to tagged JSON; the form is described in `contracts.values`. Must not know how values are rebuilt."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import datetime as dt
import decimal
import enum
import math
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Final

from pydantic import BaseModel

from warren.contracts.class_names import type_ref
from warren.contracts.encoded_records import NotEncodable, encode_dataclass, encode_foreign, encode_model
from warren.contracts.exceptions import class_attributes, hidden_attributes
from warren.contracts.known_values import zone_name
from warren.contracts.marks import ENCODE
from warren.contracts.tags import (
    FACTORIES,
    KEPT_REPR,
    KEPT_TEXT,
    REMOTE_TRACEBACK,
    TAG,
    UNCOMPILED,
    Json,
    kept_repr,
    kept_text,
)
from warren.contracts.tracebacks import traceback_text
from warren.errors import UnserializableValue

_INT_LIMIT = 1 << 63
MAX_DEPTH: Final = 60
"""Levels of containers and objects that a value may have. One costs up to three levels of JSON, and readers of JSON
stop at 200."""
_PATH_PARTS = 5
"""Of a longer path to what cannot be encoded, so many parts at each end are named."""
_MAX_CAUSES = 20


def encode(value: Any) -> Json:
    """Turn a Python value into tagged JSON.

    Raises:
        UnserializableValue: a part of the value has a type that has no tag, is nested deeper than 60 levels or
            contains itself; the message names the path to it.
    """
    try:
        return _encode(value, 0)
    except NotEncodable as error:
        path = error.path[::-1]
        if len(path) > 2 * _PATH_PARTS:
            path[_PATH_PARTS:-_PATH_PARTS] = [" ... "]
        raise UnserializableValue(f"value{''.join(path)}: {error.reason}") from None


def encode_exception(error: BaseException, *, with_traceback: bool = False) -> Json:
    """Turn an exception into tagged JSON, with its class hierarchy, cause and (on request) traceback text.

    What cannot be encoded of its arguments is replaced by its `repr`; such attributes are left out, and so are causes
    after the twentieth.
    """
    encoded = _encode_exception(error, 0)
    if with_traceback and error.__traceback__ is not None:
        encoded["tb"] = traceback_text(error)
    return encoded


def printable(text: str) -> str:
    """The text with lone surrogates, which JSON text cannot hold, spelled out: for people, not for programs."""
    return text if text.isascii() else text.encode(errors="backslashreplace").decode()


def _encode(value: Any, depth: int) -> Json:
    encoder = _ENCODERS.get(type(value))
    return encoder(value, depth) if encoder is not None else _encode_object(value, depth)


def _encode_part(value: Any, name: str, *, depth: int) -> Json:
    try:
        return _encode(value, depth)
    except NotEncodable as error:
        error.path.append(name)
        raise


def _encode_object(value: Any, depth: int) -> Json:
    _check_depth(depth)
    own = getattr(type(value), ENCODE, None)
    if own is not None:
        return own(value, partial(_encode_part, depth=depth + 1))
    if isinstance(value, enum.Enum):
        member = _encode_part(value.value, ".value", depth=depth + 1)
        return {TAG: "enum", "t": type_ref(type(value)), "n": value.name, "v": member}
    if isinstance(value, BaseException):
        return _encode_exception(value, depth)
    part = partial(_encode_part, depth=depth + 1)
    if isinstance(value, BaseModel):
        return encode_model(value, part)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return encode_dataclass(value, part)
    return encode_foreign(value, part)


def _check_depth(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise NotEncodable(f"nested deeper than {MAX_DEPTH} levels, or it contains itself")


def _encode_plain(value: Any, depth: int) -> Json:
    return value


def _encode_int(value: int, depth: int) -> Json:
    return value if -_INT_LIMIT <= value < _INT_LIMIT else {TAG: "int", "v": hex(value)}


def _encode_float(value: float, depth: int) -> Json:
    return value if math.isfinite(value) else {TAG: "float", "v": repr(value)}


def _encode_str(value: str, depth: int) -> Json:
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        return {TAG: "str", "v": base64.b64encode(value.encode("utf-16-le", "surrogatepass")).decode()}
    return value


def _encode_list(value: list[Any] | tuple[Any, ...], depth: int) -> list[Json]:
    _check_depth(depth)
    encoded: list[Json] = []
    try:
        for item in value:
            encoded.append(_encode(item, depth + 1))  # noqa: PERF401 - its length is the index when an item fails
    except NotEncodable as error:
        error.path.append(f"[{len(encoded)}]")
        raise
    return encoded


def _encode_dict(value: dict[Any, Any], depth: int) -> Json:
    _check_depth(depth)
    if TAG not in value and all(type(key) is str and key.isascii() for key in value):
        return {key: _encode_part(item, f"[{key!r}]", depth=depth + 1) for key, item in value.items()}
    return _encode_pairs("dict", value, depth)


def _encode_pairs(tag: str, value: dict[Any, Any], depth: int) -> dict[str, Json]:
    _check_depth(depth)
    return {
        TAG: tag,
        "v": [
            [_encode_part(key, " key", depth=depth + 1), _encode_part(item, f"[{key!r}]", depth=depth + 1)]
            for key, item in value.items()
        ],
    }


def _encode_default_dict(value: defaultdict[Any, Any], depth: int) -> Json:
    factory = value.default_factory
    name = None if factory is None else getattr(factory, "__name__", "")
    if name is not None and name not in FACTORIES:
        raise NotEncodable(
            f"a defaultdict whose default_factory is no built-in class ({', '.join(FACTORIES)}) cannot be sent between "
            "processes; send dict(...) of it"
        )
    return _encode_pairs("defaultdict", value, depth) | {"f": name}


def _encode_deque(value: deque[Any], depth: int) -> Json:
    encoded: dict[str, Json] = {TAG: "deque", "v": _encode_list(list(value), depth)}
    if value.maxlen is not None:
        encoded["n"] = value.maxlen
    return encoded


def _encode_sequence(value: Any, depth: int) -> Json:
    return {TAG: type(value).__name__, "v": _encode_list(tuple(value), depth)}


def _encode_datetime(value: dt.datetime, depth: int) -> Json:
    encoded: dict[str, Json] = _encode_zoned(value, "datetime")
    if value.fold:
        encoded["fold"] = 1
    return encoded


def _encode_time(value: dt.time, depth: int) -> Json:
    return _encode_zoned(value, "time")


def _encode_zoned(value: dt.datetime | dt.time, tag: str) -> dict[str, Json]:
    zone = value.tzinfo
    if isinstance(zone, zoneinfo.ZoneInfo) and zone.key:
        return {TAG: tag, "v": value.replace(tzinfo=None).isoformat(), "tz": zone.key}
    encoded: dict[str, Json] = {TAG: tag, "v": value.isoformat()}
    if type(zone) is dt.timezone and (name := zone_name(zone)) is not None:
        encoded["n"] = name
    return encoded


def _encode_exception(error: BaseException, depth: int, causes: int = 0) -> dict[str, Json]:
    own = getattr(type(error), ENCODE, None)
    if own is not None:
        encoded: dict[str, Json] = own(error, lambda part, name: _encode_or_repr(part, depth + 1))
    else:
        encoded = {
            TAG: "exception",
            "t": type_ref(type(error)),
            "mro": [type_ref(base) for base in type(error).__mro__[:-1]],
            "args": [_encode_or_repr(arg, depth + 1) for arg in error.args],
            "a": _encode_attributes(class_attributes(error) | hidden_attributes(error) | vars(error), depth),
        }
        for name, how, written, plain, mark in (
            ("text", str, type(error).__str__, _PLAIN_STR, KEPT_TEXT),
            ("repr", repr, type(error).__repr__, _PLAIN_REPR, KEPT_REPR),
        ):
            text = getattr(error, mark, None)
            if written not in plain and not hasattr(written, UNCOMPILED):
                text = _text_of(error, how, text)
            if text is not None:
                encoded[name] = text
    remote = getattr(error, REMOTE_TRACEBACK, None)
    if remote is not None:
        encoded["tb"] = remote
    if error.__cause__ is not None and causes < _MAX_CAUSES and depth + 1 < MAX_DEPTH:
        encoded["cause"] = _encode_exception(error.__cause__, depth + 1, causes + 1)
    return encoded


_PLAIN_STR = {BaseException.__str__, KeyError.__str__, BaseExceptionGroup.__str__, AttributeError.__str__, kept_text}


_PLAIN_REPR = {BaseException.__repr__, BaseExceptionGroup.__repr__, kept_repr}


def _text_of(error: BaseException, how: Callable[[BaseException], str], kept: str | None) -> str:
    try:
        text = how(error)
        text.encode()
    except Exception:  # noqa: BLE001 - a user's __str__ may do anything; its failure must not hide the error itself
        return printable(_repr_of(error.args)) if kept is None else kept
    return text


def _encode_attributes(attributes: Mapping[str, Any], depth: int) -> dict[str, Json]:
    encoded = {}
    for name, value in attributes.items():
        if not name.startswith("_"):
            with contextlib.suppress(Exception):  # as below
                encoded[name] = _encode(value, depth + 1)
    return encoded


def _encode_or_repr(value: Any, depth: int) -> Json:
    try:
        return _encode(value, depth)
    except Exception:  # noqa: BLE001 - a user's properties may do anything, and the error itself must still arrive
        return _encode_str(_repr_of(value)[:10_000], depth)


def _repr_of(value: Any) -> str:
    try:
        return repr(value)
    except Exception:  # noqa: BLE001 - a user's __repr__, too
        return f"<a {type(value).__qualname__} whose repr() fails>"


_ENCODERS: dict[type, Callable[[Any, int], Json]] = {
    type(None): _encode_plain,
    bool: _encode_plain,
    int: _encode_int,
    float: _encode_float,
    str: _encode_str,
    list: _encode_list,
    dict: _encode_dict,
    tuple: _encode_sequence,
    set: _encode_sequence,
    frozenset: _encode_sequence,
    bytes: lambda value, depth: {TAG: "bytes", "v": base64.b64encode(value).decode()},
    complex: lambda value, depth: {
        TAG: "complex",
        "v": [_encode_float(part, depth) for part in (value.real, value.imag)],
    },
    Counter: lambda value, depth: _encode_pairs("counter", value, depth),
    OrderedDict: lambda value, depth: _encode_pairs("ordereddict", value, depth),
    defaultdict: _encode_default_dict,
    deque: _encode_deque,
    range: lambda value, depth: {
        TAG: "range",
        "v": [_encode_int(part, depth) for part in (value.start, value.stop, value.step)],
    },
    dt.datetime: _encode_datetime,
    dt.date: lambda value, depth: {TAG: "date", "v": value.isoformat()},
    dt.time: _encode_time,
    dt.timedelta: lambda value, depth: {TAG: "timedelta", "v": [value.days, value.seconds, value.microseconds]},
    decimal.Decimal: lambda value, depth: {TAG: "decimal", "v": str(value)},
    uuid.UUID: lambda value, depth: {TAG: "uuid", "v": str(value)},
}
