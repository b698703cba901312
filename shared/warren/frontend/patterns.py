"""The patterns of `match`, as a table by syntax class."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from warren.contracts.values import encode
from warren.frontend.builder import Builder
from warren.frontend.private_names import check_attribute
from warren.ir.expressions import Const
from warren.ir.statements import (
    MatchAs,
    MatchClass,
    MatchMapping,
    MatchOr,
    MatchSequence,
    MatchStar,
    MatchValue,
    Pattern,
)

Visitor = Callable[[Builder, Any], Pattern]


def _value(b: Builder, node: ast.MatchValue) -> Pattern:
    return MatchValue(b.expr(node.value))


def _singleton(b: Builder, node: ast.MatchSingleton) -> Pattern:
    return MatchValue(Const(encode(node.value), span=b.span(node)), identity=True)


def _sequence(b: Builder, node: ast.MatchSequence) -> Pattern:
    return MatchSequence(tuple(b.pattern(part) for part in node.patterns))


def _star(b: Builder, node: ast.MatchStar) -> Pattern:
    return MatchStar(node.name)


def _mapping(b: Builder, node: ast.MatchMapping) -> Pattern:
    return MatchMapping(b.exprs(node.keys), tuple(b.pattern(part) for part in node.patterns), node.rest)


def _class(b: Builder, node: ast.MatchClass) -> Pattern:
    for name in node.kwd_attrs:
        check_attribute(b, node, name)
        b.compilation.attribute_names.add(name)
    return MatchClass(
        b.expr(node.cls),
        tuple(b.pattern(part) for part in node.patterns),
        tuple(node.kwd_attrs),
        tuple(b.pattern(part) for part in node.kwd_patterns),
    )


def _or(b: Builder, node: ast.MatchOr) -> Pattern:
    return MatchOr(tuple(b.pattern(part) for part in node.patterns))


def _as(b: Builder, node: ast.MatchAs) -> Pattern:
    return MatchAs(None if node.pattern is None else b.pattern(node.pattern), node.name)


PATTERNS: dict[str, Visitor] = {
    "MatchValue": _value,
    "MatchSingleton": _singleton,
    "MatchSequence": _sequence,
    "MatchStar": _star,
    "MatchMapping": _mapping,
    "MatchClass": _class,
    "MatchOr": _or,
    "MatchAs": _as,
}
"""Every pattern class."""
