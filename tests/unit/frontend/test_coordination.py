"""asyncio's objects of coordination in a workflow: what stands for them, and where they are refused."""

from __future__ import annotations

import itertools
from pathlib import Path

import pytest
from tests.unit.frontend.test_compile import compiled

from warren import UnsupportedPatternError, workflow_registry
from warren.ir.expressions import Intrinsic
from warren.ir.intrinsics import PRELUDE
from warren.ir.walk import walk

HEAD = """
import asyncio
from mountaineer_di import Depends
from warren import Workflow, action, workflow
from warren.prelude.primitives import new_future

class Own(asyncio.Queue):
    pass

LOCK = asyncio.Lock()

@action
async def work(x=None, lock: asyncio.Lock = Depends(asyncio.Lock)): return x

@action
async def takes(queues: list[asyncio.Queue[int]]): return 1

@action
async def gives() -> dict[str, asyncio.Event | None]: return {}
"""


_numbers = itertools.count()


def written(body: str, parameters: str = "") -> str:
    return f"@workflow\nclass Written(Workflow):\n    async def run(self{parameters}):\n        {body}\n"


@pytest.fixture(autouse=True)
def no_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workflow_registry, "_entries", {})


@pytest.mark.parametrize(
    ("body", "parameters", "message"),
    [
        ("return await takes([])", "", "takes takes or gives a Queue"),
        ("return await gives()", "", "gives takes or gives a Event"),
        ("return 1", ", lock: asyncio.Lock | None = None", "run() takes or gives a Lock"),
        ("return Own()", "", "the class Own is derived from a class of asyncio's"),
        ("return isinstance(1, Own)", "", "the class Own is derived from a class of asyncio's"),
        ("return LOCK.locked()", "", "LOCK is a Lock outside the workflow"),
        ("return new_future()", "", "new_future is not one of the functions"),
        ("return asyncio.Queue()._queue", "", "the attribute '_queue' starts with an underscore"),
        ("return asyncio.Queue()._items", "", "the attribute '_items' starts with an underscore"),
        ("return asyncio.Lock().set_result(1)", "", "set_result of a task or a timeout"),
        ("return asyncio.Barrier(2)", "", "asyncio.Barrier is not one of the asyncio functions"),
        ("asyncio.wait([])", "", "asyncio.wait(...) is not awaited"),
    ],
)
def test_is_refused(tmp_path: Path, body: str, parameters: str, message: str) -> None:
    with pytest.raises(UnsupportedPatternError) as caught:
        compiled(tmp_path, f"refused_{next(_numbers)}", written(body, parameters), head=HEAD)
    assert message in caught.value.diagnostics[0].message


def test_what_stands_for_a_class_is_compiled_with_the_workflow(tmp_path: Path) -> None:
    ir = compiled(tmp_path, "uses", written("return await asyncio.Queue().get()"), head=HEAD)
    assert "warren.prelude.queues:Queue.get" in ir.functions
    assert "warren.prelude.queues:Queue.put" not in ir.functions
    assert {ref for ref in ir.types if ref.startswith("warren.prelude")} == {
        "warren.prelude.locks:Event",
        "warren.prelude.queues:Queue",
    }


def test_an_action_may_be_given_a_lock_by_its_worker(tmp_path: Path) -> None:
    ir = compiled(tmp_path, "depends", written("return await work(1)"), head=HEAD)
    assert set(ir.types) == {"depends:Written"}
    assert len(ir.functions) == 1


def test_a_program_that_uses_none_has_none_of_it(tmp_path: Path) -> None:
    ir = compiled(tmp_path, "none", written("return await asyncio.gather(work(1))"), head=HEAD)
    names = {node.name for function in ir.functions.values() for node in walk(function) if isinstance(node, Intrinsic)}
    assert not names & PRELUDE
