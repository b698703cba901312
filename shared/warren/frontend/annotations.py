"""From annotations to type specs (`warren.ir.typespec`): what may be given for a parameter or a field.

What cannot be resolved or has no spec is `any`: a spec never refuses what the annotation allows. Must not know how a
spec is checked.
"""

from __future__ import annotations

import collections.abc
import datetime as dt
import decimal
import enum
import pathlib
import sys
import types
import typing
import uuid
from collections.abc import Callable
from typing import Any

from warren.contracts.values import encode
from warren.errors import UnserializableValue

UseClass = Callable[[type], str | None]
"""Adds a user's class to the workflow's types and gives its reference; None for a class that is not a value's."""

_SCALARS: dict[Any, str] = {
    None: "none",
    type(None): "none",
    bool: "bool",
    int: "int",
    float: "float",
    str: "str",
    bytes: "bytes",
    dt.datetime: "datetime",
    dt.date: "date",
    dt.time: "time",
    dt.timedelta: "timedelta",
    decimal.Decimal: "decimal",
    uuid.UUID: "uuid",
    pathlib.Path: "path",
    pathlib.PurePath: "path",
    pathlib.PurePosixPath: "path",
}
_ONE_ITEM = {
    list: "list",
    set: "set",
    frozenset: "frozenset",
    collections.abc.Sequence: "sequence",
    collections.abc.MutableSequence: "list",
    collections.abc.Iterable: "sequence",
    collections.abc.Collection: "sequence",
    collections.abc.Set: "set",
    collections.abc.MutableSet: "set",
}
_MAPPINGS = {dict, collections.abc.Mapping, collections.abc.MutableMapping}


def hints_of(target: Any) -> dict[str, Any]:
    """The resolved annotations of a function or class; those that cannot be resolved are left out."""
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception:  # noqa: BLE001 - an annotation is any expression, and a wrong one must not stop the program
        return _resolve_each(target)


def _resolve_each(target: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    module = sys.modules.get(getattr(target, "__module__", None) or "")
    module_names = getattr(target, "__globals__", None) or (vars(module) if module is not None else {})
    for name, annotation in (getattr(target, "__annotations__", None) or {}).items():
        holder = types.SimpleNamespace(__annotations__={name: annotation})
        try:
            found |= typing.get_type_hints(holder, dict(module_names), include_extras=True)
        except Exception:  # noqa: BLE001 - as above
            continue
    return found


def spec_of(annotation: Any, use_class: UseClass) -> Any:
    """The spec of a resolved annotation."""
    try:
        if annotation in _SCALARS:
            return _SCALARS[annotation]
    except TypeError:  # an unhashable annotation, such as Literal[[]]
        return "any"
    origin = typing.get_origin(annotation)
    arguments = typing.get_args(annotation)
    if origin is typing.Annotated:
        return spec_of(arguments[0], use_class)
    if origin is typing.Literal:
        return _literal(arguments)
    if origin in {typing.Union, types.UnionType}:
        return _union([spec_of(argument, use_class) for argument in arguments])
    if origin in {typing.Final, typing.ClassVar, typing.Required, typing.NotRequired}:
        return spec_of(arguments[0], use_class)
    if isinstance(annotation, typing.NewType):
        return spec_of(annotation.__supertype__, use_class)
    if type(annotation).__name__ == "TypeAliasType" and hasattr(annotation, "__value__"):
        return spec_of(annotation.__value__, use_class)
    return _container(origin or annotation, arguments, use_class, is_generic=origin is not None)


def _container(kind: Any, arguments: tuple[Any, ...], use_class: UseClass, *, is_generic: bool) -> Any:
    if kind is tuple:
        return _tuple(arguments, use_class) if is_generic else {"tuple_of": "any"}
    if kind in _ONE_ITEM:
        return {_ONE_ITEM[kind]: spec_of(arguments[0], use_class) if arguments else "any"}
    if kind in _MAPPINGS:
        parts = arguments if len(arguments) == 2 else (Any, Any)
        return {"dict": [spec_of(part, use_class) for part in parts]}
    if typing.is_typeddict(kind):
        return {"dict": ["str", "any"]}
    if isinstance(kind, type) and (isinstance(kind, enum.EnumMeta) or kind.__module__ != "builtins"):
        reference = use_class(kind)
        return "any" if reference is None else {"type": reference}
    return "any"


def _tuple(arguments: tuple[Any, ...], use_class: UseClass) -> Any:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        return {"tuple_of": spec_of(arguments[0], use_class)}
    return {"tuple": [spec_of(argument, use_class) for argument in arguments]}


def _literal(arguments: tuple[Any, ...]) -> Any:
    try:
        return {"literal": [encode(argument) for argument in arguments]}
    except UnserializableValue:
        return "any"


def _union(specs: list[Any]) -> Any:
    if "any" in specs:
        return "any"
    unique = [spec for number, spec in enumerate(specs) if spec not in specs[:number]]
    return unique[0] if len(unique) == 1 else {"union": unique}
