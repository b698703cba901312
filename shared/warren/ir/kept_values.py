"""Values that are checked by the name of their class only: of classes that a program does not describe, and exceptions.

Must not know what describes a class.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pydantic import BaseModel
from pydantic_core import core_schema

from warren.contracts.class_names import type_ref
from warren.contracts.foreign_values import BASES, immutable
from warren.contracts.tags import TAG, Json

_ANY_MODEL = "pydantic.main:BaseModel"


class Kept:
    """A value whose class the program does not describe (or an exception), in the form in which it came."""

    __warren_form__: Json

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Json:
        return self.__warren_form__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and self.__warren_form__ == other.__warren_form__

    def __hash__(self) -> int:
        return hash(json.dumps(self.__warren_form__, sort_keys=True))


def keep(form: dict[str, Json], base: Any = object, value: Any = None) -> Any:
    """The value of `form`: as one of `base`, a class or one of Python's types (`value` is then what it is of that)."""
    cls = type("Kept", (Kept, base) if base is not object else (Kept,), {"__module__": __name__})
    if base in BASES:
        made: Any = base_of_kept(cls, base, value)
    else:
        made = object.__new__(cls)
        if issubclass(base, BaseModel):
            for name, part in (("__dict__", {}), ("__pydantic_fields_set__", set())):
                object.__setattr__(made, name, part)
            for name in ("__pydantic_extra__", "__pydantic_private__"):
                object.__setattr__(made, name, None)
    object.__setattr__(made, "__warren_form__", form)
    return made


def base_of_kept(cls: Any, base: Any, value: Any) -> Any:
    """An instance of the subclass `cls` of `base` with this value."""
    if base is list or base is dict or base is set:
        made = base.__new__(cls)
        base.__init__(made, value)
        return made
    return immutable(cls, base, value)


def names_of(value: Any) -> set[str]:
    """The references of a value's class and of its bases, as far as it says."""
    form = getattr(value, "__warren_form__", None)
    if form is None:
        return {type_ref(base) for base in type(value).__mro__}
    own = [_ANY_MODEL] if form.get(TAG) == "model" else []
    return {str(name) for name in (form.get("t"), *own, *form.get("b", ()), *form.get("mro", ()))}


class InstanceOf:
    """Validates by the names of a value's class and its bases."""

    def __init__(self, ref: str) -> None:
        self._ref = ref

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def _check(self, value: Any) -> Any:
        if self._ref not in names_of(value):
            raise ValueError(f"should be an instance of {self._ref}")
        return value


class MadeAlready:
    """Takes instances of a class, and nothing else."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def _check(self, value: Any) -> Any:
        if not isinstance(value, self._cls):
            raise ValueError(f"should be an instance of {self._cls.__qualname__}")  # noqa: TRY004 - pydantic's way
        return value
