"""Pictures of programs: what an author wrote is there, what the lowering added is not."""

from __future__ import annotations

import linecache

from tests.workflows import asyncio_lock, helper_methods, order_fulfilment, try_except, while_loops

from warren.lowering import lower
from warren.lowering.draw import Picture, draw
from warren.sdk import Workflow, workflow_registry


def workflow_in(module: object) -> type[Workflow]:
    """The first workflow of a module."""
    return next(cls for cls in workflow_registry.entries() if cls.__module__ == module.__name__)  # type: ignore[attr-defined]  # a module


def picture_of(module: object, *, technical: bool = False) -> Picture:
    """Its picture."""
    program = lower(workflow_in(module).workflow_ir())
    return draw(program, source_line=linecache.getline, technical=technical)


def test_every_action_is_a_step_and_every_arrow_leads_somewhere() -> None:
    for module in (order_fulfilment, try_except, while_loops, helper_methods):
        for technical in (False, True):
            picture = picture_of(module, technical=technical)
            ids = [step.id for function in picture.functions for step in function.steps]
            assert len(ids) == len(set(ids))
            for function in picture.functions:
                own = {step.id for step in function.steps}
                assert all(arrow.source in own and arrow.target in own for arrow in function.arrows)
                reached = {arrow.target for arrow in function.arrows}
                assert {step.id for step in function.steps if step.kind != "start"} <= reached
            assert all(arrow.source in ids and arrow.target in ids for arrow in picture.calls)


def test_clean_up_that_nobody_wrote_is_left_out() -> None:
    plain, technical = picture_of(try_except), picture_of(try_except, technical=True)
    assert len(plain.functions[0].steps) < len(technical.functions[0].steps)
    assert all(step.label != "(internal)" for step in plain.functions[0].steps)
    assert {"except", "branch", "return", "await", "start"} <= {step.kind for step in plain.functions[0].steps}
    assert any(arrow.kind == "error" for arrow in plain.functions[0].arrows)


def test_what_is_warrens_own_is_left_out() -> None:
    plain, technical = picture_of(asyncio_lock), picture_of(asyncio_lock, technical=True)
    assert [one.name for one in plain.functions] == ["AsyncioLock.run", "AsyncioLock.work"]
    assert "Lock.acquire" in [one.name for one in technical.functions]


def test_branches_and_loops_say_which_way() -> None:
    (run,) = picture_of(order_fulfilment).functions
    labels = {arrow.label for arrow in run.arrows}
    assert {"each", "done", "yes"} <= labels
    assert any(step.label == "for line in lines" for step in run.steps)


def test_a_called_method_is_a_drawing_of_its_own() -> None:
    picture = picture_of(helper_methods)
    assert len(picture.functions) > 1
    assert picture.calls
