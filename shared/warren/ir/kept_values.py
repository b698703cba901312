"""Values that are checked by the name of their class only: of classes that a program does not describe, and exceptions.

Must not know what describes a class.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from pydantic_core import core_schema

from warren.contracts.class_names import type_ref
from warren.contracts.tags import Json


class Kept:
    """A value whose class the program does not describe (or an exception), in the form in which it came."""

    def __init__(self, form: dict[str, Json]) -> None:
        self.form = form

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Json:
        return self.form

    def names(self) -> set[str]:
        """The references of its class and of its bases, as far as it says."""
        return {str(name) for name in (self.form.get("t"), *self.form.get("b", ()), *self.form.get("mro", ()))}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Kept) and self.form == other.form

    def __hash__(self) -> int:
        return hash(json.dumps(self.form, sort_keys=True))


class InstanceOf:
    """Validates by the names of a value's class and its bases."""

    def __init__(self, ref: str) -> None:
        self._ref = ref

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(self._check)

    def _check(self, value: Any) -> Any:
        names = value.names() if isinstance(value, Kept) else {type_ref(base) for base in type(value).__mro__}
        if self._ref not in names:
            raise ValueError(f"should be an instance of {self._ref}")
        return value
