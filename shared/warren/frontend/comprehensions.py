"""Comprehensions and generator expressions from the syntax tree to the IR, the ones that await included.

Must not know where they stand: a generator expression is refused there, or consumed.
"""

from __future__ import annotations

import ast
from typing import Any

from warren.errors import RefusalCode
from warren.frontend import refusals
from warren.frontend.builder import Builder
from warren.frontend.refusals import Refusal
from warren.ir.expressions import Comprehension, Expr, Generator


def comprehension(b: Builder, node: Any, kind: str) -> Expr:
    """Compile a comprehension; the first iterable belongs to the enclosing scope, all else to its own."""
    scope = b.scope.children[node]
    inner = b.inside(scope)
    generators = []
    for number, generator in enumerate(node.generators):
        if generator.is_async:
            b.refuse(generator.iter, refusals.STATEMENTS["AsyncFor"])
        iterable = (inner if number else b).expr(generator.iter)
        target = inner.target(generator.target)
        generators.append(Generator(target, iterable, inner.exprs(generator.ifs)))
    if isinstance(node, ast.DictComp):
        element, value = inner.expr(node.key), inner.expr(node.value)
    else:
        element, value = inner.expr(node.elt), None
    if _awaits(node):
        if isinstance(node, ast.GeneratorExp):
            b.refuse(node, _AWAIT_IN_GENERATOR)
        elif scope.is_captured:
            b.refuse(node, _CAPTURED_TARGET)
    return Comprehension(kind, element, tuple(generators), value, span=b.span(node))


_AWAIT_IN_GENERATOR = Refusal(
    RefusalCode.GENERATOR_VALUE,
    "`await` in a generator expression makes an asynchronous generator, which nothing here consumes",
    "use a list: `[await ... for ... in ...]`",
)
_CAPTURED_TARGET = Refusal(
    RefusalCode.CLOSURE_IN_COMPREHENSION,
    "a function inside a comprehension with `await` captures the comprehension's variable",
    "bind it as a default, `lambda x, item=item: ...`, or write a `for` loop",
)


def _awaits(node: ast.AST) -> bool:
    """Whether the comprehension itself awaits: after its first iterable, and not inside a nested function."""
    first = node.generators[0].iter  # type: ignore[attr-defined]  # a comprehension
    stack = list(ast.iter_child_nodes(node))
    while stack:
        current = stack.pop()
        if current is first or isinstance(current, ast.Lambda):
            continue
        if isinstance(current, ast.Await):
            return True
        stack.extend(ast.iter_child_nodes(current))
    return False
