"""How large a program may be, so that compiling it takes seconds at most, from any sender.

Sizes only: what a program may mean is checked elsewhere. Nothing here recurses: it comes before everything that does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, cast

from warren.errors import MessageError
from warren.ir import expressions as ex
from warren.ir import program as pr
from warren.ir import statements as st
from warren.ir.base import Node
from warren.ir.workflow import TypeDef, WorkflowIR

MAX_IR_NODES: Final = 30_000
"""Nodes of a workflow, which has four to six in a line."""
MAX_PROGRAM_NODES: Final = 8 * MAX_IR_NODES
MAX_FUNCTIONS: Final = 5_000
MAX_CLASSES: Final = 1_000
MAX_MEMBERS: Final = 2_000
"""Fields, constants, methods and members of one class."""
MAX_BASES: Final = 100
MAX_DATA_DEPTH: Final = 250
"""How deep a constant or a type may be nested; readers of JSON stop at 200."""
MAX_COPIES: Final = 200_000
"""Nodes of `finally` blocks, which CPython compiles once for each way out of their `try`."""


def check_sizes(root: WorkflowIR | pr.Program) -> None:
    """Refuse what is too large.

    Raises:
        MessageError: says what of it is.
    """
    limit = MAX_IR_NODES if isinstance(root, WorkflowIR) else MAX_PROGRAM_NODES
    if len(root.functions) > MAX_FUNCTIONS:
        raise MessageError(f"the program is too large: more than {MAX_FUNCTIONS:,} functions")
    if len(root.types) > MAX_CLASSES:
        raise MessageError(f"the program is too large: more than {MAX_CLASSES:,} classes")
    waiting: list[Node] = [*root.functions.values(), *root.types.values()]
    count = 0
    while waiting:
        node = waiting.pop()
        count += 1
        if count > limit:
            raise MessageError(f"the program is too large: more than {limit:,} nodes; divide it into several workflows")
        if isinstance(node, TypeDef):
            _check_class(node)
        for name in cast("Any", node.__class__).__slots__:
            part = getattr(node, name)
            if isinstance(part, Node):
                waiting.append(part)
            elif isinstance(part, tuple | dict):
                parts = part.values() if isinstance(part, dict) else part
                waiting.extend(item for item in parts if isinstance(item, Node))
        if isinstance(node, ex.Const):
            check_depth(node.encoded)
    _check_copies(root.functions.values())


def check_depth(data: Any) -> None:
    """Refuse JSON data that is nested too deeply to be read by recursion."""
    level, depth = [data], 0
    while level:
        depth += 1
        if depth > MAX_DATA_DEPTH:
            raise MessageError("a constant or type of the program is nested too deeply")
        inner: list[Any] = []
        for part in level:
            if isinstance(part, dict):
                inner.extend(item for item in part.values() if isinstance(item, dict | list))
            elif isinstance(part, list):
                inner.extend(item for item in part if isinstance(item, dict | list))
        level = inner


def _check_class(one: TypeDef) -> None:
    sizes = (one.fields, one.computed, one.constants, one.methods, one.properties, one.members, one.opaque)
    if max(map(len, sizes)) > MAX_MEMBERS or len(one.bases) > MAX_BASES:
        raise MessageError(f"the class {one.ref[:200]} is too large")
    for field in (*one.fields, *one.computed):
        check_depth(field.spec)


def _check_copies(functions: Iterable[Node]) -> None:
    """Refuse `finally` blocks that would be compiled too often: in one another, or with many ways past them."""
    statements = [part for function in functions for part in _statements(function)]
    exits = _exits(statements)
    total = 0
    waiting = [(statement, 1) for statement in statements]
    while waiting:
        statement, copies = waiting.pop()
        total += copies if copies > 1 else 0
        if total > MAX_COPIES:
            raise MessageError("the program has finally blocks in one another, or too many ways past them")
        inner = _inner(statement)
        if isinstance(statement, st.Try) and statement.final:
            final = set(map(id, statement.final))
            ways = 2 + sum(exits[id(part)] for part in inner if id(part) not in final)
            waiting.extend((part, copies * ways if id(part) in final else copies) for part in inner)
        else:
            waiting.extend((part, copies) for part in inner)


def _statements(function: Node) -> tuple[Node, ...]:
    if isinstance(function, pr.AsyncFunction):
        return tuple(part for node in function.nodes if isinstance(node, pr.CodeNode) for part in node.body)
    return cast("tuple[Node, ...]", getattr(function, "body", ()))


def _exits(statements: Iterable[Node]) -> dict[int, int]:
    """Ways out of each statement but its end, by the statement's `id`."""
    order = list(statements)
    inside: list[list[Node]] = []
    for node in order:  # which grows
        inside.append(_inner(node))
        order.extend(inside[-1])
    exits: dict[int, int] = {}
    for node, parts in zip(reversed(order), reversed(inside), strict=True):
        own = isinstance(node, st.Return | st.Break | st.Continue)
        exits[id(node)] = own + sum(exits[id(part)] for part in parts)
    return exits


def _inner(node: Node) -> list[Node]:
    """Statements, handlers and cases directly inside a node."""
    found: list[Node] = []
    for name in cast("Any", node.__class__).__slots__:
        part = getattr(node, name)
        if isinstance(part, tuple):
            found.extend(item for item in part if isinstance(item, st.Stmt | st.ExceptHandler | st.MatchCase))
    return found
