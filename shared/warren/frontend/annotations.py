"""From annotations to type specs (`warren.ir.typespec`): what may be given for a parameter or a field.

What pydantic makes of an annotation is the measure. What needs the user's code (a validator, a class with a schema of
its own) is marked as such. Must not know how a spec is checked.
"""

from __future__ import annotations

import collections
import collections.abc
import contextlib
import datetime as dt
import decimal
import enum
import pathlib
import types
import typing
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import typing_extensions
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from warren.contracts.class_names import type_ref
from warren.contracts.foreign_values import has_schema, is_named_tuple, is_secret_class
from warren.contracts.known_values import is_known
from warren.contracts.values import encode
from warren.errors import UnserializableValue
from warren.frontend.constraints import Constraints, constraints_of
from warren.frontend.hints import is_alias, value_of_alias
from warren.ir.known_types import is_known_type

UseClass = Callable[[Any], str | None]
"""Adds a user's class, or a generic one with what it was given, to the workflow's types and gives its reference; None
for a class that is no record or enum."""

_SCALARS: dict[Any, str] = {
    None: "none",
    type(None): "none",
    bool: "bool",
    int: "int",
    float: "float",
    complex: "complex",
    str: "str",
    bytes: "bytes",
    dt.datetime: "datetime",
    dt.date: "date",
    dt.time: "time",
    dt.timedelta: "timedelta",
    decimal.Decimal: "decimal",
    uuid.UUID: "uuid",
    pathlib.Path: "path",
    pathlib.PosixPath: "path",
    typing.LiteralString: "str",
    typing_extensions.LiteralString: "str",
}
_ONE_ITEM = {
    list: "list",
    set: "set",
    frozenset: "frozenset",
    collections.deque: "deque",
    collections.Counter: "counter",
    collections.abc.Sequence: "sequence",
    collections.abc.MutableSequence: "list",
    collections.abc.Iterable: "sequence",
    collections.abc.Collection: "sequence",
    collections.abc.Set: "frozenset",
    collections.abc.MutableSet: "set",
}
_MAPPINGS = {
    dict: "dict",
    collections.abc.Mapping: "dict",
    collections.abc.MutableMapping: "dict",
    collections.OrderedDict: "ordereddict",
    collections.defaultdict: "defaultdict",
}
_QUALIFIERS = {
    *(typing.Final, typing.ClassVar, typing.Required, typing.NotRequired),
    *(typing_extensions.Required, typing_extensions.NotRequired, typing_extensions.ReadOnly),
}
_ANYTHING = {Any, object, typing.Hashable, collections.abc.Hashable}
_NOTHING = {typing.Never, typing.NoReturn}
_NO_NAMES: Mapping[Any, Any] = types.MappingProxyType({})


def spec_of(annotation: Any, use_class: UseClass, given: Mapping[Any, Any] = _NO_NAMES, owner: Any = None) -> Any:
    """The spec of a resolved annotation. `given` says what type variables are, `owner` what `Self` is."""
    return _Specs(use_class, given, owner).of(annotation)


def spec_of_field(info: FieldInfo, use_class: UseClass, owner: Any = None) -> Any:
    """The spec of a model's field, with the constraints that pydantic checks."""
    specs = _Specs(use_class, _NO_NAMES, owner)
    return specs.constrained(specs.of(info.annotation), constraints_of([info]))


class _Specs:
    """Specs of annotations within one class or signature."""

    def __init__(self, use_class: UseClass, given: Mapping[Any, Any], owner: Any, aliases: Sequence[Any] = ()) -> None:
        self._use_class = use_class
        self._given = given
        self._owner = owner
        self._open = list(aliases)

    def of(self, annotation: Any) -> Any:
        with contextlib.suppress(TypeError):  # of one that is not hashable, such as Annotated with such a note
            if annotation in _SCALARS:
                return _SCALARS[annotation]
            if annotation in _ANYTHING:
                return "any"
        if (
            self._given
            and (parameters := getattr(annotation, "__parameters__", ()))
            and hasattr(annotation, "__args__")
        ):
            annotation = annotation[tuple(self._given.get(one, one) for one in parameters)]
        if isinstance(annotation, typing.TypeVar):
            return self._type_variable(annotation)
        if annotation is typing.Self or annotation is typing_extensions.Self:
            return "any" if self._owner is None else self.of(self._owner)
        origin = typing.get_origin(annotation)
        arguments = typing.get_args(annotation)
        if origin is typing.Annotated:
            return self.constrained(self.of(arguments[0]), constraints_of(arguments[1:]))
        if origin is typing.Literal:
            return self._literal(arguments)
        if origin in {typing.Union, types.UnionType}:
            return _union([self.of(argument) for argument in arguments])
        if origin in _QUALIFIERS:
            return self.of(arguments[0])
        if isinstance(annotation, typing.NewType):
            return self.of(annotation.__supertype__)
        alias = annotation if origin is None else origin
        if is_alias(alias):
            return self._alias(alias, arguments)
        return self._class(annotation, origin or annotation, arguments, is_generic=origin is not None)

    def constrained(self, spec: Any, found: Constraints) -> Any:
        """The spec with the constraints that pydantic's and annotated-types' metadata name."""
        if found.bounds:
            spec = {"bounded": [spec, found.bounds]}
        return {"code": [spec, found.code]} if found.code else spec

    def _type_variable(self, variable: Any) -> Any:
        given = self._given.get(variable, variable)
        if given is not variable:
            return self.of(given)
        default = getattr(variable, "__default__", typing_extensions.NoDefault)
        if default is not None and default is not typing_extensions.NoDefault:
            return self.of(default)
        if variable.__bound__ is not None:
            return self.of(variable.__bound__)
        return _union([self.of(each) for each in variable.__constraints__]) if variable.__constraints__ else "any"

    def _alias(self, alias: Any, arguments: tuple[Any, ...]) -> Any:
        """`type X = ...`; a worker checks one that contains itself, for which a description has no name."""
        if alias in self._open:
            return _by_worker(f"{alias.__name__} contains itself")
        self._open.append(alias)
        try:
            value = value_of_alias(alias)
            parameters = getattr(alias, "__type_params__", ())
            if parameters and arguments:
                inner = _Specs(self._use_class, dict(zip(parameters, arguments, strict=False)), self._owner, self._open)
                return inner.of(value)
            return self.of(value)
        finally:
            self._open.pop()

    def _class(self, annotation: Any, kind: Any, arguments: tuple[Any, ...], *, is_generic: bool) -> Any:
        if kind is tuple:
            return self._tuple(arguments) if is_generic else {"tuple_of": "any"}
        if kind in _ONE_ITEM:
            return {_ONE_ITEM[kind]: self.of(arguments[0]) if arguments else "any"}
        if kind in _MAPPINGS:
            parts = arguments if len(arguments) == 2 else (Any, Any)
            return {_MAPPINGS[kind]: [self.of(part) for part in parts]}
        if kind is type or annotation in _NOTHING:  # which no plain JSON stands for
            return {"instance": "builtins:type" if kind is type else "typing:Never"}
        if not isinstance(kind, type):
            return _by_worker(f"{annotation!r} is for pydantic")
        return self._of_class(annotation if is_generic else kind, kind, arguments)

    def _of_class(self, annotation: Any, kind: Any, arguments: tuple[Any, ...]) -> Any:
        if is_known_type(kind) and not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            spec = {"known": type_ref(kind)}
            return {"known": [spec["known"], *map(self.of, arguments)]} if arguments else spec
        reference = self._use_class(annotation)
        if kind is BaseModel or issubclass(kind, BaseException):
            return {"instance": type_ref(kind)}
        if reference is not None:
            return {"type": reference}
        if getattr(kind, "_is_protocol", False):
            return "any"
        if has_schema(kind) and not is_known(type_ref(kind)):
            mark = ["secret"] if is_secret_class(kind) else []
            return {"code": [{"instance": type_ref(kind)}, f"{kind.__qualname__} has a schema of its own", *mark]}
        return {"instance": type_ref(kind)}

    def _literal(self, arguments: tuple[Any, ...]) -> Any:
        for argument in arguments:
            if isinstance(argument, enum.Enum):
                self._use_class(type(argument))
        try:
            return {"literal": [encode(argument) for argument in arguments]}
        except UnserializableValue:
            return _by_worker("a literal cannot be carried")

    def _tuple(self, arguments: tuple[Any, ...]) -> Any:
        if len(arguments) == 2 and arguments[1] is Ellipsis:
            return {"tuple_of": self.of(arguments[0])}
        return {"tuple": [self.of(argument) for argument in arguments]}


def is_record(kind: Any) -> bool:
    """Whether it is a typed dictionary or named tuple, whose fields a workflow's types describe."""
    return typing_extensions.is_typeddict(kind) or (isinstance(kind, type) and is_named_tuple(kind))


def _by_worker(why: str) -> Any:
    """What has no description: nothing goes unchecked."""
    return {"code": ["any", why]}


def _union(specs: list[Any]) -> Any:
    """The spec of a union, also of one with `Any`: pydantic prefers the members that fit better."""
    unique = [spec for number, spec in enumerate(specs) if spec not in specs[:number]]
    return unique[0] if len(unique) == 1 else {"union": unique}
