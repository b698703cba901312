"""Who may decide by the type of an event. A new event type is a change of these files, and of no other.

Wherever else events are handled they say themselves what matters: `identity`, `subject`, `is_durable`. A `match` over
events ends with `assert_never`, so that mypy names the places below; a place that asks for one type in passing is
listed with the reason why another type does not concern it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import get_args

import pytest
from tests.architecture.sources import ROOT, Source, sources

from warren.contracts import messages
from warren.engine.transitions import EVENTS

EVENT_TYPES = {kind.__name__: kind for kind in get_args(get_args(messages.RunEvent)[0])}
TOTAL = {
    "services/cli/warren_cli/histories.py": "a line of text for each event of a history",
    "shared/warren/engine/ahead.py": "whether an event may be about what a state has not seen",
    "shared/warren/engine/transitions.py": "the rules",
    "shared/warren/runtime/replacements.py": "what an event that the broker refuses is replaced by",
    "shared/warren/testing/driver.py": "what a test's run still waits for",
}
"""They treat every type, and mypy or a test says when one is missing."""
PASSING = {
    "services/cli/warren_cli/progress.py": "counts answered actions for a progress bar",
    "shared/warren/engine/lease_rules.py": "the rules of leases, which get the events about leases and no other",
    "services/coordinator/warren_coordinator/events/handler.py": "measures how long actions take",
    "services/coordinator/warren_coordinator/events/incoming.py": "refuses from outside what only a transition makes",
    "shared/warren/runs/replay.py": "a history begins with RunStarted",
}
"""They ask for one type, and are right about all others, known or not."""


def test_only_these_decide_by_the_type_of_an_event() -> None:
    found = {source.name for source in sources() if any(_decisions(source))}
    assert found == TOTAL.keys() | PASSING.keys()


def test_a_place_that_treats_every_type_is_told_by_mypy_when_one_is_missing() -> None:
    for source in sources():
        if source.name in TOTAL and source.name != "shared/warren/engine/transitions.py":
            matches = [node for node in ast.walk(source.tree) if isinstance(node, ast.Match) and _types_in(node)]
            assert matches, source.name
            assert all(_is_total(node) for node in matches), source.name


def test_there_is_a_rule_for_each_event() -> None:
    assert set(EVENT_TYPES.values()) == EVENTS


@pytest.mark.parametrize("kind", EVENT_TYPES.values(), ids=EVENT_TYPES)
def test_an_event_says_what_it_is_about_and_what_is_the_same_one(kind: type[messages.Event]) -> None:
    assert not kind.__abstractmethods__
    assert isinstance(kind.subject, property)


def test_an_event_type_that_does_not_say_it_cannot_be_made() -> None:
    class Silent(messages.Event):
        type: str = "silent"

    with pytest.raises(TypeError, match="abstract"):
        Silent(run_id="01234567-0123-4567-8123-456789abcdef")  # type: ignore[abstract]  # that is what is tested


@pytest.mark.parametrize(
    ("code", "decides"),
    [
        ("match e:\n    case messages.TimerDue(): pass", True),
        ("isinstance(e, TimerDue | str)", True),
        ("type(e) is m.TimerDue", True),
        ("seen = frozenset({messages.TimerDue})", True),
        ("messages.TimerDue(run_id=r, timer=1)", False),
        ("def f(e: messages.TimerDue) -> None: ...", False),
    ],
)
def test_the_rule_sees_decisions_and_nothing_else(code: str, decides: bool) -> None:
    assert any(_decisions(Source(ROOT / "example.py", code, ast.parse(code)))) == decides


def _decisions(source: Source) -> Iterator[str]:
    """Names of event types that the code compares with, matches, or keeps in a set or as keys of a table."""
    for node in ast.walk(source.tree):
        match node:
            case ast.MatchClass():
                yield from _named([node.cls])
            case ast.Call(func=ast.Name(id="isinstance"), args=[_, kinds]):
                yield from _named(ast.walk(kinds))
            case ast.Compare():
                yield from _named(node.comparators)
            case ast.Set():
                yield from _named(node.elts)
            case ast.Dict():
                yield from _named(key for key in node.keys if key is not None)


def _named(nodes: Iterator[ast.AST] | list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
        if name in EVENT_TYPES:
            yield name


def _types_in(node: ast.Match) -> set[str]:
    patterns = [part for case in node.cases for part in ast.walk(case.pattern) if isinstance(part, ast.MatchClass)]
    return set(_named([part.cls for part in patterns]))


def _is_total(node: ast.Match) -> bool:
    *_, last = node.cases
    is_default = isinstance(last.pattern, ast.MatchAs) and last.pattern.pattern is None
    calls = [part for part in ast.walk(last) if isinstance(part, ast.Call) and isinstance(part.func, ast.Name)]
    return is_default and any(call.func.id == "assert_never" for call in calls)  # type: ignore[attr-defined]  # a Name
