"""What a rebuilt class has as attributes of its own, for Python itself to find: in `match`, assignments, operators.

Must not know how classes and functions are made.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from warren.engine.values.records import Members
from warren.ir.workflow import TypeDef

_WITH_MEMBERS = frozenset({"exception", "dataclass", "model"})
"""Kinds of classes that have more than special methods: those whose instances workflow code assigns and matches."""


def own_attributes(
    definition: TypeDef, bases: Sequence[TypeDef], members: Members, methods: dict[str, Callable[..., Any]]
) -> dict[str, Any]:
    """Attributes by name. `bases` are the described ones of the class, `methods` has special ones, too."""
    stops = {name: members.uncompiled(name) for name in definition.opaque}
    special: dict[str, Any] = {name: made for name, made in (methods | stops).items() if name.startswith("__")}
    if _loses_hash(definition, bases):
        special.setdefault("__hash__", None)
    if definition.kind not in _WITH_MEMBERS:
        return special
    fields = {field.name for field in (*definition.fields, *definition.computed)}
    found: dict[str, Any] = {name: property() for base in bases for name in base.constants}  # unless it has them, too
    found |= {name: property(reader) for name, reader in members.properties.items()}
    found |= {name: property(stop) for name, stop in stops.items()}
    found |= members.constants | {name: _Method(members, name) for name in members.methods}
    return {name: value for name, value in found.items() if name not in fields} | special


class _Method:
    """A method, bound as the engine binds it."""

    def __init__(self, members: Members, name: str) -> None:
        self._members = members
        self._name = name

    def __get__(self, instance: Any, owner: type) -> Any:
        return self if instance is None else self._members.get(instance, self._name)


def _loses_hash(definition: TypeDef, bases: Sequence[TypeDef]) -> bool:
    """Whether the class has no `__hash__`, though one of its bases has or Python's own would be there: it has an
    `__eq__` of its own, or inherits what lost its hash so from the first base that says anything about it.
    """
    if definition.kind == "workflow" or "__hash__" in definition.methods:
        return False
    own = definition.methods.get("__eq__")
    has_own = own is not None and all(base.methods.get("__eq__") != own for base in bases)
    if definition.kind == "dataclass":  # what it inherits, `dataclasses` has given or taken from a base as well
        return has_own and not (definition.eq or definition.unsafe_hash)
    has_base_hash = any("__hash__" in base.methods for base in bases)
    if not (has_own or has_base_hash):
        return False
    return not definition.frozen or (has_own and has_base_hash)
