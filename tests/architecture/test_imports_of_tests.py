"""Tests, examples and pages' tools import nothing that is not there: one that runs seldom would tell nobody."""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.sources import ROOT, parsed

ROOTS = {
    "warren": ROOT / "shared/warren",
    **{
        f"warren_{name}": ROOT / f"services/{name}/warren_{name}"
        for name in ("cli", "compiler", "coordinator", "worker")
    },
    **{name: ROOT / name for name in ("tests", "docs", "examples")},
}
NOT_READ = ("tests/workflows/refused/",)
"""Fixtures that are wrong on purpose."""


def test_every_import_of_a_test_is_there() -> None:
    files = [path for name in ("tests", "docs", "examples") for path in sorted((ROOT / name).rglob("*.py"))]
    assert len(files) > 300, "the rule looks in the wrong place"
    missing = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in files
        if not path.relative_to(ROOT).as_posix().startswith(NOT_READ)
        for name in imports_of(parsed(path.read_text(encoding="utf-8")))
        if not is_there(name)
    ]
    assert missing == []


def test_what_is_not_there_is_seen() -> None:
    assert is_there("warren.engine:apply")
    assert is_there("warren.engine:transitions")
    assert not is_there("warren.engine:no_such_name")
    assert not is_there("warren.no_such_module:name")


def imports_of(tree: ast.Module) -> Iterator[str]:
    """`module:name` for every name that is imported from this project, `module:` for a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module is not None and node.module.partition(".")[0] in ROOTS:
            yield from (f"{node.module}:{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (f"{alias.name}:" for alias in node.names if alias.name.partition(".")[0] in ROOTS)


@functools.cache
def is_there(import_: str) -> bool:
    """Whether a module is there, and binds the name or has a module of that name."""
    module, _, name = import_.partition(":")
    path = path_of(module)
    if path is None:
        return False
    names = {""} if path.is_dir() else bound(path)
    return name in ("", "*") or name in names or "__getattr__" in names or path_of(f"{module}.{name}") is not None


def path_of(module: str) -> Path | None:
    """The file of a module; the folder of a package that has no file."""
    root, *inner = module.split(".")
    base = ROOTS[root].joinpath(*inner)
    found = [path for path in (base.with_suffix(".py"), base / "__init__.py", base) if path.exists()]
    return found[0] if found else None


@functools.cache
def bound(path: Path) -> frozenset[str]:
    """The names that a module binds, outside functions and classes."""
    names: set[str] = set()
    to_do: list[ast.AST] = [parsed(path.read_text(encoding="utf-8"))]
    while to_do:
        node = to_do.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            names.add(node.name)
            continue
        if isinstance(node, ast.alias):
            names.add(node.asname or node.name.partition(".")[0])
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        to_do += ast.iter_child_nodes(node)
    return frozenset(names)
