"""What a type spec consists of: its parts, the classes that it reaches, and whether it has a secret, or its check
needs the user's code.

Must not know how a value is checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from warren.contracts.known_values import known_class
from warren.contracts.tags import TAG, Json
from warren.ir.workflow import TypeDef


def parts_of(spec: Json) -> Iterator[tuple[str, Any]]:
    """The spec itself and all specs in it, but those of the classes that it names, by kind."""
    waiting = [spec]
    while waiting:
        one = waiting.pop()
        if isinstance(one, list):
            waiting.extend(one)
        elif isinstance(one, dict) and len(one) == 1:
            ((kind, inner),) = one.items()
            yield kind, inner
            if kind in {"bounded", "code"}:
                waiting.append(inner[0])
            elif kind == "known" and isinstance(inner, list):
                waiting.extend(inner[1:])
            elif kind not in {"type", "instance", "known", "literal"}:
                waiting.append(inner)


def types_in(spec: Json, types: Mapping[str, TypeDef]) -> list[str]:
    """The references of all classes that a value of the type may consist of, the first ones first."""
    found: dict[str, None] = {}
    waiting = [spec]
    while waiting:
        for kind, inner in parts_of(waiting.pop(0)):
            if kind == "type" and inner not in found:
                found[inner] = None
                if inner in types:
                    waiting.extend(field.spec for field in types[inner].fields)
    return list(found)


def code_in(spec: Json, types: Mapping[str, TypeDef]) -> str:
    """Which code of the user's checks a value of the type, in words; empty for none."""
    specs = [spec]
    for ref in types_in(spec, types):
        if ref in types:
            if types[ref].code:
                return types[ref].code
            specs += [field.spec for field in types[ref].fields]
    return next((inner[1] for one in specs for kind, inner in parts_of(one) if kind == "code"), "")


def secret_in(spec: Json, types: Mapping[str, TypeDef]) -> bool:
    """Whether a secret is declared anywhere in the type."""
    fields = (field.spec for ref in types_in(spec, types) if ref in types for field in types[ref].fields)
    return any(_is_secret(kind, inner) for one in (spec, *fields) for kind, inner in parts_of(one))


def _is_secret(kind: str, inner: Json) -> bool:
    if kind == "code":
        return "secret" in inner[2:]
    known = known_class(inner[0] if isinstance(inner, list) else inner) if kind == "known" else None
    return known is not None and known.is_secret


def is_made(spec: Json, value: Json) -> bool:
    """Whether all that the user's code would make in a value of the type is there, tagged, as it has made it."""
    if isinstance(spec, str) or spec is None:
        return True
    ((kind, inner),) = spec.items()
    tag = value.get(TAG) if isinstance(value, dict) else None
    parts = value.get("v") if tag is not None else value
    match kind:
        case "type" | "instance":
            return tag is not None or value is None
        case "bounded":
            return is_made(inner[0], value)
        case "union":
            return all(is_made(member, value) for member in inner)
        case "list" | "set" | "frozenset" | "sequence" | "tuple_of" | "deque" if isinstance(parts, list):
            return all(is_made(inner, part) for part in parts)
        case "tuple" if isinstance(parts, list):
            return all(is_made(one, part) for one, part in zip(inner, parts, strict=False))
        case "dict" | "ordereddict" | "defaultdict" if isinstance(parts, dict):
            return isinstance(inner[0], str) and all(is_made(inner[1], part) for part in parts.values())
        case "dict" | "ordereddict" | "defaultdict" if isinstance(parts, list):
            return all(is_made(inner[0], key) and is_made(inner[1], part) for key, part in parts)
    return bool(kind != "code")
