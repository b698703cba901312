"""Type specs as annotations of pydantic's, for the models that workflow code makes itself.

Constraints are left out: a model that has any is made by a worker. Must not know how classes are made.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Optional, Protocol, Union

from warren.contracts.decoding import TypeResolver
from warren.contracts.values import decode
from warren.engine.values.known_classes import SIMPLE_TYPES


class Classes(TypeResolver, Protocol):
    """Finds the class of a reference, or a forward reference to it."""

    def field_type(self, ref: str) -> Any: ...


def annotation(spec: Any, types: Classes) -> Any:
    """The annotation that a type spec describes, for pydantic."""
    if isinstance(spec, str):
        return SIMPLE_TYPES.get(spec, Any)
    if not isinstance(spec, dict) or len(spec) != 1:
        return Any
    ((kind, inner),) = spec.items()
    match kind:
        case "list" | "set" | "frozenset" | "sequence":
            generic: Any = {"list": list, "set": set, "frozenset": frozenset, "sequence": Sequence}[kind]
            return generic.__class_getitem__(annotation(inner, types))
        case "tuple":
            return tuple.__class_getitem__(tuple(annotation(part, types) for part in inner))
        case "tuple_of":
            return tuple.__class_getitem__((annotation(inner, types), ...))
        case "dict":
            key, value = inner
            return dict[annotation(key, types), annotation(value, types)]  # type: ignore[misc]  # built at run time
        case "union":
            parts = tuple(annotation(part, types) for part in inner)
            return Optional[parts[0]] if len(parts) == 1 else Union[parts]  # noqa: UP007, UP045 - built at run time
        case "literal":
            return Literal[tuple(decode(value, types) for value in inner)]
        case "type":
            return types.field_type(inner)
        case "bounded" | "code":
            return annotation(inner[0], types)
        case _:
            return Any
