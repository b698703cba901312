"""The user's own classes, for the value codec: where a worker, a client or a test makes values of tagged JSON.

A message names a type as text. What it may reach is a model, dataclass, enum, exception, named tuple, a subclass of one
of Python's types, or a class that pydantic can describe; `class_names` says how it is found.
"""

from __future__ import annotations

import dataclasses
import enum
import pathlib
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from warren.contracts.class_names import find_type
from warren.contracts.decoding import decode
from warren.contracts.exceptions import initialise
from warren.contracts.foreign_values import (
    WrittenField,
    build_named_tuple,
    build_subclass,
    load_by_pydantic,
    load_fields,
)
from warren.contracts.instances import State, construct_dataclass, construct_model
from warren.contracts.known_values import load_known
from warren.contracts.tags import TAG
from warren.errors import InvalidInput


class ImportedTypes:
    """Builds values of classes of imported modules, without running their `__init__` or validators again."""

    set_type: Callable[[list[Any]], Any] = set
    frozenset_type: Callable[[list[Any]], Any] = frozenset
    deque_type: Callable[..., Any] = deque
    defaultdict_type: Callable[..., Any] = defaultdict

    def build_enum(self, ref: str, name: str, value: Any) -> Any:
        cls = find_type(ref, enum.Enum)
        try:
            return cls[name] if name in cls.__members__ else cls(value)
        except ValueError as error:
            raise InvalidInput(f"{ref} has no member {name!r} and none with the value {value!r}") from error

    def build_dataclass(self, ref: str, fields: dict[str, Any], state: State) -> Any:
        cls: Any = find_type(ref, object)
        if not dataclasses.is_dataclass(cls):
            raise InvalidInput(f"{ref} is not a dataclass in this process")
        return construct_dataclass(cls, fields, state)

    def build_model(self, ref: str, fields: dict[str, Any], fields_set: Sequence[str] | None, state: State) -> Any:
        cls = find_type(ref, BaseModel)
        return construct_model(cls, load_fields(cls, fields), fields_set, state)

    def build_named_tuple(self, ref: str, fields: list[str], values: list[Any]) -> Any:
        return build_named_tuple(ref, fields, values)

    def build_foreign(self, data: dict[str, Any]) -> Any:
        ref, value = data["t"], decode(data["v"], self)
        match data[TAG]:
            case "known":
                return load_known(ref, value)
            case "subclass":
                attributes = {name: decode(item, self) for name, item in data.get("a", {}).items()}
                return build_subclass(ref, value, attributes)
            case "field":
                return WrittenField(value)
            case _:
                return load_by_pydantic(ref, value)

    def build_path(self, text: str, is_concrete: bool) -> Any:
        return pathlib.Path(text) if is_concrete else pathlib.PurePosixPath(text)

    def build_exception(self, ref: str, mro: Sequence[str], args: tuple[Any, ...], attributes: dict[str, Any]) -> Any:
        cls = next((found for found in map(_find_exception, [ref, *mro]) if found is not None), Exception)
        error = _instance(cls, args)
        initialise(error, args)
        for name, value in attributes.items():
            if not name.startswith("_"):
                setattr(error, name, value)
        return error


def find_class(ref: str) -> Any:
    """The model, dataclass, enum or exception class `module:Class` of an imported module; raises `InvalidInput`."""
    cls = find_type(ref, object)
    if not (dataclasses.is_dataclass(cls) or issubclass(cls, BaseModel | enum.Enum | BaseException)):
        raise InvalidInput(f"type {ref} is no model, dataclass, enum or exception")
    return cls


def _find_exception(ref: str) -> type[BaseException] | None:
    try:
        found: type[BaseException] = find_type(ref, BaseException)
    except InvalidInput:
        return None
    return found


def _instance(cls: type[BaseException], args: tuple[Any, ...]) -> BaseException:
    """An instance without running `__init__`; of the first base that allows it, where the class does not."""
    for base in cls.__mro__:
        for given in (args, ()):
            try:
                made = base.__new__(base, *given)
            except TypeError:
                continue
            if isinstance(made, BaseException):
                return made
    return Exception()
