"""Type specs as annotations of pydantic's, for the models that workflow code makes itself.

Constraints are left out: a model that has any is made by a worker. Must not know how classes are made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from warren.contracts.decoding import TypeResolver
from warren.contracts.values import decode
from warren.engine.values.known_classes import SIMPLE_TYPES
from warren.ir.spec_annotations import annotation_of

_CONTAINERS: Final[dict[str, Any]] = {
    "list": list,
    "set": set,
    "frozenset": frozenset,
    "sequence": Sequence,
    "dict": dict,
}


class Classes(TypeResolver, Protocol):
    """Finds the class of a reference, or a forward reference to it."""

    def field_type(self, ref: str) -> Any: ...


def annotation(spec: Any, types: Classes) -> Any:
    """The annotation that a type spec describes, for pydantic."""
    return annotation_of(spec, _Makers(types))


class _Makers:
    """Makes annotations with the classes of one program; what the engine keeps whole is anything."""

    simple: Mapping[str, Any] = SIMPLE_TYPES
    containers: Mapping[str, Any] = _CONTAINERS

    def __init__(self, types: Classes) -> None:
        self._types = types

    def literal(self, value: Any) -> Any:
        return decode(value, self._types)

    def described(self, ref: str) -> Any:
        return self._types.field_type(ref)

    def other(self, kind: str, inner: Any) -> Any:
        return annotation_of(inner[0], self) if kind == "bounded" else Any
