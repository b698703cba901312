"""What people type for a run's input and for a workflow."""

from __future__ import annotations

import io
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

import pytest
from pydantic import AfterValidator, Field

from warren import Workflow, workflow
from warren.contracts.values import encode
from warren.errors import InvalidInput
from warren.ir.typed_text import TypedText
from warren.testing.driver import executable_of
from warren_cli.inputs import depends_on_types, load_workflow, load_workflows, parse_input, split_input


def test_parts_are_merged_in_order(tmp_path: Path) -> None:
    file = tmp_path / "input.json"
    file.write_text('{"a": 1, "b": 2}')
    assert parse_input([f"@{file}", "b=3", '{"c": [4]}', "d=some text", "e="]) == {
        "a": 1,
        "b": 3,
        "c": [4],
        "d": "some text",
        "e": "",
    }


@workflow
class Typed(Workflow):
    """Has parameters of types for which `name=3` is ambiguous."""

    async def run(
        self,
        name: str = "",
        count: int = 0,
        ratio: float = 0.0,
        either: str | int = 0,
        maybe: str | None = None,
        price: Decimal = Decimal(0),
        code: Literal["1", "2"] = "1",
        short: Annotated[str, Field(max_length=3)] = "",
        checked: Annotated[str, AfterValidator(str.upper)] = "",
        names: list[str] | None = None,
        digits: Annotated[str, Field(coerce_numbers_to_str=True)] = "",
        anything: Any = None,
    ) -> None:
        """Does nothing."""


@pytest.mark.parametrize(
    ("typed", "value"),
    [
        ("name=3", "3"),
        ("name=true", "true"),
        ("name=null", "null"),
        ("name=1e5", "1e5"),
        ("name=[1]", "[1]"),
        ("name=NaN", "NaN"),
        ('name="3"', "3"),
        ("name=007", "007"),
        ("count=3", 3),
        ("count=x", "x"),
        ("ratio=3", 3),
        ("ratio=NaN", {"$": "float", "v": "nan"}),
        ("either=3", 3),
        ('either="3"', "3"),
        ("maybe=null", None),
        ("maybe=3", "3"),
        ("price=1.10", "1.10"),
        ("price=1.5", 1.5),
        ("code=1", "1"),
        ("short=123", "123"),
        ("short=1234", "1234"),
        ("checked=3", "3"),
        ('names=["1"]', ["1"]),
        ("digits=1.10", "1.10"),
        ("anything=3", 3),
        ("unknown=3", 3),
        ('{"name": 3}', 3),
    ],
)
def test_the_type_of_a_parameter_decides_whether_a_value_is_text(typed: str, value: object) -> None:
    compiled = Typed.workflow_ir()
    (found,) = parse_input([typed], TypedText(compiled.parameters, compiled.types)).values()
    assert found == value
    assert type(found) is type(value)


def test_a_number_typed_for_text_is_an_argument_that_a_start_takes() -> None:
    executable = executable_of(Typed)
    typed = TypedText(executable.program.parameters, executable.program.types)
    assert executable.bind_input(parse_input(["name=3", "price=1.10"], typed)) == {
        "name": "3",
        "price": {"$": "decimal", "v": "1.10"},
    }
    with pytest.raises(InvalidInput, match="name"):
        executable.bind_input(parse_input(['{"name": 3}'], typed))


@pytest.mark.parametrize(
    ("parts", "depends"),
    [
        (["name=3"], True),
        (["{}", "name=null"], True),
        (['name="3"'], True),
        (["name=ann", "text=007", "empty="], False),
        (['{"name": 3}', "-", "@file=3"], False),
    ],
)
def test_types_are_asked_for_only_where_they_decide(parts: list[str], depends: bool) -> None:
    assert depends_on_types(parts) is depends


def test_what_a_message_cannot_hold_is_tagged() -> None:
    assert parse_input(['{"a": [NaN, 1e999, 1.5]}', 'b={"x": "\\ud800"}', "c=NaN"]) == {
        "a": [{"$": "float", "v": "nan"}, {"$": "float", "v": "inf"}, 1.5],
        "b": {"x": encode("\ud800")},
        "c": {"$": "float", "v": "nan"},
    }
    assert parse_input(['{"a": {"$": "tuple", "v": [1, 2]}}']) == {"a": {"$": "tuple", "v": [1, 2]}}


def test_standard_input_is_a_part(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"n": 1}'))
    assert parse_input(["-"]) == {"n": 1}


@pytest.mark.parametrize(
    ("part", "text"), [("{", "not JSON"), ("[]", "object"), ("@no/such/file", "no/such/file"), ("a-b=1", "not JSON")]
)
def test_anything_else_is_refused(part: str, text: str) -> None:
    with pytest.raises(InvalidInput, match=text):
        parse_input([part])


def test_a_workflow_has_three_names() -> None:
    names = ("UnitOne", "unitone")
    assert len({load_workflow(f"tests.unit.worker.actions:{name}") for name in names}) == 1
    with pytest.raises(InvalidInput, match="say which workflow, one of"):
        load_workflow("tests.unit.worker.actions")
    with pytest.raises(InvalidInput, match="has no workflow 'Nothing'"):
        load_workflow("tests.unit.worker.actions:Nothing")
    with pytest.raises(InvalidInput, match="no @workflow class"):
        load_workflows(["json"])


def test_the_only_workflow_of_a_module_needs_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "from warren import Workflow, workflow\n\n"
    text += "@workflow\nclass Lone(Workflow):\n    async def run(self) -> int:\n        return 1\n"
    (tmp_path / "lone_module.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    assert load_workflow(str(tmp_path / "lone_module.py")).short_name() == "lone"


@pytest.mark.parametrize(
    ("line", "data"),
    [
        ("", {}),
        ('{"n": 1, "text": "a  b=c"}', {"n": 1, "text": "a  b=c"}),
        ('texts=["a", "b  n=2"] n=3', {"texts": ["a", "b  n=2"], "n": 3}),
        ('order={"id": 7, "x": [1, 2]} text="a b"', {"order": {"id": 7, "x": [1, 2]}, "text": "a b"}),
        ("text=two words n=3", {"text": "two words", "n": 3}),
        ("text='two words' n=3", {"text": "two words", "n": 3}),
        (r'text="a \" n=1" n=2', {"text": 'a " n=1', "n": 2}),
        ('n="1"', {"n": "1"}),
        ("größe=3", {"größe": 3}),
    ],
)
def test_a_typed_line_is_json_or_pairs_of_names_and_values(line: str, data: dict[str, Any]) -> None:
    assert parse_input(split_input(line)) == data


@pytest.mark.parametrize("line", ['text="open', "text='open n=1", "n", "3"])
def test_a_line_that_is_neither_is_refused(line: str) -> None:
    with pytest.raises(InvalidInput):
        parse_input(split_input(line))


def test_what_a_module_prints_is_not_on_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "talking_module.py").write_text("print('hello')\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InvalidInput, match=r"^there is no @workflow class in talking_module$"):
        load_workflow("talking_module")
    assert capsys.readouterr() == ("", "hello\n")
