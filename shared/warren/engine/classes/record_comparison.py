"""Comparing and hashing instances of rebuilt classes within the budget.

What Python or pydantic generates for a class compares all fields in one go, in C; here each comparison takes a step,
and each field what it takes to compare it. A class with a hash of its own and no `__eq__` gets one that takes a step,
too: with a bad hash, a dict asks it for every key that it has. Must not know how classes are rebuilt.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from warren.engine.guarded.guards import Guards

_ORDERS: Final = {"__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}
_MISSING: Final = object()
_STEPS: Final = 3


def guard_dataclass(cls: Any, guards: Guards) -> None:
    """Guard what `dataclass` generated."""
    own, fields = vars(cls), cls.__dataclass_fields__.values()
    names = tuple(field.name for field in fields if field.compare)
    if "__eq__" in own:
        cls.__eq__ = guarded_equality(own["__eq__"], guards, names)
    for method, name in _ORDERS.items():
        if method in own:
            setattr(cls, method, _ordering(own[method], guards, name, names))
    guard_hash(cls, guards, names)


def guard_hash(cls: Any, guards: Guards, names: tuple[str, ...]) -> None:
    """Guard a hash over fields, if the class has one."""
    generated = vars(cls).get("__hash__")
    if generated is None:
        return

    def hashed(self: Any) -> int:
        guards.hashed(_values(self, names))
        guards.budget.spend(1)
        return int(generated(self))

    cls.__hash__ = hashed


def guard_identity(cls: Any, guards: Guards) -> None:
    """Let a class without an `__eq__` take a step for each comparison."""
    if cls.__eq__ is not object.__eq__:
        return

    def equal(self: Any, other: object) -> Any:
        guards.budget.spend(1)
        return True if self is other else NotImplemented

    kept = cls.__hash__
    cls.__eq__ = equal
    cls.__hash__ = kept


def guarded_equality(
    generated: Callable[[Any, Any], Any], guards: Guards, names: tuple[str, ...] | None = None
) -> Callable[[Any, Any], Any]:
    """An `__eq__` over fields, or over all that an instance has."""

    def equal(self: Any, other: object) -> Any:
        guards.budget.spend(_STEPS)
        if other.__class__ is not self.__class__:
            return generated(self, other)
        ours, theirs = vars(self), vars(other)
        if len(ours) != len(theirs) and names is None:
            return False
        for name in ours if names is None else names:
            if not guards.is_same(ours.get(name, _MISSING), theirs.get(name, _MISSING)):
                return False
        return generated(self, other)

    return equal


def _ordering(
    generated: Callable[[Any, Any], Any], guards: Guards, order: str, names: tuple[str, ...]
) -> Callable[[Any, Any], Any]:
    compare = guards.order(order)

    def ordered(self: Any, other: object) -> Any:
        guards.budget.spend(_STEPS)
        if other.__class__ is not self.__class__:
            return generated(self, other)
        return compare(_values(self, names), _values(other, names))

    return ordered


def _values(instance: Any, names: tuple[str, ...]) -> tuple[Any, ...]:
    return tuple([getattr(instance, name, None) for name in names])
