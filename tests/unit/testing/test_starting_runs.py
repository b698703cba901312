"""An action may start runs: each is a run of its own, in the same process as the run of the action."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

import warren
from warren import ActionError, Workflow, WorkflowFailedError, action, action_context, workflow
from warren.contracts.messages import RunStatus
from warren.testing import WorkflowEnvironment, run_workflow

pytestmark = pytest.mark.timeout(20)
SEEN: list[Any] = []


@pytest.fixture(autouse=True)
def _no_pytest(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a program: what helps tests without `run_workflow` must not help here."""
    monkeypatch.delenv("PYTEST_CURRENT_TEST")
    SEEN.clear()


@action
async def double(number: int) -> int:
    SEEN.append(action_context().run_id)
    return number * 2


@action
async def fail(number: int) -> int:
    raise LookupError(f"no {number}")


@workflow
class StartedByAction(Workflow):
    async def run(self, number: int) -> Any:
        await asyncio.sleep(86_400)
        return [await double(number), warren.now()]


@workflow
class FailingByAction(Workflow):
    async def run(self, number: int) -> Any:
        return await fail(number)


@action
async def descend(depth: int) -> list[str]:
    own = str(action_context().run_id)
    return [own] if depth == 0 else [own, *await NestedByAction().run(depth - 1)]


@workflow
class NestedByAction(Workflow):
    async def run(self, depth: int) -> Any:
        return await descend(depth)


@workflow
class ForgottenByAction(Workflow):
    async def run(self, number: int) -> Any:
        return await double(number)


@action
async def start(how: str, number: int) -> Any:
    key = action_context().idempotency_key
    match how:
        case "run":
            return (await StartedByAction().run(number))[0]
        case "failing":
            return await FailingByAction().run(number)
        case "handle":
            handle = await StartedByAction().start(number)
            result = await handle.result()
            return [result[0], str(handle.id), await handle.status() is RunStatus.COMPLETED]
        case "gather":
            return [each[0] for each in await asyncio.gather(*(StartedByAction().run(n) for n in range(number)))]
        case "key":
            handles = [await StartedByAction().start(number, _key=key) for _ in range(2)]
            return [(await each.result())[0] for each in handles] + [len({each.id for each in handles})]
        case "time":
            return (await StartedByAction().run(number))[1]
        case "start only":
            return str((await ForgottenByAction().start(number)).id)
    raise AssertionError(how)


@action
def start_in_thread(number: int) -> Any:
    return asyncio.run(StartedByAction().run(number))[0]


@workflow
class Starting(Workflow):
    async def run(self, how: str, number: int) -> Any:
        if how == "thread":
            return await start_in_thread(number)
        return await self.run_action(start(how, number), timeout=10)


@pytest.mark.parametrize(("how", "expected"), [("run", 8), ("gather", [0, 2, 4, 6]), ("key", [8, 8, 1]), ("thread", 8)])
async def test_an_action_waits_for_a_run_that_it_starts(how: str, expected: Any) -> None:
    assert await run_workflow(Starting, how, 4) == expected


async def test_it_is_a_run_of_its_own() -> None:
    environment = WorkflowEnvironment()
    result, run_id, is_completed = await environment.run_workflow(Starting, "handle", 4)
    assert (result, is_completed) == (8, True)
    assert [UUID(run_id)] == SEEN
    assert UUID(run_id) != environment.run_id


async def test_runs_start_runs_that_start_runs() -> None:
    assert len(set(await run_workflow(NestedByAction, 3))) == 4


async def test_its_failure_is_what_a_client_is_told() -> None:
    with pytest.raises(WorkflowFailedError, match="LookupError: no 4"):
        await run_workflow(Starting, "failing", 4)


async def test_it_has_the_same_replacements_and_goes_on_from_the_same_time() -> None:
    now = datetime(2030, 1, 1, tzinfo=UTC)
    environment = WorkflowEnvironment(actions={double: lambda number: number * 100}, now=now)
    assert await environment.run_workflow(Starting, "run", 4) == 400
    assert await environment.run_workflow(Starting, "time", 4) >= now + timedelta(days=1)


async def test_it_goes_on_when_the_run_that_started_it_has_ended() -> None:
    run_id = UUID(await run_workflow(Starting, "start only", 4))
    async with asyncio.timeout(5):
        while run_id not in SEEN:
            await asyncio.sleep(0)


async def test_an_action_that_is_given_up_does_not_end_it() -> None:
    @action
    async def impatient() -> None:
        task = asyncio.create_task(ForgottenByAction().run(4))
        await asyncio.sleep(0)
        task.cancel()
        raise ActionError("gave up")

    environment = WorkflowEnvironment(actions={start: impatient_of(impatient)})
    with pytest.raises(ActionError, match="gave up"):
        await environment.run_workflow(Starting, "run", 4)
    async with asyncio.timeout(5):
        while not SEEN:
            await asyncio.sleep(0)


def impatient_of(function: Any) -> Any:
    async def replacement(how: str, number: int) -> None:
        await function()

    return replacement


async def test_outside_of_the_run_the_servers_are_meant_again(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await run_workflow(Starting, "run", 4) == 8
    monkeypatch.setattr("warren.sdk.client_factory._factory", None)
    with pytest.raises(RuntimeError, match="no client is set up"):
        await StartedByAction().start(4)
