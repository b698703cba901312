"""`MyWorkflow().start()` in a test gives a handle that can do what one of the servers' client can."""

from __future__ import annotations

import asyncio
from uuid import UUID

import pytest

from warren import RunHandle, RunStatus, Workflow, WorkflowCancelledError, WorkflowFailedError, action, workflow
from warren.contracts.messages import ActionSucceeded, CancelRequested, RunStarted
from warren.testing import executable_of

LET_GO = asyncio.Event()
LOG: list[str] = []


@pytest.fixture(autouse=True)
def _fresh() -> None:
    global LET_GO
    LET_GO = asyncio.Event()
    LOG.clear()


@action
async def wait_for_the_test(number: int) -> int:
    LOG.append("waits")
    await LET_GO.wait()
    return number


@action
async def clean_up() -> None:
    LOG.append("cleaned up")


@workflow
class Careful(Workflow):
    async def run(self, number: int) -> int:
        try:
            return await wait_for_the_test(number)
        finally:
            await clean_up()


@workflow
class Sleepy(Workflow):
    async def run(self) -> str:
        await asyncio.sleep(3600)
        return "rested"


@workflow
class Wrong(Workflow):
    async def run(self) -> None:
        raise ValueError("wrong from the start")


async def begun() -> RunHandle[int]:
    handle = await Careful().start(number=4, _key="four")
    while not LOG:
        await asyncio.sleep(0)
    return handle


async def test_a_run_can_be_looked_at_while_it_runs_and_when_it_has_ended() -> None:
    handle = await begun()
    described = await handle.describe()
    assert await handle.status() is described.status is RunStatus.RUNNING
    assert (described.run_id, described.workflow, described.key) == (handle.id, "careful", "four")
    assert described.version == executable_of(Careful).version
    assert described.finished_at is None
    assert [type(each.event) for each in await handle.history()] == [RunStarted]
    LET_GO.set()
    assert await handle.result(timeout=5) == 4
    described = await handle.describe()
    assert await handle.status() is described.status is RunStatus.COMPLETED
    assert described.finished_at is not None
    assert described.finished_at >= described.created_at
    history = await handle.history()
    assert [type(each.event) for each in history] == [RunStarted, ActionSucceeded, ActionSucceeded]
    assert [each.seq for each in history] == [1, 2, 3]
    assert all(each.commands for each in history)


async def test_a_sleeping_run_says_when_it_goes_on() -> None:
    handle = await Sleepy().start()
    described = await handle.describe()
    assert described.wake_at is not None
    assert (described.wake_at - described.created_at).total_seconds() == 3600
    assert await handle.result() == "rested"
    assert (await handle.describe()).wake_at is None


async def test_a_run_can_be_cancelled_and_cleans_up() -> None:
    handle = await begun()
    await handle.cancel("no longer needed")
    with pytest.raises(WorkflowCancelledError):
        await handle.result(timeout=5)
    assert await handle.status() is RunStatus.CANCELLED
    assert LOG == ["waits", "cleaned up"]
    (event,) = [each.event for each in await handle.history() if isinstance(each.event, CancelRequested)]
    assert event.reason == "no longer needed"


async def test_a_run_can_be_cancelled_before_anything_of_it_was_carried_out() -> None:
    handle = await Sleepy().start()
    await handle.cancel()
    with pytest.raises(WorkflowCancelledError):
        await handle.result(timeout=5)


async def test_a_run_that_has_ended_stays_as_it_is() -> None:
    handle = await Sleepy().start()
    assert await handle.result() == "rested"
    before = list(await handle.history())
    await handle.cancel()
    assert await handle.status() is RunStatus.COMPLETED
    assert await handle.result() == "rested"
    assert await handle.history() == before


async def test_waiting_may_end_before_the_run() -> None:
    handle = await begun()
    with pytest.raises(TimeoutError, match="it continues"):
        await handle.result(timeout=0.01)
    LET_GO.set()
    assert await handle.result() == 4


async def test_a_failed_run_raises_its_own_exception_as_the_cause() -> None:
    handle = await Wrong().start()
    assert isinstance(handle.id, UUID)
    with pytest.raises(WorkflowFailedError) as raised:
        await handle.result()
    assert isinstance(raised.value.__cause__, ValueError)
    assert await handle.status() is RunStatus.FAILED
