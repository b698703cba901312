"""How many steps a piece of code takes each time it runs: about one for eight nodes, more for what makes objects."""

from __future__ import annotations

from typing import Any

from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.base import Node
from warren.ir.walk import children

_NODES_OF_A_STEP = 8
_HEAVY: dict[type, int] = {
    ex.Call: 2,
    ex.FormattedString: 8,
    ex.Comprehension: 8,
    ex.DictDisplay: 24,
    ex.MakeFunction: 32,
}
_DISPLAYS = {"tuple": 6, "list": 8, "set": 32}


def weight(body: st.Body) -> int:
    """Steps that running the statements takes, without what loops and functions in them take by themselves."""
    return _count(list(body)) // _NODES_OF_A_STEP + 1


def weight_of(node: ex.Comprehension) -> int:
    """Steps for each item of a comprehension."""
    parts: list[Any] = [node.element, *(() if node.value is None else (node.value,))]
    for generator in node.generators:
        parts.extend(generator.conditions)
    parts.extend(generator.iterable for generator in node.generators[1:])
    return _count(parts) // _NODES_OF_A_STEP + 1


def weight_of_expression(node: ex.Expr) -> int:
    """Whole steps of an expression by itself; 0 where it is small."""
    return _count([node]) // _NODES_OF_A_STEP


def weight_of_loop(node: st.While | st.For) -> int:
    """Steps for each turn of a loop."""
    tests = [node.test] if isinstance(node, st.While) else [node.target]
    return _count([*node.body, *tests]) // _NODES_OF_A_STEP + 1


def _count(waiting: list[Any]) -> int:
    """Nodes, those that take longer several times; bodies of loops are left to the loops."""
    count = 0
    while waiting:
        node = waiting.pop()
        count += _DISPLAYS[node.kind] if isinstance(node, ex.Display) else _HEAVY.get(type(node), 1)
        waiting.extend(part for part in _inside(node) if not isinstance(part, st.While | st.For))
    return count


def _inside(node: Node) -> list[Node]:
    return list(children(node))
