"""The project's own source files, parsed once for every rule that reads them."""

from __future__ import annotations

import ast
import gc
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """One Python file of what is shipped."""

    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """Its path from the repository's root."""
        return self.path.relative_to(ROOT).as_posix()


def parsed(text: str) -> ast.Module:
    """The tree of a text, made while nothing is collected.

    CPython 3.11 miscounts its recursion when the collector runs foreign code (a generator that some other test left
    unfinished) while it makes a tree.
    """
    gc.disable()
    try:
        return ast.parse(text)
    finally:
        gc.enable()


@cache
def sources() -> tuple[Source, ...]:
    """Every Python file in shared/ and services/."""
    paths = sorted(path for folder in ("shared", "services") for path in (ROOT / folder).rglob("*.py"))
    assert len(paths) > 100, "the rules look in the wrong place"
    return tuple(Source(path, text, parsed(text)) for path in paths for text in [path.read_text(encoding="utf-8")])
