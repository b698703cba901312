"""The golden text of the IR shows whatever a fixture is compiled to: a change of any field changes the text."""

from __future__ import annotations

import dataclasses
import functools
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from tests.support.golden import fixture_names, workflow_ir
from tests.support.ir_text import LEFT_OUT, node_text

from warren.ir import expressions, statements, workflow
from warren.ir.base import Node

CLASSES = [
    cls
    for module in (expressions, statements, workflow)
    for cls in vars(module).values()
    if dataclasses.is_dataclass(cls) and cls.__module__ == module.__name__
]
OTHER = expressions.Local("another")


def parts_of(value: Any) -> Iterator[Node]:
    """All nodes of a value, itself among them."""
    if isinstance(value, Node):
        yield value
        for field in dataclasses.fields(value):
            yield from parts_of(getattr(value, field.name))
    elif isinstance(value, tuple | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from parts_of(part)


@functools.cache
def found() -> dict[type, list[Node]]:
    """The nodes of each class that the fixtures have."""
    nodes: dict[type, list[Node]] = defaultdict(list)
    for name in fixture_names():
        for part in parts_of(workflow_ir(name)):
            nodes[type(part)].append(part)
    return nodes


def changed(name: str, value: Any) -> Any:
    """Something else, of a kind that could stand there."""
    match value:
        case _ if name in {"encoded", "spec", "parameters", "returns"} and not isinstance(value, Node):
            return {"value": value}
        case bool():
            return not value
        case str():
            return f"{value}x"
        case tuple() if name in {"signals", "queries", "updates"}:
            return value[1:] if value else (OTHER,)
        case tuple():
            return value[1:] if value else ("another",)
        case dict():
            return dict(list(value.items())[1:])
        case _:
            return OTHER


@pytest.mark.parametrize("cls", CLASSES, ids=lambda cls: cls.__name__)
def test_every_field_of_every_node_is_shown(cls: Any) -> None:
    nodes = found()[cls]
    assert nodes, "a fixture must have one"
    for field in dataclasses.fields(cls):
        if field.name in LEFT_OUT:
            continue
        given = [node for node in nodes if getattr(node, field.name)] or nodes
        for node in given[:20]:
            other = dataclasses.replace(node, **{field.name: changed(field.name, getattr(node, field.name))})
            assert node_text(other) != node_text(node), f"{field.name} is not shown"
