"""Cancelling a whole run from outside does to `run()` what `task.cancel(msg)` does in CPython, wherever it waits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from warren import Workflow, action, workflow
from warren.contracts.messages import RunStatus
from warren.contracts.plain import exception_message, exception_name
from warren.sdk.native import native_run
from warren.testing import EngineDriver

_gates: dict[str, asyncio.Future[str]] = {}
_calls: list[str] = []


@action
async def gate(name: str) -> str:
    """Waits, natively, until the test opens it."""
    _calls.append(name)
    _gates[name] = asyncio.get_running_loop().create_future()
    return await _gates[name]


@workflow
class CancelledFromOutside(Workflow):
    name = "cancelled-from-outside"

    async def cleans(self, name: str) -> str:
        try:
            return await gate(name)
        finally:
            await gate(f"{name} cleaned")

    async def run(self, shape: str) -> object:
        seen: list[object] = []
        if shape == "uncaught":
            await gate("a")
        elif shape == "reraised":
            try:
                await gate("a")
            except asyncio.CancelledError:
                await gate("b")
                raise
        elif shape == "swallowed":
            try:
                await gate("a")
            except asyncio.CancelledError as error:
                seen += [str(error), list(error.args), await gate("b")]
        elif shape == "another":
            try:
                await gate("a")
            except asyncio.CancelledError as error:
                raise ValueError(f"not now: {error}") from error
        elif shape == "finally":
            await self.cleans("a")
        elif shape == "gather":
            try:
                await asyncio.gather(self.cleans("a"), gate("b"))
            except asyncio.CancelledError as error:
                seen.append(str(error))
        elif shape == "collected":
            found = await asyncio.gather(self.cleans("a"), gate("b"), return_exceptions=True)
            seen.append([str(each) for each in found])
        elif shape == "group":
            try:
                async with asyncio.TaskGroup() as group:
                    group.create_task(self.cleans("a"))
                    await gate("b")
            except asyncio.CancelledError as error:
                seen.append(str(error))
        elif shape == "shield":
            task = asyncio.create_task(gate("a"))
            try:
                await asyncio.shield(task)
            except asyncio.CancelledError as error:
                seen += [str(error), await task]
        elif shape == "timeout":
            try:
                async with asyncio.timeout(1000):
                    await gate("a")
            except TimeoutError:
                seen.append("too late")
            except asyncio.CancelledError as error:
                seen.append(str(error))
        elif shape == "task":
            task = asyncio.create_task(self.cleans("a"))
            try:
                seen.append(await task)
            except asyncio.CancelledError as error:
                seen += [str(error), task.cancelled()]
        elif shape == "twice":
            for _ in range(2):
                try:
                    seen.append(await gate(f"a{len(seen)}"))
                except asyncio.CancelledError as error:
                    seen.append(str(error))
            current = asyncio.current_task()
            seen.append(current.cancelling() if current is not None else None)
        return [*seen, await gate("end")]


SHAPES = (
    *("uncaught", "reraised", "swallowed", "another", "finally", "gather", "collected", "group", "shield", "timeout"),
    *("task", "twice"),
)


async def _until_idle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


async def natively(shape: str, reason: str | None) -> tuple[Any, list[str]]:
    """Cancel it where it waits first; then open each gate as it comes."""
    _gates.clear()
    _calls.clear()
    task = asyncio.ensure_future(native_run(CancelledFromOutside, shape))
    await _until_idle()
    task.cancel(reason)
    await _until_idle()
    while not task.done():
        name = next(name for name, future in _gates.items() if not future.done())
        _gates[name].set_result(f"{name} is open")
        await _until_idle()
    if task.cancelled():
        try:
            await task
        except asyncio.CancelledError as error:
            return ("cancelled", str(error)), list(_calls)
    error = task.exception()
    return (("failed", repr(error)) if error is not None else ("completed", task.result())), list(_calls)


def in_the_engine(shape: str, reason: str | None) -> tuple[Any, list[str]]:
    driver = EngineDriver.of(CancelledFromOutside, shape)
    driver.cancel(reason)
    while not driver.is_finished:
        number = next(each for each, one in driver.actions.items() if driver.state.is_pending(one))
        driver.succeed(number, f"{driver.actions[number].args[0]} is open")
    calls = [one.args[0] for row in driver.history for one in row.commands if hasattr(one, "action")]
    state = driver.state
    if state.status is RunStatus.COMPLETED:
        return ("completed", driver.outcome()), calls
    name, text = exception_name(state.error), exception_message(state.error)
    if state.status is RunStatus.CANCELLED:
        assert name == "asyncio.exceptions.CancelledError"
        return ("cancelled", text), calls
    return ("failed", repr(driver.failure())), calls


@pytest.mark.parametrize("reason", ["no budget", None])
@pytest.mark.parametrize("shape", SHAPES)
async def test_a_cancelled_run_does_what_a_cancelled_task_does(shape: str, reason: str | None) -> None:
    native = await natively(shape, reason)
    assert in_the_engine(shape, reason) == native
    assert native[1], "something was called"
