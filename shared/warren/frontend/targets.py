"""What is assigned to, deleted or looped over, as a table by syntax class. Must not know statements."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from warren.errors import RefusalCode
from warren.frontend.builder import Builder
from warren.frontend.names import MISSING, SelfMember, SelfValue, find
from warren.frontend.private_names import check_attribute
from warren.frontend.refusals import Refusal
from warren.ir.expressions import Attribute, Display, Expr, Local, Starred, Subscript

Visitor = Callable[[Builder, Any], Expr]


def _name(b: Builder, node: ast.Name) -> Expr:
    return Local(node.id, span=b.span(node))


def _attribute(b: Builder, node: ast.Attribute) -> Expr:
    found = find(b, node)
    span = b.span(node)
    if isinstance(found, SelfMember):
        check_attribute(b, node, found.name, is_known=True)
        if found.raw is not MISSING and (callable(found.raw) or hasattr(type(found.raw), "__get__")):
            return b.refuse(
                node,
                Refusal(
                    RefusalCode.ASSIGNMENT,
                    f"{found.variable}.{found.name} is part of the class, which a workflow cannot change",
                    "assign to an attribute with a name of its own",
                ),
            )
        b.compilation.self_writes.setdefault(found.name, (b.unit, node))
        return Attribute(Local(found.variable, span=span), found.name, span=span)
    if found is not None and not isinstance(found, SelfValue):
        return b.refuse(
            node,
            Refusal(
                RefusalCode.GLOBAL_ASSIGNMENT,
                f"{ast.unparse(node)} is outside the workflow: its own state is its variables, nothing else",
                "return the value, or keep it in a local variable or on self",
            ),
        )
    name = check_attribute(b, node, node.attr)
    b.compilation.attribute_names.add(name)
    b.compilation.attribute_stores.append((b.unit, node, name))
    return Attribute(b.expr(node.value), name, span=span)


def _subscript(b: Builder, node: ast.Subscript) -> Expr:
    return Subscript(b.expr(node.value), b.expr(node.slice), span=b.span(node))


def _display(b: Builder, node: ast.Tuple | ast.List) -> Expr:
    kind = "tuple" if isinstance(node, ast.Tuple) else "list"
    return Display(kind, tuple(b.target(item) for item in node.elts), span=b.span(node))


def _starred(b: Builder, node: ast.Starred) -> Expr:
    return Starred(b.target(node.value), span=b.span(node))


TARGETS: dict[str, Visitor] = {
    "Name": _name,
    "Attribute": _attribute,
    "Subscript": _subscript,
    "Tuple": _display,
    "List": _display,
    "Starred": _starred,
}
"""Every expression class that Python's grammar allows as a target."""
