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
from collections.abc import Callable, Iterable
from typing import Any

from pydantic.fields import FieldInfo

from warren.contracts.values import encode
from warren.errors import UnserializableValue
from warren.ir import bounds

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
    return _Specs(use_class).of(annotation)


def spec_of_field(info: FieldInfo, use_class: UseClass) -> Any:
    """The spec of a model's field, with the bounds that pydantic would check."""
    specs = _Specs(use_class, is_bounded=True)
    return specs.bounded(specs.of(info.annotation), info.metadata)


class _Specs:
    """Specs of annotations, with the bounds in `Annotated` where somebody checks them natively."""

    def __init__(self, use_class: UseClass, *, is_bounded: bool = False) -> None:
        self._use_class = use_class
        self._is_bounded = is_bounded

    def of(self, annotation: Any) -> Any:
        try:
            if annotation in _SCALARS:
                return _SCALARS[annotation]
        except TypeError:  # an unhashable annotation, such as Literal[[]]
            return "any"
        origin = typing.get_origin(annotation)
        arguments = typing.get_args(annotation)
        if origin is typing.Annotated:
            return self.bounded(self.of(arguments[0]), arguments[1:])
        if origin is typing.Literal:
            return _literal(arguments)
        if origin in {typing.Union, types.UnionType}:
            return _union([self.of(argument) for argument in arguments])
        if origin in {typing.Final, typing.ClassVar, typing.Required, typing.NotRequired}:
            return self.of(arguments[0])
        if isinstance(annotation, typing.NewType):
            return self.of(annotation.__supertype__)
        if type(annotation).__name__ == "TypeAliasType" and hasattr(annotation, "__value__"):
            return self.of(annotation.__value__)
        return self._container(origin or annotation, arguments, is_generic=origin is not None)

    def bounded(self, spec: Any, metadata: Iterable[Any]) -> Any:
        """The spec with the bounds that pydantic's and annotated-types' metadata name."""
        parts = [part for item in metadata for part in (item.metadata if isinstance(item, FieldInfo) else [item])]
        named = ((name, getattr(part, name, None)) for part in parts for name in bounds.NAMES)
        found = {name: bound for name, bound in named if bounds.is_bound(name, bound)}
        return {"bounded": [spec, found]} if found and self._is_bounded and spec != "any" else spec

    def _container(self, kind: Any, arguments: tuple[Any, ...], *, is_generic: bool) -> Any:
        if kind is tuple:
            return self._tuple(arguments) if is_generic else {"tuple_of": "any"}
        if kind in _ONE_ITEM:
            return {_ONE_ITEM[kind]: self.of(arguments[0]) if arguments else "any"}
        if kind in _MAPPINGS:
            parts = arguments if len(arguments) == 2 else (Any, Any)
            return {"dict": [self.of(part) for part in parts]}
        if typing.is_typeddict(kind):
            return {"dict": ["str", "any"]}
        if isinstance(kind, type) and (isinstance(kind, enum.EnumMeta) or kind.__module__ != "builtins"):
            reference = self._use_class(kind)
            return "any" if reference is None else {"type": reference}
        return "any"

    def _tuple(self, arguments: tuple[Any, ...]) -> Any:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return {"tuple_of": self.of(arguments[0])}
        return {"tuple": [self.of(argument) for argument in arguments]}


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
