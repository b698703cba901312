"""The user's own classes, for the value codec: looked up among the modules that are already imported.

A message names a type as text. It must never cause an import, and it must never reach a callable that is not a model,
dataclass, enum or exception.
"""

from __future__ import annotations

import dataclasses
import enum
import sys
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from typing import Any

from pydantic import BaseModel

from warren.contracts.exceptions import initialise
from warren.contracts.models import construct_model
from warren.contracts.modules import importable_name
from warren.errors import InvalidInput


class ImportedTypes:
    """Builds values of classes of imported modules, without running their `__init__` or validators again."""

    set_type: Callable[[list[Any]], Any] = set
    frozenset_type: Callable[[list[Any]], Any] = frozenset
    deque_type: Callable[..., Any] = deque
    defaultdict_type: Callable[..., Any] = defaultdict

    def build_enum(self, ref: str, name: str, value: Any) -> Any:
        cls = _find(ref, enum.Enum)
        try:
            return cls[name] if name in cls.__members__ else cls(value)
        except ValueError as error:
            raise InvalidInput(f"{ref} has no member {name!r} and none with the value {value!r}") from error

    def build_dataclass(self, ref: str, fields: dict[str, Any]) -> Any:
        cls: Any = _find(ref, object)
        if not (isinstance(cls, type) and dataclasses.is_dataclass(cls)):
            raise InvalidInput(f"{ref} is not a dataclass in this process")
        instance = object.__new__(cls)
        for name, value in fields.items():
            object.__setattr__(instance, name, value)
        return instance

    def build_model(self, ref: str, fields: dict[str, Any], fields_set: Sequence[str] | None) -> Any:
        cls = _find(ref, BaseModel)
        return construct_model(cls, fields, fields_set)

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
    cls = _find(ref, object)
    if not (dataclasses.is_dataclass(cls) or issubclass(cls, BaseModel | enum.Enum | BaseException)):
        raise InvalidInput(f"type {ref} is no model, dataclass, enum or exception")
    return cls


def _find(ref: str, base: type) -> Any:
    module, _, qualname = ref.partition(":")
    found: Any = sys.modules.get("__main__" if module == importable_name("__main__") else module)
    if found is None:
        raise InvalidInput(f"type {ref}: module {module!r} is not imported in this process")
    for part in qualname.split("."):
        found = None if part.startswith("__") else getattr(found, part, None)
    if not isinstance(found, type) or not issubclass(found, base):
        raise InvalidInput(f"type {ref}: there is no {base.__name__} class of that name in the imported module")
    return found


def _find_exception(ref: str) -> type[BaseException] | None:
    try:
        found: type[BaseException] = _find(ref, BaseException)
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
