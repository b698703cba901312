"""Every refused construct: its fixture is refused with this code, at this line, and its rewrite compiles."""

from __future__ import annotations

import ast
import importlib.util
import linecache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from warren import UnsupportedPatternError
from warren.errors import RefusalCode

FIXTURES = sorted((Path(__file__).parents[2] / "workflows" / "refused").glob("*.py"))


def load(path: Path, name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def constants(path: Path) -> dict[str, Any]:
    found = {}
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in {"EXPECT", "REWRITE"}:
            found[ast.unparse(node.targets[0])] = ast.literal_eval(node.value)
    return found


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_is_refused_where_it_stands(path: Path) -> None:
    code, line, fragment = constants(path)["EXPECT"]
    with pytest.raises(UnsupportedPatternError) as caught:
        load(path, f"refused_{path.stem}")
    found = [one for one in caught.value.diagnostics if (one.code, one.line) == (code, line)]
    assert found, str(caught.value)
    diagnostic = found[0]
    assert fragment in diagnostic.message
    assert diagnostic.filename == str(path)
    assert diagnostic.source == linecache.getline(str(path), line).rstrip("\n")
    assert diagnostic.recommendation
    assert diagnostic.column is not None
    assert diagnostic.end_column is not None
    assert 1 <= diagnostic.column < diagnostic.end_column <= len(diagnostic.source) + 1
    assert caught.value.line == caught.value.diagnostics[0].line


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_the_rewrite_compiles(path: Path, tmp_path: Path) -> None:
    rewritten = tmp_path / f"rewritten_{path.stem}.py"
    rewritten.write_text(constants(path)["REWRITE"])
    load(rewritten, rewritten.stem)


def test_there_is_a_fixture_for_each_code() -> None:
    without = {RefusalCode.CHILD_RUN, RefusalCode.SOURCE_UNAVAILABLE, RefusalCode.UNSUPPORTED}
    assert {constants(path)["EXPECT"][0] for path in FIXTURES} == set(RefusalCode) - without
