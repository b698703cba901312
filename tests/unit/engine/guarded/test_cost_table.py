"""The cost table is complete: all that workflow code may name, call or write has a row, and each says what is so."""

from __future__ import annotations

import importlib

import pytest
from tests.unit.engine.guarded.costs.rows import NOTHING, TABLES, Row, programs, rows

from warren.engine.guarded.attributes import ALLOWED
from warren.engine.program.codegen.operators import COMPARE, GUARDED_BINARY, GUARDED_UNARY
from warren.ir.expressions import Expr
from warren.ir.intrinsics import SUPPORTED
from warren.ir.statements import Pattern, Stmt

ALL: list[Row] = [row for table in TABLES for row in rows(table)]


def names(table: str) -> set[str]:
    return {name for row in rows(table) for name in row.names}


def test_every_intrinsic_has_a_row() -> None:
    assert names("functions") == SUPPORTED


def test_every_method_has_a_row() -> None:
    methods = {
        f"{cls.__name__}.{name}"
        for cls, allowed in ALLOWED.items()
        for name in allowed
        if callable(getattr(cls, name, None))
    }
    assert names("methods") == methods


def test_every_operator_and_every_kind_of_node_has_a_row() -> None:
    operators = {*GUARDED_BINARY, "@", *(f"{op}=" for op in (*GUARDED_BINARY, "@")), *COMPARE}
    signs = {f"{op}x" for op in GUARDED_UNARY}
    nodes = {cls.__name__ for base in (Expr, Stmt, Pattern) for cls in base.__subclasses__()}
    missing = (operators | signs | nodes) - names("syntax")
    assert not missing


@pytest.mark.parametrize("row", ALL, ids=lambda row: row.names[0])
def test_a_row_names_what_counts_it(row: Row) -> None:
    if row.counted == "-":
        assert row.linear == NOTHING
        return
    parts = row.counted.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(("warren.engine", *parts[:length])))
        except ImportError:
            continue
        for part in parts[length:]:
            found = getattr(found, part)
        return
    raise AssertionError(f"there is no warren.engine.{row.counted}")


def test_every_row_has_programs_with_names_of_their_own() -> None:
    assert all(row.programs for row in ALL)
    for table in TABLES:
        assert len(programs(table)) >= sum(len(row.each()) for row in rows(table)) - 1  # `batched` is of Python 3.12
