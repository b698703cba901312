"""How long checking a value can take: a union of types that contain themselves is tried again at each level.

pydantic tries every member of a union that may fit, so that a value of depth d costs up to b ** d where b members fit.
A foreign program must not be able to stop a compiler with that. Must not know how a value is checked.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from warren.contracts.tags import Json
from warren.errors import InvalidInput
from warren.ir.depth import depth_of
from warren.ir.spec_parts import parts_of
from warren.ir.workflow import TypeDef

_MOST_TRIALS: Final = 2_000_000


def check_cost(spec: Json, value: Json, definitions: Mapping[str, TypeDef]) -> None:
    """Raise `InvalidInput` where trying all members of unions could take too long."""
    if isinstance(spec, str) or not isinstance(value, dict | list):
        return
    depth = depth_of(value)
    width = _width_of(spec, definitions)
    if width > 1 and width**depth > _MOST_TRIALS:
        raise InvalidInput(
            f"nested {depth} levels deep, each of which may be one of {width} types that contain each other; "
            "give the union a discriminator"
        )


def _width_of(spec: Json, definitions: Mapping[str, TypeDef]) -> int:
    """The most members of a union in a type that contains itself, of those which may take the same object."""
    widest = 1
    seen: set[str] = set()
    waiting = [spec]
    while waiting:
        for part in parts_of(waiting.pop()):
            kind, inner = part
            if kind == "type" and inner not in seen and inner in definitions:
                seen.add(inner)
                waiting.extend(field.spec for field in definitions[inner].fields)
            elif kind == "union":
                widest = max(widest, sum(_is_recursive(member, definitions) for member in inner))
    return widest


def _is_recursive(spec: Json, definitions: Mapping[str, TypeDef]) -> bool:
    return any(kind == "type" and _contains_itself(inner, _Key(definitions)) for kind, inner in parts_of(spec))


class _Key:
    """The definitions, for a cache: by identity, as nobody changes them."""

    def __init__(self, definitions: Mapping[str, TypeDef]) -> None:
        self.definitions = definitions

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and other.definitions is self.definitions

    def __hash__(self) -> int:
        return id(self.definitions)


@lru_cache(maxsize=1024)
def _contains_itself(ref: str, key: _Key) -> bool:
    seen: set[str] = set()
    waiting = [ref]
    while waiting:
        definition = key.definitions.get(waiting.pop())
        for field in definition.fields if definition is not None else ():
            for kind, inner in parts_of(field.spec):
                if kind == "type" and inner == ref:
                    return True
                if kind == "type" and inner not in seen:
                    seen.add(inner)
                    waiting.append(inner)
    return False
