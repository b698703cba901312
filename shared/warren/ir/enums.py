"""The user's enums, made again from their descriptions. Must not know any code of theirs."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import Any, Final

from warren.contracts.class_names import short_name
from warren.ir.workflow import TypeDef

_FLAVOURS: Final = ("IntEnum", "StrEnum", "IntFlag", "Flag")
MIXINS: Final[dict[str, type]] = {kind.__name__: kind for kind in (int, str, float, bytes)}


def make_enum(definition: TypeDef, constant: Callable[[Any], Any]) -> Any:
    """The class with its members; `constant` gives the value of a `Const`."""
    members = [(member.name, constant(member.value)) for member in definition.members]
    refs = set(definition.bases)
    flavour: Any = next((getattr(enum, name) for name in _FLAVOURS if f"enum:{name}" in refs), enum.Enum)
    mixin = next((kind for name, kind in MIXINS.items() if f"builtins:{name}" in refs), None)
    is_mixed = flavour is enum.Enum and mixin is not None and all(isinstance(value, mixin) for _, value in members)
    options = {"type": mixin} if is_mixed else {}  # not where a `__new__` of its own makes the one of the other
    made = flavour(short_name(definition.ref), members, **options)
    made.__module__, _, made.__qualname__ = definition.ref.partition(":")
    for member in definition.members:
        for name, value in member.attributes.items():
            setattr(made[member.name], name, constant(value))
    return made
