# ruff: noqa: E501 - whole programs, each on as few lines as it can be read on
"""What compiling promises as a whole: stable hashes, transitive capture, one copy of each function, and speed."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from tests.unit.frontend.test_refused import load

from warren import UnsupportedPatternError, workflow_registry
from warren.ir import WorkflowIR, content_hash
from warren.ir.expressions import Call, Const, FunctionRef, Intrinsic
from warren.ir.statements import Return

HEAD = """
import asyncio
from warren import Workflow, action, workflow

@action
async def work(x=None): return x

"""


def compiled(tmp_path: Path, name: str, text: str, *, head: str = HEAD) -> WorkflowIR:
    path = tmp_path / f"{name}.py"
    path.write_text(head + text)
    module = load(path, name)
    ir: WorkflowIR = next(
        vars(value)["__warren_ir__"] for value in reversed(vars(module).values()) if hasattr(value, "__warren_ir__")
    )
    return ir


def result_of(ir: WorkflowIR) -> Any:
    last = ir.functions[ir.entry].body[-1]
    assert isinstance(last, Return)
    return last.value


def test_moving_and_commenting_does_not_change_the_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    body = (
        "@workflow\nclass Moved(Workflow):\n    async def run(self, x):\n        return sorted(x, key=lambda y: -y)\n"
    )
    other = (
        "\n\n# a comment\n@workflow\nclass Moved(Workflow):\n    limit = 3  # not used\n\n    async def run(self, x):\n"
        '        """A docstring."""\n        return sorted(\n            x,\n            key=lambda y: -y,\n        )\n'
    )
    first = compiled(tmp_path, "moved", body)
    monkeypatch.setattr(workflow_registry, "_entries", {})
    path = tmp_path / "elsewhere"
    path.mkdir()
    second = compiled(
        path, "moved", other, head=HEAD.replace("@action\n", "").replace("async def work", "async def plain")
    )
    assert content_hash(first) == content_hash(second)


def test_changing_a_captured_constant_changes_the_hash(tmp_path: Path) -> None:
    text = "LIMIT = {}\n@workflow\nclass Limited{}(Workflow):\n    name = 'limited{}'\n    async def run(self, x):\n        return LIMIT\n"
    first = compiled(tmp_path, "limited1", text.format(1, 1, 1))
    second = compiled(tmp_path, "limited2", text.format(2, 2, 2))
    assert (result_of(first), result_of(second)) == (
        Const(1, span=result_of(first).span),
        Const(2, span=result_of(second).span),
    )


def test_renamed_imports_are_the_same_intrinsics(tmp_path: Path) -> None:
    ir = compiled(
        tmp_path,
        "renamed",
        "from asyncio import sleep as nap\nimport builtins as b\nlength = len\n"
        "@workflow\nclass Renamed(Workflow):\n    async def run(self, x):\n        await nap(1)\n        return length(x) + b.len(x)\n",
    )
    total = result_of(ir)
    assert [side.func.name for side in (total.left, total.right)] == ["len", "len"]


def test_a_shadowed_builtin_is_the_users_own(tmp_path: Path) -> None:
    ir = compiled(
        tmp_path,
        "shadowed",
        "def len(x):\n    return 7\n"
        "@workflow\nclass Shadowed(Workflow):\n    async def run(self, x, sum=max):\n        return len(sum)\n".replace(
            "sum=max", "sum=0"
        ),
    )
    call = result_of(ir)
    assert isinstance(call, Call)
    assert isinstance(call.func, FunctionRef)
    assert not isinstance(call.func, Intrinsic)


def test_closures_of_one_factory_are_two_functions(tmp_path: Path) -> None:
    ir = compiled(
        tmp_path,
        "factories",
        "def adder(n):\n    def add(x):\n        return x + n\n    return add\none, two = adder(1), adder(2)\n"
        "@workflow\nclass Factories(Workflow):\n    async def run(self, x):\n        return [one(x), two(x), one(x)]\n",
    )
    assert sorted(key for key in ir.functions if "adder" in key) == [
        "factories:adder.<locals>.add",
        "factories:adder.<locals>.add#2",
    ]


def test_only_what_is_reached_is_in_the_ir(tmp_path: Path) -> None:
    ir = compiled(
        tmp_path,
        "reached",
        "def used(x):\n    return deeper(x)\ndef deeper(x):\n    return used(x) if x else 0\ndef unused(x):\n    return open(x)\n"
        "@workflow\nclass Reached(Workflow):\n    async def run(self, x):\n        return used(x)\n"
        "    def not_called(self):\n        print(1)\n",
    )
    assert set(ir.functions) == {"reached:Reached.run", "reached:used", "reached:deeper"}


def test_locals_cells_and_free_variables(tmp_path: Path) -> None:
    ir = compiled(
        tmp_path,
        "variables",
        "@workflow\nclass Variables(Workflow):\n    async def run(self, a, *, b=1):\n        c = [d for d in a if (e := d)]\n"
        "        def f(g):\n            nonlocal c\n            c = g\n            return lambda: (a, g, [h for h in c])\n"
        "        for i, (j, *k) in c:\n            pass\n        return f(b)\n",
    )
    run = ir.functions[ir.entry]
    nested = ir.functions["variables:Variables.run.<locals>.f"]
    inner = ir.functions["variables:Variables.run.<locals>.f.<locals>.<lambda>"]
    assert run.locals == ("self", "a", "b", "c", "e", "f", "i", "j", "k")
    assert (run.cells, run.free) == (("a", "c"), ())
    assert (nested.locals, nested.cells, nested.free) == (("g",), ("g",), ("a", "c"))
    assert (inner.locals, inner.cells, inner.free) == ((), (), ("a", "c", "g"))


def test_refusals_of_a_function_are_told_at_the_call_and_inside(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedPatternError) as caught:
        compiled(
            tmp_path,
            "telling",
            "def helper(x):\n    return open(x)\n"
            "@workflow\nclass Telling(Workflow):\n    async def run(self, x):\n        return helper(x)\n",
        )
    inside, call = caught.value.diagnostics
    assert (inside.code, inside.line) == ("side-effect", 9)
    assert (call.code, call.line) == ("uncompilable-call", 13)
    assert "telling.py:9: open reads" in call.message


def test_a_method_is_refused_inside_only(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedPatternError) as caught:
        compiled(
            tmp_path,
            "inside",
            "@workflow\nclass Inside(Workflow):\n    async def run(self, x):\n        return self.helper(x) + self.helper(1)\n"
            "    def helper(self, x):\n        return open(x)\n",
        )
    assert [one.line for one in caught.value.diagnostics] == [13]


def test_methods_that_cannot_be_compiled_are_marked_where_their_name_may_mean_another(tmp_path: Path) -> None:
    ir = compiled(
        tmp_path,
        "opaque",
        "from dataclasses import dataclass\n@dataclass\nclass File:\n    def save(self):\n        return 1\n"
        "@dataclass\nclass Record:\n    x: int\n    def save(self):\n        open('f')\n"
        "    def size(self):\n        return helper(self.x)\n    def __eq__(self, other):\n        return self.x == other.x\n"
        "def helper(x):\n    return x\n@workflow\nclass Opaque(Workflow):\n    async def run(self, r: Record | File):\n"
        "        r.save()\n        return r.size()\n",
    )
    record = ir.types["opaque:Record"]
    assert record.opaque == ("save",)
    assert record.methods == {"__eq__": "opaque:Record.__eq__", "size": "opaque:Record.size"}
    assert "opaque:Record.save" not in ir.functions
    assert "opaque:helper" in ir.functions


def test_the_init_of_a_workflow_has_a_key_of_its_own(tmp_path: Path) -> None:
    ir = compiled(
        tmp_path,
        "beginning",
        "class Base(Workflow):\n    def __init__(self):\n        self.x = 1\n"
        "@workflow\nclass Beginning(Base):\n    async def run(self):\n        return self.x\n",
    )
    assert ir.functions[f"{ir.ref}.__init__"] == ir.functions["beginning:Base.__init__"]


def test_500_lines_compile_in_half_a_second(tmp_path: Path) -> None:
    steps = "\n".join(
        f"        if x > {n}:\n            y{n} = [await work(i) for i in range(x)]\n"
        f"            x += sum(y{n}) + len(self.helper({n}, key=lambda z: z + {n}))\n        else:\n            x -= {n}"
        for n in range(100)
    )
    text = f"@workflow\nclass FiveHundredLines(Workflow):\n    def helper(self, n, key): return [key(n)]\n    async def run(self, x):\n{steps}\n        return x\n"
    path = tmp_path / "long.py"
    path.write_text(HEAD + text)
    assert len(path.read_text().splitlines()) >= 500
    begun = time.process_time()
    load(path, "long")
    assert time.process_time() - begun < 0.5


def test_the_carets_of_an_unknown_option_stand_under_its_name(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedPatternError) as caught:
        compiled(
            tmp_path,
            "options",
            "@action\nasync def work():\n    pass\n"
            "@workflow\nclass Options(Workflow):\n    async def run(self):\n"
            "        await self.run_action(work(), retries=3)\n",
        )
    (found,) = caught.value.diagnostics
    assert found.source is not None
    assert found.source[found.column - 1 : found.end_column - 1] == "retries=3"  # type: ignore[operator]  # it has a place


def test_a_run_that_yields_is_refused_once_and_where_it_yields(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedPatternError) as caught:
        compiled(
            tmp_path, "yielding", "@workflow\nclass Yielding(Workflow):\n    async def run(self):\n        yield 1\n"
        )
    assert [(one.code, one.line) for one in caught.value.diagnostics] == [("unsupported-expression", 11)]
