"""Rules of the house that no linter knows: sizes, file names, docstrings, where SQL and broker names stand."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.architecture.sources import ROOT, Source, sources

from warren.contracts import names

LONGEST_FILE = 400
LONGEST_FUNCTION = 60
BANNED_FILES = {"utils.py", "util.py", "helpers.py", "helper.py", "common.py", "misc.py"}
SQL = re.compile(
    r"\b(select\s.+\sfrom|insert\s+into|update\s+\w+\s+set|delete\s+from|create\s+(table|index)|alter\s+table)\b",
    re.IGNORECASE | re.DOTALL,
)
BROKER_NAME = re.compile(r"^warren\.(commands|actions|events|control|lifecycle|start|register|dead|marker)(\.|$)")


def test_files_are_short() -> None:
    long = [f"{each.name}: {length}" for each in sources() if (length := each.text.count("\n")) > LONGEST_FILE]
    assert not long, "\n".join(long)


def test_functions_are_short() -> None:
    long = []
    for each in sources():
        for node in ast.walk(each.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > LONGEST_FUNCTION:
                    long.append(f"{each.name}:{node.lineno} {node.name}: {length}")
    assert not long, "\n".join(long)


def test_no_file_is_a_drawer() -> None:
    assert [each.name for each in sources() if each.path.name in BANNED_FILES] == []


def test_a_services_folder_holds_its_package_and_no_stray_module() -> None:
    strays = [
        path.relative_to(ROOT).as_posix()
        for service in (ROOT / "services").iterdir()
        if service.is_dir()
        for path in service.rglob("*.py")
        if not path.relative_to(service).parts[0].startswith("warren_")
    ]
    assert not strays, "\n".join(strays)


def test_every_module_says_what_it_owns() -> None:
    silent = [
        each.name
        for each in sources()
        if each.text.strip() and each.path.name != "__init__.py" and not ast.get_docstring(each.tree)
    ]
    assert not silent, "\n".join(silent)


def test_every_exported_name_has_a_docstring() -> None:
    bare = [
        f"{each.name}:{node.lineno} {node.name}"
        for each in sources()
        for node in each.tree.body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        if _is_exported(node, each) and not ast.get_docstring(node) and not _is_overload(node)
    ]
    assert not bare, "\n".join(bare)


def test_sql_stands_in_sql_files() -> None:
    found = [
        f"{each.name}:{line}" for each in sources() for line, text in _strings(each) if SQL.search(text) is not None
    ]
    assert not found, "\n".join(found)


def test_broker_names_stand_in_one_place() -> None:
    home = Path(names.__file__).resolve()
    found = [
        f"{each.name}:{line} {text!r}"
        for each in sources()
        if each.path.resolve() != home
        for line, text in _strings(each)
        if BROKER_NAME.match(text)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("code", "is_found"),
    [('x = "select a from b"', True), ('"""How to select a row from a table."""', False), ('x = "from b"', False)],
)
def test_the_sql_rule_sees_code_and_not_docstrings(code: str, is_found: bool) -> None:
    source = Source(ROOT / "example.py", code, ast.parse(code))
    assert any(SQL.search(text) for _, text in _strings(source)) == is_found


def _is_exported(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, source: Source) -> bool:
    for statement in source.tree.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in statement.targets
        ):
            return node.name in ast.literal_eval(statement.value)
    return not node.name.startswith("_")


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(isinstance(mark, ast.Name) and mark.id == "overload" for mark in node.decorator_list)


def _strings(source: Source) -> Iterator[tuple[int, str]]:
    """Line and text of every string that is a value: neither a docstring nor the words of an error or log line."""
    documentation = {
        id(node.value)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value
