"""tests/README.md names tests that exist."""

from __future__ import annotations

import ast
import re

from tests.architecture.sources import ROOT, parsed

TESTS = ROOT / "tests"
ROWS = [line for line in (TESTS / "README.md").read_text(encoding="utf-8").splitlines() if line.startswith("| ")]


def functions_of(path: str) -> set[str]:
    tree = parsed((TESTS / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_file_that_is_named_exists() -> None:
    files = {file for row in ROWS for file in re.findall(r"`([\w/]+\.py)`", row)}
    assert len(files) > 40
    assert sorted(file for file in files if not (TESTS / file).is_file()) == []


def test_every_function_that_is_named_is_in_the_file_before_it() -> None:
    named = []
    for row in ROWS:
        file = ""
        for word in re.findall(r"`([\w/]+\.py|test_\w+)`", row):
            if word.endswith(".py"):
                file = word
            else:
                named.append((file, word))
    assert len(named) > 30
    assert [(file, test) for file, test in named if not file or test not in functions_of(file)] == []
