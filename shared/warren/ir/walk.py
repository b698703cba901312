"""Walking and rewriting IR nodes without knowing their classes.

Children come in the order in which CPython evaluates them.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar, cast

from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.base import Node

N = TypeVar("N", bound=Node)


@functools.cache
def fields_of(cls: Any) -> tuple[str, ...]:
    """Field names of a class of nodes, in evaluation order."""
    if cls is ex.DictItem:
        return ("key", "value")
    if cls is st.Assign:
        return ("value", "targets")
    if cls is ex.Conditional:
        return ("test", "body", "orelse")
    return tuple(field.name for field in dataclasses.fields(cast("Any", cls)))


def children(node: Node) -> list[Node]:
    """Direct child nodes, in evaluation order."""
    found: list[Node] = []
    for name in fields_of(cast("Any", node.__class__)):
        part = getattr(node, name)
        if isinstance(part, Node):
            found.append(part)
        elif part.__class__ is tuple:
            found.extend(item for item in part if isinstance(item, Node))
    return found


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    waiting = [node]
    while waiting:
        node = waiting.pop()
        yield node
        waiting.extend(reversed(children(node)))


def map_children(node: N, change: Callable[[Any], Any]) -> N:
    """The node with every direct child replaced by `change(child)`, visited in evaluation order."""
    changed: dict[str, Any] = {}
    for name in fields_of(cast("Any", node.__class__)):
        part = getattr(node, name)
        if isinstance(part, Node):
            new = change(part)
            if new is not part:
                changed[name] = new
        elif isinstance(part, tuple) and any(isinstance(item, Node) for item in part):
            items = tuple(change(item) if isinstance(item, Node) else item for item in part)
            if any(new is not old for new, old in zip(items, part, strict=True)):
                changed[name] = items
    return dataclasses.replace(cast("Any", node), **changed) if changed else node


def rename(node: N, names: Mapping[str, str]) -> N:
    """The node with variables renamed."""
    if isinstance(node, ex.Local) and node.name in names:
        return cast("N", ex.Local(names[node.name], node.span))
    return map_children(node, lambda child: rename(child, names))
