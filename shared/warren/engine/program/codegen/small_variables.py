"""Which variables of a function can only hold small numbers: counters, whose arithmetic may be CPython's own.

A variable is one if all that assigns it is a literal number, an item of a `range` that begins at one, a length, or such
a variable with a literal added. Within the budget of a transition none of these grows large.
"""

from __future__ import annotations

from collections.abc import Iterator

from warren.ir import expressions as ex
from warren.ir import intrinsics
from warren.ir import statements as st
from warren.ir.base import Node
from warren.ir.program import AsyncFunction, SyncFunction
from warren.ir.walk import walk

_LARGEST = 1 << 31
_ADDING = frozenset({"+", "-"})


def small_variables(function: AsyncFunction | SyncFunction) -> frozenset[str]:
    """Names of the variables that surely hold small numbers wherever they hold anything."""
    roots: tuple[Node, ...] = function.body if isinstance(function, SyncFunction) else function.nodes
    spoiled = {param.name for param in function.params} | {*function.cells, *function.free}
    assigned: dict[str, list[ex.Expr]] = {}
    for root in roots:
        for node in walk(root):
            for name, value in _bindings(node):
                if value is None:
                    spoiled.add(name)
                else:
                    assigned.setdefault(name, []).append(value)
    small = frozenset(assigned) - spoiled
    while True:
        kept = frozenset(name for name in small if all(_stays_small(value, small) for value in assigned[name]))
        if kept == small:
            return small
        small = kept


def is_small(node: ex.Expr, small: frozenset[str]) -> bool:
    """Whether the expression is a literal number, a length, or one of these variables."""
    match node:
        case ex.Const():
            return type(node.encoded) is float or (type(node.encoded) is int and abs(node.encoded) < _LARGEST)
        case ex.Local():
            return node.name in small
        case ex.Unary(op="-" | "+"):
            return is_small(node.operand, small)
        case ex.Call(func=ex.Intrinsic(name="len")):
            return True
        case _:
            return False


def _stays_small(node: ex.Expr, small: frozenset[str]) -> bool:
    if isinstance(node, ex.Binary) and node.op in _ADDING:
        return isinstance(node.right, ex.Const) and is_small(node.left, small) and is_small(node.right, small)
    if isinstance(node, ex.Call):  # of `range`: what a loop goes over
        arguments = node.args
        is_range = isinstance(node.func, ex.Intrinsic) and node.func.name == "range"
        if is_range and not node.keywords and 1 <= len(arguments) <= 2:
            return not isinstance(arguments[0], ex.Starred) and (len(arguments) == 1 or is_small(arguments[0], small))
    return is_small(node, small)


def _bindings(node: Node) -> Iterator[tuple[str, ex.Expr | None]]:
    """Variables that a node itself assigns, each with an expression that is small if the variable is, or None."""
    match node:
        case st.Assign(value=ex.Intrinsic(name=intrinsics.DISCARD)):
            return
        case st.Assign():
            is_range = isinstance(node.value, ex.Call) and not is_small(node.value, frozenset())
            for target in node.targets:
                yield from _of_target(target, None if is_range else node.value)
        case st.AugAssign(target=ex.Local(name=name)):
            yield name, node.value if node.op in _ADDING and isinstance(node.value, ex.Const) else None
        case st.For():
            is_range = isinstance(node.iterable, ex.Call) and isinstance(node.target, ex.Local)
            yield from _of_target(node.target, node.iterable if is_range else None)
        case ex.Walrus():
            yield node.name, None
        case st.ExceptHandler() | st.MatchStar() | st.MatchAs() if node.name is not None:
            yield node.name, None
        case st.MatchMapping() if node.rest is not None:
            yield node.rest, None
        case ex.Comprehension():
            for generator in node.generators:
                yield from _of_target(generator.target, None)
        case _:
            for field in ("target", "result", "error", "selector", "iterator"):
                part = getattr(node, field, None)
                if isinstance(part, str):
                    yield part, None
                elif isinstance(part, ex.Expr) and field == "target":
                    yield from _of_target(part, None)


def _of_target(target: Node, value: ex.Expr | None) -> Iterator[tuple[str, ex.Expr | None]]:
    match target:
        case ex.Local():
            yield target.name, value
        case ex.Starred():
            yield from _of_target(target.value, None)
        case ex.Display():
            for part in target.items:
                yield from _of_target(part, None)
        case _:
            return
