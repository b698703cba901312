"""What every IR node is: a frozen dataclass with a registered name, and JSON in both directions for all of them.

JSON form: `{"k": "<class name>", field: ...}`; a field that has its default is left out; a tuple is a list; `span` is
`[line, column, end line, end column]`. Must not know any particular node.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar, cast, dataclass_transform

from warren.contracts.tags import Json
from warren.errors import MessageError
from warren.ir.structure import checks_of

_NODES: dict[str, type[Node]] = {}
_DEFAULTS: dict[type, tuple[tuple[str, Any], ...]] = {}

_DATA_FIELDS = {
    ("Const", "encoded"),
    *(("FieldDef", name) for name in ("spec", "aliases")),
    ("TypeDef", "config"),
    ("SignalDef", "spec"),
    *((kind, "parameters") for kind in ("QueryDef", "UpdateDef")),
    *((root, name) for root in ("WorkflowIR", "Program") for name in ("parameters", "returns")),
}
"""Fields whose content is JSON data (a value, a type spec), not nodes."""

_MAP_FIELDS = {
    *(("TypeDef", name) for name in ("constants", "methods", "properties")),
    *((root, name) for root in ("WorkflowIR", "Program") for name in ("functions", "types")),
}
"""Fields that map names to nodes; a name may be anything, `k` too."""

MAX_NODES = 400_000
"""Nodes of IR or of a program, which has up to a few for each of the IR; `ir.checking` allows IR less."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the user's source. Lines and columns count from 1; the end column is exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Node:
    """Base of every IR node."""

    __slots__ = ()
    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


@dataclass_transform(frozen_default=True)
def node(cls: type[T]) -> type[T]:
    """Make `cls` a frozen, slotted dataclass and register it for JSON under its own name."""
    made = dataclass(frozen=True, slots=True)(cls)
    _NODES[cls.__name__] = made  # type: ignore[assignment]  # every decorated class is a Node
    _DEFAULTS[made] = tuple(
        (field.name, _default_of(field))
        for field in dataclasses.fields(made)  # type: ignore[arg-type]  # made a dataclass above
    )
    return made


def _default_of(field: dataclasses.Field[Any]) -> Any:
    if field.default_factory is not dataclasses.MISSING:
        return field.default_factory()
    return field.default


def to_json(value: Any, *, spans: bool = True) -> Json:
    """Turn a node, or tuples and dicts of nodes, into JSON data."""
    if isinstance(value, Node):
        data: dict[str, Json] = {"k": type(value).__name__}
        for name, default in _DEFAULTS[type(value)]:
            part = getattr(value, name)
            if part is default or (part == default and type(part) is type(default)):
                continue
            if not spans and name in {"span", "filename", "source"}:
                continue
            data[name] = to_json(part, spans=spans)
        return data
    if isinstance(value, Span):
        return [value.line, value.column, value.end_line, value.end_column]
    if isinstance(value, tuple | list):
        return [to_json(item, spans=spans) for item in value]
    if isinstance(value, dict):
        return {name: to_json(item, spans=spans) for name, item in value.items()}
    return value


def from_json(data: Json) -> Any:
    """Turn JSON data back into nodes; the inverse of `to_json`.

    Raises:
        MessageError: an unknown node, a node with unknown, missing or ill-typed fields, too many nodes, or too deep a
            tree.
    """
    try:
        return _from_json(data, itertools.count())
    except RecursionError:
        raise MessageError("ill-formed IR: it is nested too deeply") from None


def _from_json(data: Json, counter: Iterator[int]) -> Any:
    if isinstance(data, list):
        return tuple([_from_json(item, counter) for item in data])
    if not isinstance(data, dict):
        return data
    if "k" not in data:
        return {name: _from_json(item, counter) for name, item in data.items()}
    if next(counter) > MAX_NODES:
        raise MessageError(f"ill-formed IR: it has more than {MAX_NODES:,} nodes")
    cls = _NODES.get(data["k"]) if isinstance(data["k"], str) else None
    if cls is None:
        raise MessageError(f"unknown IR node {data['k']!r}; was it made by a newer version of Warren?")
    fields: dict[str, Any] = {}
    for name, item in data.items():
        if name == "k":
            continue
        if name == "span":
            fields[name] = _span(item)
        elif (data["k"], name) in _DATA_FIELDS:
            fields[name] = item
        elif (data["k"], name) in _MAP_FIELDS and isinstance(item, dict):
            fields[name] = {key: _from_json(part, counter) for key, part in item.items()}
        else:
            fields[name] = _from_json(item, counter)
    try:
        made = cls(**fields)
    except TypeError as error:
        raise MessageError(f"ill-formed IR node {data['k']!r}: {error}") from error
    for name, is_right in checks_of(cast(Any, cls)):
        if not is_right(getattr(made, name)):
            raise MessageError(f"ill-formed IR node {data['k']!r}: its {name!r} is of the wrong kind")
    return made


def _span(data: Json) -> Span:
    if not isinstance(data, list) or len(data) != 4 or any(type(number) is not int for number in data):
        raise MessageError(f"ill-formed IR: {data!r} is no place in a source text")
    return Span(*data)


def content_hash(value: Any) -> str:
    """SHA-256 over the node's JSON without source places: moving or commenting code does not change it."""
    text = json.dumps(to_json(value, spans=False), sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
