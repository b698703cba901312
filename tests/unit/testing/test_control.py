"""Cancelling, terminating, pausing and resuming a run in this process, as pytest's tests of a user's do it."""

from __future__ import annotations

import asyncio

import pytest

from warren import RunEnded, RunTerminated, Workflow, WorkflowFailedError, action, workflow
from warren.contracts.messages import RunStatus
from warren.testing import run_workflow

ended: list[str] = []


@action
async def watch(name: str) -> str:
    try:
        await asyncio.sleep(3600)
    except asyncio.CancelledError:
        ended.append(name)
        raise
    return name


@action
async def quick(name: str) -> str:
    return name


@workflow
class Watched(Workflow):
    name = "testing-watched"

    async def run(self, patience: float) -> str:
        try:
            async with asyncio.timeout(patience):
                await asyncio.gather(watch("a"), watch("b"))
        except TimeoutError:
            return await quick("too late")
        except asyncio.CancelledError as error:
            return await quick(str(error))
        return "never"


@workflow
class Naps(Workflow):
    name = "testing-naps"

    async def run(self) -> str:
        await asyncio.sleep(3600)
        return await quick("done")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    ended.clear()


async def test_actions_that_a_run_cancels_are_cancelled_while_it_goes_on() -> None:
    handle = await Watched().start(0.05)
    assert await handle.result(5) == "too late"
    assert ended == ["a", "b"]


async def test_a_cancellation_has_its_reason() -> None:
    handle = await Watched().start(3600)
    await asyncio.sleep(0.01)
    await handle.cancel("no budget")
    assert await handle.result(5) == "no budget"


async def test_a_terminated_run_fails_and_its_actions_are_cancelled() -> None:
    handle = await Watched().start(3600)
    await asyncio.sleep(0.01)
    await handle.terminate("it hangs")
    assert await handle.status() is RunStatus.FAILED
    with pytest.raises(WorkflowFailedError, match="it hangs") as caught:
        await handle.result(5)
    assert isinstance(caught.value.__cause__, RunTerminated)
    assert ended == ["a", "b"]
    for late in (handle.terminate, handle.pause, handle.resume):
        with pytest.raises(RunEnded):
            await late()


async def test_virtual_time_does_not_jump_while_a_run_is_paused() -> None:
    handle = await Naps().start()
    await handle.pause("look at it")
    await handle.pause()
    described = await handle.describe()
    assert described.paused_at is not None
    with pytest.raises(TimeoutError):
        await handle.result(0.1)
    await handle.resume()
    assert (await handle.describe()).paused_at is None
    assert await handle.result(5) == "done"


async def test_run_workflow_cancels_what_it_leaves() -> None:
    assert await run_workflow(Watched, 0.05) == "too late"
    assert ended == ["a", "b"]
