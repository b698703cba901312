"""Which variables surely have a value where a node of a graph starts, so that the code there need not check.

A forward analysis over the graph: the intersection over all ways in of what is bound on them. An exception may leave a
node before anything in it was assigned, but after anything in it was deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from warren.engine.namespace import free_name
from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.base import Node
from warren.ir.intrinsics import DISCARD
from warren.ir.program import (
    AsyncFunction,
    AwaitNode,
    BranchNode,
    CodeNode,
    GraphNode,
    HandlerNode,
    LoopNode,
    SwitchNode,
)

_DISCARD = ex.Intrinsic(DISCARD)


@dataclass(frozen=True, slots=True)
class Effects:
    """What a piece of code does to variables. `sure` are assigned whenever it ends normally."""

    used: frozenset[str]
    assigned: frozenset[str]
    deleted: frozenset[str]
    sure: frozenset[str]


def effects_of(parts: Sequence[Node]) -> Effects:
    """Effects of statements or expressions that run one after the other."""
    scan = _Scan()
    for part in parts:
        scan.visit(part)
    sure: set[str] = set()
    for part in parts:
        if isinstance(part, st.Assign) and part.value != _DISCARD:
            sure.update(name for target in part.targets for name in _names_of(target))
    return Effects(
        frozenset(scan.used | scan.assigned | scan.deleted),
        frozenset(scan.assigned | scan.deleted),
        frozenset(scan.deleted),
        frozenset(sure - scan.deleted),
    )


class Bound:
    """Variables that surely have a value, as bits of a number: a function may have thousands, at thousands of nodes."""

    __slots__ = ("_bits", "_places")

    def __init__(self, places: Mapping[str, int], bits: int) -> None:
        self._places = places
        self._bits = bits

    def __contains__(self, variable: str) -> bool:
        place = self._places.get(variable)
        return place is not None and bool(self._bits >> place & 1)


def bound_at_start(function: AsyncFunction, effects: Sequence[Effects]) -> list[Bound]:
    """For each node: the variables that surely have a value when it starts. Temporaries always do."""
    everything = dict.fromkeys((*function.locals, *function.free, *(param.name for param in function.params)))
    places = {name: place for place, name in enumerate(everything)}

    def bits_of(names: Iterable[str]) -> int:
        return sum({1 << places[name] for name in names if name in places})

    first = bits_of(
        (
            *(param.name for param in function.params),
            *(name for name in function.locals if name.startswith("$")),
            *function.cells,
            *function.free,
        )
    )
    sure = [bits_of(effect.sure) for effect in effects]
    deleted = [bits_of(effect.deleted) for effect in effects]
    targets = [bits_of(_names_of(node.target)) if isinstance(node, LoopNode) else 0 for node in function.nodes]
    results = [bits_of((node.result or "",)) if isinstance(node, AwaitNode) else 0 for node in function.nodes]
    bound = [(1 << len(places)) - 1] * len(function.nodes)
    bound[0] = first
    pending = [0]
    seen = {0}
    while pending:
        number = pending.pop()
        node, start = function.nodes[number], bound[number]
        ways: list[tuple[int, int]] = []
        before = start & ~deleted[number]
        after = before | sure[number]
        if node.handler is not None:
            ways.append((node.handler, before))
        match node:
            case CodeNode() | HandlerNode():
                ways.append((node.next, after))
            case AwaitNode():
                ways.append((node.next, after | results[number]))
            case BranchNode():
                ways.extend(((node.then, after), (node.orelse, after)))
            case LoopNode():
                ways.extend(((node.body, after | targets[number]), (node.exit, after)))
            case SwitchNode():
                ways.extend((target, after) for target in node.targets)
        for target, names in ways:
            joined = bound[target] & names
            if joined != bound[target] or target not in seen:
                bound[target] = joined
                seen.add(target)
                pending.append(target)
    return [Bound(places, bits) for bits in bound]


def parts_of(node: GraphNode) -> list[Node]:
    """The statements or expressions that a node evaluates."""
    match node:
        case CodeNode():
            return list(node.body)
        case BranchNode():
            return [node.test]
        case LoopNode():
            return [ex.Local(node.iterator), _LoopTarget(node.target)]
        case AwaitNode():
            return [node.value]
        case _:
            value = getattr(node, "value", None)
            return [value] if isinstance(value, Node) else []


@dataclass(frozen=True, slots=True)
class _LoopTarget(Node):
    """A loop's target, which is assigned only on the way into the body."""

    target: ex.Expr


class _Scan:
    """Collects names; those of a comprehension's own targets are collected too, which does no harm."""

    def __init__(self) -> None:
        self.used: set[str] = set()
        self.assigned: set[str] = set()
        self.deleted: set[str] = set()

    def visit(self, node: Node) -> None:
        match node:
            case ex.Local():
                self.used.add(node.name)
                return
            case ex.Walrus():
                self.assigned.add(node.name)
            case ex.MakeFunction():
                self.used.add(free_name(node.function))
            case _LoopTarget():
                self.assigned.update(_names_of(node.target))
            case st.Assign():
                names = {name for target in node.targets for name in _names_of(target)}
                (self.deleted if node.value == _DISCARD else self.assigned).update(names)
            case st.AugAssign() | st.For():
                self.assigned.update(_names_of(node.target))
            case st.Delete():
                self.deleted.update(name for target in node.targets for name in _names_of(target))
            case st.ExceptHandler() if node.name is not None:
                self.deleted.add(node.name)
            case st.MatchStar() | st.MatchAs() if node.name is not None:
                self.assigned.add(node.name)
            case st.MatchMapping() if node.rest is not None:
                self.assigned.add(node.rest)
        for part in _parts(node):
            self.visit(part)


def _parts(node: Node) -> list[Node]:
    found: list[Node] = []
    for field in node.__dataclass_fields__:
        value = getattr(node, field)
        if isinstance(value, Node):
            found.append(value)
        elif isinstance(value, tuple):
            found.extend(item for item in value if isinstance(item, Node))
    return found


def _names_of(target: Node) -> list[str]:
    match target:
        case ex.Local():
            return [target.name]
        case ex.Starred():
            return _names_of(target.value)
        case ex.Display():
            return [name for part in target.items for name in _names_of(part)]
        case _:
            return []
