"""No module imports itself, over however many others; and folders import each other in one direction.

An import counts wherever it stands: one inside a function or under TYPE_CHECKING ties two modules as well, in the mind
of whoever reads them.
"""

from __future__ import annotations

import ast

import pytest
from tests.architecture.import_graph import Graph, circles, folder_graph, import_graph, imported, packages

ALLOWED_CIRCLES: list[str] = []
"""The modules of a circle that may be there, after their package's name; above each stands the reason."""

ALLOWED_FOLDER_CIRCLES: list[str] = []
"""Likewise the parts of a package, folders and modules, that import each other in a circle."""


def members(entry: str) -> frozenset[str]:
    package, _, names = entry.partition(":")
    return frozenset(f"{package}.{name}" for name in names.split())


def check(found: set[frozenset[str]], entries: list[str]) -> None:
    """Each circle lies within an entry, and each entry is there for a circle."""
    allowed = {members(entry): entry for entry in entries}
    unknown = [sorted(circle) for circle in found if not any(circle <= entry for entry in allowed)]
    assert unknown == [], "these import each other in a circle; let them import something that both need"
    unused = [entry for modules, entry in allowed.items() if not any(circle <= modules for circle in found)]
    assert unused == [], "the circle is gone: delete its entry"


def test_no_modules_import_each_other_in_a_circle() -> None:
    check(circles(import_graph()), ALLOWED_CIRCLES)


def test_the_parts_of_a_package_import_each_other_in_one_direction() -> None:
    """A circle of folders may have no circle of modules in it, and yet no folder that one could read first."""
    graph = import_graph()
    with_folders = [package for package in packages(graph) if any(p.startswith(f"{package}.") for p in packages(graph))]
    assert {"warren", "warren.engine", "warren_coordinator"} <= set(with_folders)
    found = {
        frozenset(f"{package}.{part}" for part in circle)
        for package in with_folders
        for circle in circles(folder_graph(graph, package))
    }
    check(found, ALLOWED_FOLDER_CIRCLES)


@pytest.mark.parametrize(
    ("graph", "found"),
    [
        ({"a": "b", "b": "c", "c": ""}, set()),
        ({"a": "b", "b": "a", "c": "a"}, {"ab"}),
        ({"a": "b", "b": "c", "c": "a", "d": "ae", "e": "d"}, {"abc", "de"}),
    ],
)
def test_circles_are_found(graph: dict[str, str], found: set[str]) -> None:
    made: Graph = {name: frozenset(others) for name, others in graph.items()}
    assert circles(made) == {frozenset(circle) for circle in found}


@pytest.mark.parametrize(
    "code",
    [
        "import p.a",
        "from p import a",
        "from p.a import name",
        "if TYPE_CHECKING:\n    from p.a import name",
        "def f():\n    def g():\n        from p.a import name",
    ],
)
def test_an_import_counts_wherever_it_stands(code: str) -> None:
    assert set(imported(ast.parse(code), {"p", "p.a", "q"})) == {"p.a"}
