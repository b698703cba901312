"""What goes to many calls of one transition is encoded once, and each call has what the value was when it started."""

from __future__ import annotations

import pathlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
from tests.unit.engine.writing import compile_text, start

from warren import Workflow, action, workflow
from warren.contracts.values import encode
from warren.engine import DispatchAction, dump_commands, start_run
from warren.engine.guarded import guards
from warren.engine.guarded.encodings import Encodings
from warren.errors import LimitExceeded
from warren.testing import EngineDriver
from warren.testing.driver import executable_of

LARGE = [{"page": number, "text": "lorem ipsum " * 10} for number in range(20)]


def calls(driver: EngineDriver) -> list[DispatchAction]:
    return [command for row in driver.history for command in row.commands if isinstance(command, DispatchAction)]


def test_the_actions_of_a_gather_have_one_object(tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encoded: list[object] = []
    monkeypatch.setattr(guards, "encode", lambda value: encoded.append(value) or encode(value))
    driver = start(compile_text(tmp_path, "return await asyncio.gather(*[act(x) for _ in range(50)])"), LARGE)
    made = calls(driver)
    assert len(made) == 50
    assert all(command.args[0] is made[0].args[0] for command in made)
    assert made[0].args == [LARGE]
    assert len(encoded) == 1


BETWEEN_TURNS = """
    tasks = []
    for n in range(3):
        tasks.append(asyncio.create_task(act(x)))
        await asyncio.sleep(0)
        x[0]["page"] = n + 100
    await asyncio.gather(*tasks)
"""
IN_HELPERS = """
    async def one(n):
        x[0]["page"] = n + 99 if n else 0
        await act(x)
    await asyncio.gather(*[one(n) for n in range(3)])
"""
OF_A_COPY = """
    tasks = [asyncio.create_task(act(x))]
    await asyncio.sleep(0)
    x[0]["page"] = 100
    await asyncio.gather(act(x), act([{**x[0], "page": 101}, *x[1:]]), *tasks)
"""


@pytest.mark.parametrize("body", [BETWEEN_TURNS, IN_HELPERS, OF_A_COPY], ids=["between turns", "in helpers", "a copy"])
def test_each_action_has_what_the_value_was_at_its_call(tmp_path: pathlib.Path, body: str) -> None:
    driver = start(compile_text(tmp_path, body), LARGE)
    pages = [command.args[0][0]["page"] for command in calls(driver)]
    assert pages == [0, 100, 101]
    assert all(command.args[0][1:] == LARGE[1:] for command in calls(driver))


def test_what_equals_but_is_written_otherwise_is_not_taken_for_the_same(tmp_path: pathlib.Path) -> None:
    body = """
    async def one(flag):
        x[0] = flag
        await act(x)
    await asyncio.gather(one(1), one(True), one(1.0))
    """
    driver = start(compile_text(tmp_path, body), LARGE)
    assert [type(command.args[0][0]) for command in calls(driver)] == [int, bool, float]


def test_helpers_that_leave_the_value_alone_share_it(tmp_path: pathlib.Path) -> None:
    body = """
    async def one(n):
        return await act([x, n][0])
    await asyncio.gather(*[one(n) for n in range(5)])
    """
    made = calls(start(compile_text(tmp_path, body), LARGE))
    assert len(made) == 5
    assert all(command.args[0] is made[0].args[0] for command in made)


@pytest.mark.parametrize("value", [LARGE, "text" * 1_000, b"bytes" * 1_000], ids=["parts", "text", "bytes"])
def test_sharing_takes_the_same_from_the_budget(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch, value: object
) -> None:
    """A run must end at the same place in every process and every version, whoever shares what."""
    executable = compile_text(tmp_path, "return await asyncio.gather(*[act(x) for _ in range(50)])")

    def left() -> tuple[int, int]:
        start_run(executable, run_id=UUID(int=1), input={"x": encode(value)}, at=datetime(2030, 1, 1, tzinfo=UTC))
        return executable.budget.steps, executable.budget.bytes

    shared = left()
    monkeypatch.setattr(Encodings, "get", lambda _, value, budget, encode: encode(value))
    assert left() == shared


def test_a_call_that_the_budget_is_too_small_for_ends_the_run(tmp_path: pathlib.Path) -> None:
    body = """
    first = asyncio.create_task(act(x))
    await asyncio.sleep(0)
    large = ["y" * 10_000_000 for _ in range(6)]
    await asyncio.gather(*[act(x) for _ in range(50)])
    """
    driver = start(compile_text(tmp_path, body), ["z" * 1_000_000])
    with pytest.raises(LimitExceeded, match="MiB of values"):
        driver.outcome()


def test_a_replay_shares_the_same(tmp_path: pathlib.Path) -> None:
    driver = start(compile_text(tmp_path, "return await asyncio.gather(*[act(x) for _ in range(50)])"), LARGE)
    first = driver.history[0]
    run, commands = start_run(driver.executable, run_id=driver.state.run_id, input=driver.state.input, at=first.at)
    assert dump_commands(commands) == dump_commands(first.commands)
    restored = start(driver.executable, LARGE)
    restored.restore(restored.snapshot())
    pending = [one for one in restored.state.pending_commands() if isinstance(one, DispatchAction)]
    assert all(one.args[0] is pending[0].args[0] for one in pending), "a snapshot keeps it one object"
    assert pending[0].args == [LARGE]
    assert run.pending[1].args[0] is run.pending[2].args[0]


@action
async def act(x: Any) -> Any:
    """Never run here."""
    return x


@workflow
class Dataflow(Workflow):
    """Dispatches an action where it stands, and goes on."""

    concurrent = True

    async def run(self, x: list[Any]) -> list[Any]:
        first = await act(x)
        second = await act(x)
        x[0]["page"] = 100
        third = await act(x)
        return [first, second, third]


def test_dataflow_gives_each_action_what_the_value_was_where_it_stands() -> None:
    driver = EngineDriver(executable_of(Dataflow), {"x": encode(LARGE)})
    first, second, third = (command.args[0] for command in calls(driver))
    assert [first[0]["page"], third[0]["page"]] == [0, 100]
    assert first is second
