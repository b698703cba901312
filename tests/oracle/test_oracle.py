"""Python is the specification: every fixture workflow gives the same natively and through the engine."""

from __future__ import annotations

import importlib
import pathlib
from typing import Any

import pytest
from tests.support.oracle import evicted, observe_engine, observe_native, of_driver, shuffled

from warren import Workflow, workflow_registry
from warren.engine import AskRun, StartChild
from warren.testing import EngineDriver

FIXTURES = pathlib.Path(__file__).parents[1] / "workflows"
NAMES = sorted(path.stem for path in FIXTURES.glob("*.py") if path.stem != "__init__")


def cases() -> list[Any]:
    found = []
    for name in NAMES:
        module = importlib.import_module(f"tests.workflows.{name}")
        classes = [
            cls
            for cls in vars(module).values()
            if isinstance(cls, type)
            and issubclass(cls, Workflow)
            and cls.__module__ == module.__name__
            and "__warren_ir__" in vars(cls)
        ]
        if not hasattr(module, "CASES"):  # something that fixtures import
            continue
        assert classes, f"{name} has no workflow"
        found.extend(
            pytest.param(cls, dict(case), getattr(module, "RACES", False), id=f"{name}-{number}")
            for number, case in enumerate(module.CASES)
            for cls in classes[-1:]
        )
    return found


@pytest.mark.parametrize(("workflow", "arguments", "races"), cases())
async def test_the_engine_does_what_cpython_does(
    workflow: type[Workflow], arguments: dict[str, Any], races: bool
) -> None:
    native = await observe_native(workflow, arguments)
    engine, driver = await observe_engine(workflow, arguments)
    assert engine.error == native.error
    assert engine.result == native.result
    if not starts_children(driver):  # whose calls are in histories of their own
        assert sorted(engine.calls) == sorted(native.calls)
    if driver.state.strands == 1 and not starts_children(driver):
        assert engine.calls == native.calls

    replayed = driver.replay()
    assert of_driver(replayed) == engine
    assert [row.commands for row in replayed.history] == [row.commands for row in driver.history]

    if any(isinstance(command, AskRun) for row in driver.history for command in row.commands):
        again = of_driver(evicted(driver))  # what others answer depends on when it is asked
        assert (again.result, again.error) == (native.result, native.error)
        return
    for seed in range(3):
        again = of_driver(shuffled(driver, seed, snapshots=True))
        if not races:
            assert (again.result, again.error) == (native.result, native.error)
            assert sorted(again.calls) == sorted(engine.calls)


def starts_children(driver: EngineDriver) -> bool:
    return any(isinstance(command, StartChild) for row in driver.history for command in row.commands)


def test_there_are_fixtures() -> None:
    assert len(NAMES) > 50
    assert workflow_registry.names()
