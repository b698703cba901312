"""The annotation that a type spec is of, for pydantic: one walk over specs, whoever makes the classes.

Must not know any class of the user's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Literal, Optional, Protocol, Union

from warren.contracts.tags import Json

_PAIRS: Final = frozenset({"dict", "ordereddict", "defaultdict"})


class Makers(Protocol):
    """Makes what the annotations of one program consist of. Types that are called by a word are in `simple`, those of
    containers in `containers`, both by that word.
    """

    @property
    def simple(self) -> Mapping[str, Any]: ...

    @property
    def containers(self) -> Mapping[str, Any]: ...

    def literal(self, value: Json) -> Any:
        """The value of an encoded one."""

    def described(self, ref: str) -> Any:
        """The class of a description, or a forward reference to it."""

    def other(self, kind: str, inner: Any) -> Any:
        """The annotation of every other kind: constraints, known types, instances."""


def annotation_of(spec: Json, makers: Makers) -> Any:
    """The annotation of a spec."""
    if spec is None or isinstance(spec, str):
        return Any if spec is None else makers.simple.get(spec, Any)
    ((kind, inner),) = spec.items()
    if kind in makers.containers:
        parts = tuple(annotation_of(part, makers) for part in (inner if kind in _PAIRS else [inner]))
        return makers.containers[kind][parts if kind in _PAIRS else parts[0]]
    match kind:
        case "tuple":
            return tuple.__class_getitem__(tuple(annotation_of(part, makers) for part in inner))
        case "tuple_of":
            return tuple.__class_getitem__((annotation_of(inner, makers), ...))
        case "union":
            members = tuple(annotation_of(part, makers) for part in inner)
            return Optional[members[0]] if len(members) == 1 else Union[members]  # noqa: UP007, UP045 - at run time
        case "literal":
            return Literal[tuple(map(makers.literal, inner))]
        case "code":
            return annotation_of(inner[0], makers)
        case "type":
            return makers.described(inner)
    return makers.other(kind, inner)
