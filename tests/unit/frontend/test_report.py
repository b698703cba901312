"""Diagnostics as text, JSON and GitHub annotations; all of a workflow's at once, in source order."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from tests.unit.frontend.test_refused import load

from warren import UnsupportedPatternError
from warren.errors import Diagnostic
from warren.frontend import as_github, as_json, as_text

FIVE = """
import random
from datetime import datetime

from warren import Workflow, action, workflow


@action
async def wörk(x):
    return x


@workflow
class FiveMistakes(Workflow):
    async def run(self, x):
        print(x)
        ünï = await wörk(random.random())
        wörk(x)
        return self.helper(ünï)

    def helper(self, x):
        with open(x) as file:
            return datetime.now()
"""


@pytest.fixture(scope="module")
def five(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Diagnostic]]:
    path = tmp_path_factory.mktemp("five") / "five_mistakes.py"
    path.write_text(FIVE)
    with pytest.raises(UnsupportedPatternError) as caught:
        load(path, "five_mistakes")
    return path, list(caught.value.diagnostics)


def test_all_at_once_in_source_order(five: tuple[Path, list[Diagnostic]]) -> None:
    _, diagnostics = five
    places = [(one.line, one.column, one.end_column, one.code) for one in diagnostics]
    assert places == [
        (16, 9, 14, "side-effect"),
        (17, 26, 39, "nondeterministic"),
        (18, 9, 16, "missing-await"),
        (22, 14, 21, "context-manager"),
        (23, 20, 32, "nondeterministic"),
    ]


def test_text_has_a_caret_under_each_place(five: tuple[Path, list[Diagnostic]]) -> None:
    path, diagnostics = five
    text = as_text(diagnostics)
    assert text.count("error[") == 5
    assert text.endswith("5 problems found\n")
    assert f"{path}:17:26: error[nondeterministic]: random.random is random" in text
    assert "\n 17 |         ünï = await wörk(random.random())\n    |                          ^^^^^^^^^^^^^\n" in text


def test_json_has_every_field(five: tuple[Path, list[Diagnostic]]) -> None:
    path, diagnostics = five
    data = json.loads(as_json(diagnostics))
    assert [one["line"] for one in data] == [16, 17, 18, 22, 23]
    assert data[0]["filename"] == str(path)
    assert data[0]["source"] == "        print(x)"
    assert data[0]["recommendation"].startswith("`warren.log(text)`")


def test_github_annotations_are_one_line_each(five: tuple[Path, list[Diagnostic]]) -> None:
    path, diagnostics = five
    lines = as_github(diagnostics).splitlines()
    assert len(lines) == 5
    assert lines[0].startswith(f"::error file={path},line=16,col=9,endColumn=14,title=side-effect::print writes output")
    assert all(re.fullmatch(r"::error [^:]*::.+", line) for line in lines)
    assert "%0A" in lines[0]


def test_a_diagnostic_without_a_place() -> None:
    one = Diagnostic("no source", "write it down")
    assert as_text([one]) == "error[unsupported]: no source\n  instead: write it down\n\n1 problem found\n"
    assert as_github([one]) == "::error title=unsupported::no source%0Ainstead: write it down\n"
