"""`warren check` goes on after a workflow that is refused, also where another one starts it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from warren.errors import InvalidInput, RefusalCode
from warren.frontend.explanations import explain as explanation
from warren_cli.compile_workflows import check, explain

SOURCE = """
from warren import Workflow, workflow


@workflow
class Checked{n}First(Workflow):
    async def run(self):
        print(1)


@workflow
class Checked{n}Second(Workflow):
    async def run(self):
        print(2)
        return await Checked{n}First().run()
"""


def test_a_refused_child_does_not_end_the_check(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checked_children.py").write_text(SOURCE.replace("{n}", ""))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert check(["checked_children"], as_json=True, github=False) == 1
    assert [one["line"] for one in json.loads(capsys.readouterr().out)] == [8, 14]


def test_a_module_that_cannot_be_imported_does_not_hide_what_is_wrong_in_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checked_beside.py").write_text(SOURCE.replace("{n}", "Beside"))
    (tmp_path / "checked_broken.py").write_text("import no_such_module\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(InvalidInput, match="no_such_module"):
        check(["checked_broken", "checked_beside"], as_json=True, github=False)
    assert [one["line"] for one in json.loads(capsys.readouterr().out)] == [8, 14]


CHANGED = """
from warren import Workflow, workflow


def limited(cls):
    cls.LIMIT = 9
    return cls


@limited
@workflow
class CheckedChanged(Workflow):
    LIMIT = 1

    async def run(self):
        return self.LIMIT
"""


def test_a_class_that_is_changed_after_it_was_compiled_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "checked_changed.py").write_text(CHANGED)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    assert check(["checked_changed"], as_json=True, github=False) == 1
    (found,) = json.loads(capsys.readouterr().out)
    assert (found["code"], found["line"]) == ("rebound", 16)


@pytest.mark.parametrize("written", ["bare-raise", "error[bare-raise]", "BARE-RAISE"])
def test_a_code_is_explained_as_people_copy_it(written: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert explain(written) == 0
    assert capsys.readouterr().out == explanation(RefusalCode.BARE_RAISE)


def test_an_unknown_code_is_an_error_that_names_what_may_be_meant_and_where_all_codes_are() -> None:
    with pytest.raises(InvalidInput, match=r"no code 'nondeterminism'; did you mean nondeterministic\? .*refusals\.md"):
        explain("nondeterminism")
    with pytest.raises(InvalidInput, match=r"no code 'zzz'; all codes: docs/reference/refusals\.md"):
        explain("zzz")


def test_a_check_of_nothing_is_an_error() -> None:
    with pytest.raises(InvalidInput, match="name at least one module"):
        check([], as_json=False, github=False)
