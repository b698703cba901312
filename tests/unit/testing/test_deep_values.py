"""A workflow that builds what is too deep to travel is told so where it sends it, and can handle it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import warren
from warren import UnserializableValue, Workflow, action, workflow
from warren.contracts import wire
from warren.engine import dump_commands, load_commands
from warren.testing import EngineDriver


@action
async def take(value: object) -> object:
    raise NotImplementedError("the driver answers for it")


@workflow
class Inner(Workflow):
    async def run(self, value: object) -> object:
        return value


@workflow
class Deep(Workflow):
    """Nests what it gets, keeps it across an await, and sends it."""

    async def run(self, value: Any, levels: int, to: str) -> Any:
        for _ in range(levels):
            value = {1: value}
        await asyncio.sleep(1)
        try:
            if to == "action":
                return await take(value)
            if to == "child":
                return await Inner().run(value)
        except TypeError as error:
            return f"refused: {error}"[-40:]
        return value


@workflow
class Speaks(Workflow):
    """Logs what no JSON text can hold."""

    async def run(self, text: str) -> str:
        warren.log(text)
        return text


def begun(levels: int, to: str) -> EngineDriver:
    driver = EngineDriver.of(Deep, value=7, levels=levels, to=to)
    driver.restore(driver.snapshot())
    driver.fire()
    return driver


@pytest.mark.parametrize("to", ["action", "child"])
def test_what_is_too_deep_to_send_is_an_error_at_the_call(to: str) -> None:
    assert not begun(60, to).is_finished
    driver = begun(61, to)
    assert driver.outcome().endswith("60 levels, or it contains itself")


def test_a_result_that_is_too_deep_fails_the_run() -> None:
    assert begun(60, "caller").is_finished
    driver = begun(61, "caller")
    with pytest.raises(UnserializableValue, match="60 levels"):
        driver.outcome()


def test_a_log_line_with_a_lone_surrogate_is_written_all_the_same() -> None:
    driver = EngineDriver.of(Speaks, text="a\ud800b")
    assert driver.outcome() == "a\ud800b"
    for row in driver.history:
        assert load_commands(dump_commands(row.commands)) == row.commands
        wire.dump(row.event)
