"""Captured constants: which Python objects are immutable values, and the expression that stands for one.

Most are one `Const`; what the codec has no tag for (a time zone, a dataclass that holds one, a tuple of classes)
becomes an expression that builds it. Must not know where the object was found.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import types
import uuid
import zoneinfo
from collections.abc import Callable
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from warren.contracts.values import encode, type_ref
from warren.errors import UnserializableValue
from warren.frontend.intrinsic_table import intrinsic_name
from warren.ir.base import Span
from warren.ir.expressions import Attribute, Call, Const, Display, Expr, Intrinsic, Keyword, TypeName

UseType = Callable[[type], TypeName | None]
"""Adds a class to the workflow's types and names it; None for a class that cannot be used."""

_PLAIN = frozenset({type(None), bool, int, float, complex, str, bytes, range})
_SCALARS = _PLAIN | {decimal.Decimal, dt.datetime, dt.date, dt.time, dt.timedelta, uuid.UUID}
_NO_PARTS = frozenset({dt.timezone, zoneinfo.ZoneInfo})


def constant(value: Any, use_type: UseType, span: Span | None = None) -> Expr | None:
    """The expression for an immutable constant; None if it is not one."""
    kind = type(value)
    if kind in _SCALARS:
        return _encoded(value, span) or _zoned(value, use_type, span)
    if kind in _NO_PARTS:
        return _zone(value, span)
    if kind is tuple or kind is frozenset:
        return _sequence(value, use_type, span)
    if isinstance(value, enum.Enum):
        return _encoded(value, span) if use_type(kind) is not None else None
    if isinstance(value, type):
        return class_expression(value, use_type, span)
    if dataclasses.is_dataclass(value) and kind.__dataclass_params__.frozen:
        return _record(
            value, {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}, use_type, span
        )
    if isinstance(value, BaseModel) and kind.model_config.get("frozen") and not value.model_extra:
        return _record(value, {name: getattr(value, name) for name in kind.model_fields}, use_type, span)
    if get_origin(value) in {Union, types.UnionType}:
        return _union(value, use_type, span)
    return None


def class_expression(cls: type, use_type: UseType, span: Span | None = None) -> Expr | None:
    """The expression for a class as a value: an intrinsic, or one of the workflow's types."""
    name = intrinsic_name(cls)
    if name is not None:
        return Intrinsic(name, span=span)
    if cls is type(None):
        return Call(Intrinsic("type", span=span), (Const(None, span=span),), span=span)
    found = use_type(cls)
    return None if found is None else TypeName(found.ref, span=span)


def _encoded(value: Any, span: Span | None) -> Expr | None:
    try:
        return Const(encode(value), span=span)
    except UnserializableValue:
        return None


def _sequence(value: tuple[Any, ...] | frozenset[Any], use_type: UseType, span: Span | None) -> Expr | None:
    items = list(value)
    if isinstance(value, frozenset):
        items.sort(key=repr)  # a set of strings has another order in every process; the program must not
    parts = [constant(item, use_type, span) for item in items]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    if all(isinstance(part, Const) for part in found):
        kind = type(value).__name__
        return Const({"$": kind, "v": [part.encoded for part in found if isinstance(part, Const)]}, span=span)
    display = Display("tuple", tuple(found), span=span)
    return display if isinstance(value, tuple) else Call(Intrinsic("frozenset"), (display,), span=span)


def _zone(value: dt.tzinfo, span: Span | None) -> Expr | None:
    if isinstance(value, zoneinfo.ZoneInfo):
        return Call(Intrinsic("zoneinfo.ZoneInfo"), (Const(value.key),), span=span) if value.key else None
    if value is dt.UTC:
        return Attribute(Intrinsic("datetime.timezone"), "utc", span=span)
    offset = Const(encode(value.utcoffset(None)))
    name = value.tzname(None)
    named = value != dt.timezone(value.utcoffset(None) or dt.timedelta()) or "UTC" not in (name or "")
    return Call(Intrinsic("datetime.timezone"), (offset, Const(name)) if named else (offset,), span=span)


def _zoned(value: Any, use_type: UseType, span: Span | None) -> Expr | None:
    """A datetime or time whose zone has no tag of its own."""
    zone = constant(getattr(value, "tzinfo", None), use_type)
    if zone is None:
        return None
    naive = Const(encode(value.replace(tzinfo=None)))
    return Call(Attribute(naive, "replace"), (), (Keyword(zone, "tzinfo"),), span=span)


def _record(value: Any, fields: dict[str, Any], use_type: UseType, span: Span | None) -> Expr | None:
    cls = type(value)
    name = use_type(cls)
    if name is None:
        return None
    parts = {field: constant(part, use_type) for field, part in fields.items()}
    if any(part is None for part in parts.values()):
        return None
    if all(isinstance(part, Const) for part in parts.values()):
        return _encoded(value, span)
    keywords = tuple(Keyword(part, field) for field, part in parts.items() if part is not None)
    return Call(TypeName(name.ref, span=span), (), keywords, span=span)


def _union(value: Any, use_type: UseType, span: Span | None) -> Expr | None:
    parts = [class_expression(part, use_type, span) for part in get_args(value) if isinstance(part, type)]
    found = tuple(part for part in parts if part is not None)
    return Display("tuple", found, span=span) if len(found) == len(get_args(value)) else None


def is_class_tuple(value: Any) -> bool:
    """Whether the object is a union of classes, which only `isinstance` and `issubclass` take."""
    return get_origin(value) in {Union, types.UnionType}


def reference(cls: type) -> str:
    """How a class is named in the IR."""
    return type_ref(cls)
