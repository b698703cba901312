"""A run's state is changed by the engine alone: whatever else holds one asks the engine."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest
from tests.architecture.sources import ROOT, Source, sources

from warren.engine.run.leases import Leases

CHANGES = {name for name in ("hold", "lose", "end", "extend") if hasattr(Leases, name)}
"""Methods of a state's parts that change them."""


def test_only_the_engine_changes_a_state() -> None:
    outside = [source for source in sources() if not source.name.startswith("shared/warren/engine/")]
    assert [f"{source.name}:{line}" for source in outside for line in _changes(source)] == []


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("entry.state.seq += 1", True),
        ("state.cancelling = True", True),
        ("del state.pending[1]", True),
        ("running.state.leases.extend(now)", True),
        ("state.pending.pop(1)", True),
        ("entry.state = state", False),
        ("seq = entry.state.seq", False),
        ("state.pending.get(1)", False),
    ],
)
def test_the_rule_sees_changes_and_nothing_else(code: str, changes: bool) -> None:
    assert bool(list(_changes(Source(ROOT / "example.py", code, ast.parse(code))))) == changes


def _changes(source: Source) -> Iterator[int]:
    for node in ast.walk(source.tree):
        match node:
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                yield from (node.lineno for target in targets if _is_part_of_a_state(target))
            case ast.AugAssign(target=target) if _is_part_of_a_state(target):
                yield node.lineno
            case ast.Call(func=ast.Attribute(attr=name, value=owner)) if _is_part_of_a_state(owner):
                if name in CHANGES | {"append", "appendleft", "clear", "pop", "popleft", "update", "setdefault"}:
                    yield node.lineno


def _is_part_of_a_state(node: ast.expr) -> bool:
    """`state.x`, `anything.state.x`, and items of these."""
    while isinstance(node, ast.Subscript):
        node = node.value
    owner = node.value if isinstance(node, ast.Attribute) else None
    return (isinstance(owner, ast.Name) and owner.id == "state") or (
        isinstance(owner, ast.Attribute) and owner.attr == "state"
    )
