"""The front end is total: every class of `ast` is compiled or refused, and nothing is dropped by a default branch."""

from __future__ import annotations

import ast

import pytest

from warren.frontend.expressions import EXPRESSIONS
from warren.frontend.operators import BINARY, BOOLEAN, COMPARISONS, UNARY
from warren.frontend.patterns import PATTERNS
from warren.frontend.statements import STATEMENTS
from warren.frontend.targets import TARGETS

LATER = {"TypeAlias", "TemplateStr", "Interpolation"}
"""Classes of Python 3.12 and 3.14, which older ones do not have."""
DEPRECATED = {
    "Num",
    "Str",
    "Bytes",
    "NameConstant",
    "Ellipsis",
    "AugLoad",
    "AugStore",
    "Param",
    "Suite",
    "Index",
    "ExtSlice",
    "_ast_Ellipsis",  # what 3.12 calls the one above inside
}
PARTS = {
    "comprehension": "expressions.comprehension",
    "ExceptHandler": "statements._try",
    "arguments": "builder.parameters",
    "arg": "builder.parameters",
    "keyword": "calls._plain",
    "alias": "refused with Import",
    "withitem": "statements._async_with",
    "match_case": "statements._match",
    "TypeIgnore": "a comment",
    "TypeVar": "refused on nested functions; without meaning at run time elsewhere",
    "ParamSpec": "as TypeVar",
    "TypeVarTuple": "as TypeVar",
}
"""Classes that are only ever part of another, and what reads them."""


def subclasses(base: type) -> set[str]:
    return {
        name
        for name, cls in vars(ast).items()
        if isinstance(cls, type) and issubclass(cls, base) and cls is not base and name not in DEPRECATED
    }


@pytest.mark.parametrize(
    ("base", "table"),
    [
        (ast.expr, EXPRESSIONS),
        (ast.stmt, STATEMENTS),
        (ast.pattern, PATTERNS),
        (ast.operator, BINARY),
        (ast.unaryop, UNARY),
        (ast.boolop, BOOLEAN),
        (ast.cmpop, COMPARISONS),
    ],
    ids=lambda part: part.__name__ if isinstance(part, type) else "",
)
def test_every_class_is_in_the_table_and_nothing_else(base: type, table: dict[str, object]) -> None:
    assert set(table) - LATER == subclasses(base) - LATER


def test_every_class_of_ast_is_accounted_for() -> None:
    handled = {*EXPRESSIONS, *STATEMENTS, *PATTERNS, *BINARY, *UNARY, *BOOLEAN, *COMPARISONS, *PARTS}
    contexts = subclasses(ast.expr_context)
    roots = subclasses(ast.mod)
    groups = {cls.__name__ for cls in ast.AST.__subclasses__()} | {"slice"}
    assert subclasses(ast.AST) - handled - contexts - roots - groups - DEPRECATED == set()


def test_targets_are_those_that_the_grammar_allows() -> None:
    with_context = {name for name in subclasses(ast.expr) if "ctx" in getattr(ast, name)._fields}
    assert set(TARGETS) == with_context
