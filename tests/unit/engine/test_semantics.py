"""A run keeps the engine's behaviour that it began with, whatever a later engine does (docs/adr/0007)."""

from __future__ import annotations

import dataclasses
import pathlib
from typing import Any

import pytest
from tests.unit.engine.writing import compile_text

from warren.engine import Executable, apply, dump_commands, start_run
from warren.engine.run.completion import Completion
from warren.engine.values.futures import Future, FutureState
from warren.errors import MessageError
from warren.ir import semantics
from warren.testing import EngineDriver

RACE = """
gate = asyncio.create_task(act(0))
async def ask(n):
    await gate
    return await act(n)
return await asyncio.gather(ask(1), ask(2))
"""


def of_semantics(executable: Executable, number: int) -> Executable:
    return Executable(dataclasses.replace(executable.program, semantics=number))


@pytest.fixture
def later_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine of semantics 2, whose waiters wake up in the reverse order; programs of semantics 1 keep theirs."""
    complete = Completion.complete

    def changed(self: Completion, future: Future, state: FutureState, value: Any) -> None:
        ready = self._transition.run.ready
        before = len(ready)
        complete(self, future, state, value)
        if self._transition.semantics >= 2 and len(ready) > before:
            ready.rotate(1)

    monkeypatch.setattr(Completion, "complete", changed)
    monkeypatch.setattr(semantics, "CURRENT", 2)


def run_of(executable: Executable) -> EngineDriver:
    driver = EngineDriver(executable, {})
    while driver.actions:
        number, action = next(iter(driver.actions.items()))
        driver.succeed_encoded(number, action.args[0])
    assert driver.outcome() == [1, 2]
    return driver


def replayed(executable: Executable, driver: EngineDriver) -> list[str]:
    first, *rest = driver.history
    state, commands = start_run(executable, run_id=driver.run_id, input=first.event.input, at=first.at)  # type: ignore[union-attr]  # RunStarted
    made = [dump_commands(commands)]
    for row in rest:
        decision = apply(executable, state, row.event, row.at, is_recorded=True)
        made.append(dump_commands(decision.commands) if decision else "nothing")
    return made


def written(driver: EngineDriver) -> list[str]:
    return [dump_commands(row.commands) for row in driver.history]


def test_an_old_history_is_replayed_as_it_was_written(tmp_path: pathlib.Path, request: pytest.FixtureRequest) -> None:
    executable = compile_text(tmp_path, RACE)
    driver = run_of(executable)
    request.getfixturevalue("later_engine")
    again = of_semantics(executable, 1)
    assert again.version == executable.version
    assert replayed(again, driver) == written(driver)


def test_a_new_program_has_the_new_behaviour_and_another_version(
    tmp_path: pathlib.Path, request: pytest.FixtureRequest
) -> None:
    """And so the first test shows something: the same source does behave differently there."""
    executable = compile_text(tmp_path, RACE)
    driver = run_of(executable)
    request.getfixturevalue("later_engine")
    newer = of_semantics(executable, 2)
    assert newer.version != executable.version
    assert replayed(newer, driver) != written(driver)


def test_lowering_says_the_current_semantics(tmp_path: pathlib.Path, later_engine: None) -> None:
    assert compile_text(tmp_path, "return 1").program.semantics == 2


@pytest.mark.parametrize("number", [0, semantics.CURRENT + 1])
def test_other_semantics_are_refused_with_what_to_do(tmp_path: pathlib.Path, number: int) -> None:
    executable = compile_text(tmp_path, "return 1")
    with pytest.raises(MessageError, match=f"needs semantics {number}, and this Warren has 1 to 1; run it with"):
        of_semantics(executable, number)
