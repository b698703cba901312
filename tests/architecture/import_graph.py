"""Which module imports which, as the text of the sources says: at the top, inside functions and under TYPE_CHECKING."""

from __future__ import annotations

import ast
import functools
from collections.abc import Collection, Iterator, Mapping

from tests.architecture.sources import ROOT, Source, sources

Graph = Mapping[str, frozenset[str]]


def module_of(source: Source) -> str:
    """The dotted name of a source file."""
    parts = source.path.relative_to(ROOT).with_suffix("").parts
    skipped = 1 if parts[0] == "shared" else 2  # shared/<package>, services/<service>/<package>
    return ".".join(parts[skipped:]).removesuffix(".__init__")


@functools.cache
def import_graph() -> Graph:
    """Every module of the sources with those that it imports, however it does."""
    trees = {module_of(source): source.tree for source in sources()}
    return {module: frozenset(imported(tree, trees)) - {module} for module, tree in trees.items()}


def imported(tree: ast.Module, modules: Collection[str]) -> Iterator[str]:
    """The modules, of those given, that a module's text imports."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                full = f"{node.module}.{alias.name}"
                yield from {full if full in modules else node.module}.intersection(modules)
        elif isinstance(node, ast.Import):
            yield from {alias.name for alias in node.names}.intersection(modules)


def packages(graph: Graph) -> set[str]:
    """All packages that modules of the graph are in."""
    return {module.rpartition(".")[0] for module in graph} - {""}


def circles(graph: Graph) -> set[frozenset[str]]:
    """The largest sets of nodes that all reach each other, where there are two or more of them."""
    reached = {node: _reached(graph, node) for node in graph}
    found = {frozenset(other for other in reached[node] if node in reached.get(other, ())) for node in graph}
    return {circle for circle in found if len(circle) > 1}


def _reached(graph: Graph, start: str) -> set[str]:
    found: set[str] = set()
    to_do = [start]
    while to_do:
        new = set(graph.get(to_do.pop(), ())) - found
        found |= new
        to_do += new
    return found


def folder_graph(graph: Graph, package: str) -> Graph:
    """The parts of a package, folders and single modules, with those that they import from."""

    def part(module: str) -> str | None:
        inside = module.removeprefix(f"{package}.")
        return None if inside == module else inside.partition(".")[0]

    found: dict[str, set[str]] = {}
    for module, imported in graph.items():
        if (own := part(module)) is not None:
            found.setdefault(own, set()).update({other for name in imported if (other := part(name))} - {own})
    return {name: frozenset(others) for name, others in found.items()}
