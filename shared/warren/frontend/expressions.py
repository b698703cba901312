"""Expressions from the syntax tree to the IR, as a table by syntax class.

Names and calls have modules of their own (`values`, `calls`). Must not know statements.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable
from typing import Any

from warren.contracts.values import encode
from warren.errors import RefusalCode
from warren.frontend import refusals
from warren.frontend.builder import Builder
from warren.frontend.calls import visit_call
from warren.frontend.comprehensions import comprehension
from warren.frontend.functions import make_function
from warren.frontend.names import Object, find
from warren.frontend.operators import BINARY, BOOLEAN, COMPARISONS, UNARY
from warren.frontend.refusals import Refusal
from warren.frontend.values import visit_attribute, visit_name
from warren.ir.expressions import (
    Await,
    Binary,
    Bool,
    Compare,
    Conditional,
    Const,
    DictDisplay,
    DictItem,
    Display,
    Expr,
    FormattedString,
    FormattedValue,
    Slice,
    Starred,
    Subscript,
    Unary,
    Walrus,
)
from warren.prelude.asyncio_names import is_coordination

Visitor = Callable[[Builder, Any], Expr]

_CONVERSIONS = {-1: None, 115: "s", 114: "r", 97: "a"}


def _constant(b: Builder, node: ast.Constant) -> Expr:
    if node.value is Ellipsis:
        return b.refuse(
            node,
            Refusal(
                RefusalCode.UNSUPPORTED_EXPRESSION, "`...` is not a value in a workflow", "use None or an enum member"
            ),
        )
    return Const(encode(node.value), span=b.span(node))


def _boolean(b: Builder, node: ast.BoolOp) -> Expr:
    return Bool(BOOLEAN[type(node.op).__name__], b.exprs(node.values), span=b.span(node))


def _named(b: Builder, node: ast.NamedExpr) -> Expr:
    return Walrus(node.target.id, b.expr(node.value), span=b.span(node))


def _binary(b: Builder, node: ast.BinOp) -> Expr:
    return Binary(BINARY[type(node.op).__name__], b.expr(node.left), b.expr(node.right), span=b.span(node))


def _unary(b: Builder, node: ast.UnaryOp) -> Expr:
    return Unary(UNARY[type(node.op).__name__], b.expr(node.operand), span=b.span(node))


def _lambda(b: Builder, node: ast.Lambda) -> Expr:
    return make_function(b, node, "<lambda>")


def _conditional(b: Builder, node: ast.IfExp) -> Expr:
    return Conditional(b.expr(node.test), b.expr(node.body), b.expr(node.orelse), span=b.span(node))


def _dict(b: Builder, node: ast.Dict) -> Expr:
    items = tuple(DictItem(b.expr(value), b.optional(key)) for key, value in zip(node.keys, node.values, strict=True))
    return DictDisplay(items, span=b.span(node))


def _list(b: Builder, node: ast.List) -> Expr:
    return Display("list", b.exprs(node.elts), span=b.span(node))


def _tuple(b: Builder, node: ast.Tuple) -> Expr:
    return Display("tuple", b.exprs(node.elts), span=b.span(node))


def _set(b: Builder, node: ast.Set) -> Expr:
    return Display("set", b.exprs(node.elts), span=b.span(node))


def _starred(b: Builder, node: ast.Starred) -> Expr:
    value = node.value
    if isinstance(value, ast.GeneratorExp):  # `*(...)` is consumed at once, so it is a list
        return Starred(comprehension(b, value, "list"), span=b.span(node))
    return Starred(b.expr(value), span=b.span(node))


def _comprehension_of(kind: str) -> Visitor:
    return lambda b, node: comprehension(b, node, kind)


def _refused(name: str) -> Visitor:
    return lambda b, node: b.refuse(node, refusals.EXPRESSIONS[name])


def _await(b: Builder, node: ast.Await) -> Expr:
    return Await(b.expr(node.value), span=b.span(node))


def _compare(b: Builder, node: ast.Compare) -> Expr:
    ops = tuple(COMPARISONS[type(op).__name__] for op in node.ops)
    return Compare(b.expr(node.left), ops, b.exprs(node.comparators), span=b.span(node))


def _joined(b: Builder, node: ast.JoinedStr) -> Expr:
    parts = [part for part in node.values if not (isinstance(part, ast.Constant) and part.value == "")]
    return FormattedString(b.exprs(parts), span=b.span(node))  # Python 3.12 has empty parts that others have not


def _formatted(b: Builder, node: ast.FormattedValue) -> Expr:
    return FormattedValue(
        b.expr(node.value), _CONVERSIONS[node.conversion], b.optional(node.format_spec), span=b.span(node)
    )


def _subscript(b: Builder, node: ast.Subscript) -> Expr:
    found = find(b, node.value)
    if isinstance(found, Object) and is_coordination(found.value):
        return b.expr(node.value)  # `asyncio.Queue[int]()`
    if isinstance(found, Object) and isinstance(found.value, type) and not isinstance(found.value, enum.EnumMeta):
        text = ast.unparse(node)
        return b.refuse(
            node,
            Refusal(
                RefusalCode.UNSUPPORTED_EXPRESSION,
                f"{text} is a type for annotations, not a value in a workflow",
                f"write `{found.text}` without the brackets, or use it in an annotation only",
            ),
        )
    return Subscript(b.expr(node.value), b.expr(node.slice), span=b.span(node))


def _slice(b: Builder, node: ast.Slice) -> Expr:
    return Slice(b.optional(node.lower), b.optional(node.upper), b.optional(node.step), span=b.span(node))


EXPRESSIONS: dict[str, Visitor] = {
    "BoolOp": _boolean,
    "NamedExpr": _named,
    "BinOp": _binary,
    "UnaryOp": _unary,
    "Lambda": _lambda,
    "IfExp": _conditional,
    "Dict": _dict,
    "Set": _set,
    "ListComp": _comprehension_of("list"),
    "SetComp": _comprehension_of("set"),
    "DictComp": _comprehension_of("dict"),
    "GeneratorExp": _refused("GeneratorExp"),
    "Await": _await,
    "Yield": _refused("Yield"),
    "YieldFrom": _refused("YieldFrom"),
    "Compare": _compare,
    "Call": visit_call,
    "FormattedValue": _formatted,
    "Interpolation": _refused("Interpolation"),
    "JoinedStr": _joined,
    "TemplateStr": _refused("TemplateStr"),
    "Constant": _constant,
    "Attribute": visit_attribute,
    "Subscript": _subscript,
    "Starred": _starred,
    "Name": visit_name,
    "List": _list,
    "Tuple": _tuple,
    "Slice": _slice,
}
"""Every expression class of Python 3.11 to 3.14."""
