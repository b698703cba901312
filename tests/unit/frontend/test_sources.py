"""Finding a function's source: by file, line and name, in characters, or a clear refusal."""

from __future__ import annotations

import ast
import linecache
import textwrap
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from tests.unit.frontend.test_refused import load

from warren import UnsupportedPatternError, Workflow, action, workflow
from warren.frontend.sources import SourceFile, SourceUnavailable, source_of
from warren.ir import Span


@action
async def act(x: int) -> int:
    return x


def passed_on(function: Any) -> Any:
    return function


def test_two_lambdas_on_one_line() -> None:
    first, second = lambda x: x + 1, lambda x: x + 2
    for function, number in ((first, 1), (second, 2)):
        source, node = source_of(function)
        span = source.span(node)
        text = source.line(span.line)[span.column - 1 : span.end_column - 1]
        assert text == f"lambda x: x + {number}"


def test_a_decorated_function_starts_at_its_decorator() -> None:
    @passed_on
    @passed_on
    def decorated(x: int) -> int:
        return x

    _, node = source_of(decorated)
    assert node.name == "decorated"  # type: ignore[union-attr]  # a def


def test_columns_count_characters(tmp_path: Path) -> None:
    path = tmp_path / "letters.py"
    path.write_text("def f(x):\n    ä = x; return ä\n")
    source, node = source_of(load(path, "letters").f)
    assert source.span(node.body[1]) == Span(2, 12, 2, 20)  # type: ignore[index]  # a def


def test_a_file_that_changed_since_it_was_imported(tmp_path: Path) -> None:
    path = tmp_path / "changing.py"
    path.write_text("def f(x):\n    return x\n")
    module = load(path, "changing")
    path.write_text("# a new line\n\ndef f(x):\n    return x\n")
    with pytest.raises(SourceUnavailable, match="has changed since it was imported"):
        source_of(module.f)


def test_no_source_is_a_refusal() -> None:
    names: dict[str, Any] = {"Workflow": Workflow, "__name__": "typed_in"}
    code = "class TypedIn(Workflow):\n    async def run(self) -> int:\n        return 1\n"
    exec(compile(code, "<typed in>", "exec"), names)
    with pytest.raises(UnsupportedPatternError, match="not available") as caught:
        workflow(names["TypedIn"])
    assert caught.value.diagnostics[0].code == "source-unavailable"


def test_a_class_inside_a_function_without_a_file_but_with_lines() -> None:
    code = "class Noted(Workflow):\n    async def run(self) -> int:\n        return 1\n"
    linecache.cache["<cell 1>"] = (len(code), None, code.splitlines(keepends=True), "<cell 1>")
    names: dict[str, Any] = {"Workflow": Workflow, "__name__": "notebook"}
    exec(compile(code, "<cell 1>", "exec"), names)
    assert workflow(names["Noted"]).workflow_ir().source == code.rstrip("\n")


def test_classes_defined_inside_functions_keep_their_places() -> None:
    base = 5

    @workflow
    class InsideFunction(Workflow):
        async def run(self, x: int) -> int:
            return await act(x) + base

    ir = InsideFunction.workflow_ir()
    run = ir.functions[ir.entry]
    assert run.span is not None
    line = Path(__file__).read_text().splitlines()[run.span.line - 1]
    assert line[run.span.column - 1 :].startswith("async def run")
    assert isinstance(InsideFunction.run, FunctionType)
    assert ir.source.startswith("class InsideFunction(Workflow):")
    assert textwrap.dedent(ir.source)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_class_is_found_with_its_text(end: str) -> None:
    lines = ["x = 'é'; class_ = 1", "class A:", "    '''\x0c\u2028", "    é'''; y = 'ü'", "class A: pass", "z = A"]
    text = "if True:" + end + "".join(f"    {line}{end}" for line in lines)
    source = SourceFile("module.py", text)
    first, second = source.class_statements("A")
    assert source.class_source("A") == ast.get_source_segment(text, first)
    assert source.class_source("B") == ""
    assert (first.lineno, second.lineno) == (3, 6)


def test_classes_of_classes_and_functions_are_found() -> None:
    text = "def f():\n    class A:\n        class B: x = 1\n    class A: pass\nclass A:\n    class B: x = 2\n"
    source = SourceFile("module.py", text)
    assert source.class_source("f.<locals>.A.B") == "class B: x = 1"
    assert [node.lineno for node in source.class_statements("f.<locals>.A")] == [2, 4]
    assert [node.lineno for node in source.class_statements("A")] == [2, 4, 5]
    assert source.class_statements("f") == source.class_statements("f.<locals>.C") == []
