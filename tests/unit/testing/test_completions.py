"""Actions that a test completes in the place of another system, and details of attempts, in this process."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any

import pytest

import warren
from warren import (
    ActionError,
    ActionNotOpen,
    ActionTimeout,
    CompleteLater,
    InvalidInput,
    RetryPolicy,
    RunNotFound,
    Workflow,
    action,
    action_context,
    workflow,
)
from warren.contracts.ids import new_run_id
from warren.contracts.task_tokens import write_token
from warren.testing import (
    WorkflowEnvironment,
    complete_action,
    fail_action,
    heartbeat_action,
    run_loop,
    run_workflow,
)


@dataclass
class Page:
    number: int
    names: tuple[str, ...] = ()


@dataclass
class Seen:
    tokens: list[str] = field(default_factory=list)
    details: list[Any] = field(default_factory=list)


SEEN = Seen()


@pytest.fixture(autouse=True)
def _fresh() -> None:
    SEEN.tokens.clear()
    SEEN.details.clear()


@action
async def ask_elsewhere() -> Page:
    context = action_context()
    SEEN.details.append(context.details)
    SEEN.tokens.append(context.task_token)
    raise CompleteLater


@action
def ask_elsewhere_plainly() -> Page:
    SEEN.tokens.append(action_context().task_token)
    raise CompleteLater


@action
async def forget_the_token() -> None:
    raise CompleteLater


@action
def read_pages(last: int) -> int:
    context = action_context()
    page = context.details or Page(0)
    SEEN.details.append(page)
    for number in range(page.number + 1, last + 1):
        context.heartbeat(Page(number, ("a", "b")))
        if number == 2:
            raise OSError("the line is dead")
    return last


@workflow
class Elsewhere(Workflow):
    name = "testing-elsewhere"

    async def run(self, attempts: int = 2, patience: float | None = None) -> int:
        policy = RetryPolicy(attempts=attempts, exception_types=["Exception", "ActionTimeout"])
        page = await self.run_action(ask_elsewhere(), retry=policy, timeout=patience)
        return page.number


@workflow
class Plainly(Workflow):
    name = "testing-elsewhere-plainly"

    async def run(self) -> int:
        return (await ask_elsewhere_plainly()).number


@workflow
class Forgetful(Workflow):
    name = "testing-elsewhere-forgetful"

    async def run(self) -> None:
        await forget_the_token()


@workflow
class Pages(Workflow):
    name = "testing-pages"

    async def run(self, last: int) -> int:
        return await self.run_action(read_pages(last), retry=RetryPolicy(attempts=3))


async def handed_over(count: int = 1) -> str:
    async with asyncio.timeout(5):
        while len(SEEN.tokens) < count:
            await asyncio.sleep(0.001)
    return SEEN.tokens[-1]


@pytest.mark.parametrize("workflow_class", [Elsewhere, Plainly])
async def test_a_test_completes_an_action(workflow_class: type[Workflow]) -> None:
    handle = await workflow_class().start()
    token = await handed_over()
    await complete_action(token, Page(7))
    await complete_action(token, Page(7))
    assert await handle.result(5) == 7
    await complete_action(token, Page(7))
    with pytest.raises(ActionNotOpen, match="has been answered"):
        await complete_action(token, Page(8))


async def test_a_failure_is_tried_again_and_gets_the_details() -> None:
    handle = await Elsewhere().start()
    token = await handed_over()
    await heartbeat_action(token, Page(3))
    await heartbeat_action(token, Page(4, ("x",)))
    await fail_action(token, OSError("no answer"))
    await complete_action(await handed_over(2), Page(1))
    assert await handle.result(5) == 1
    assert SEEN.details == [None, Page(4, ("x",))]


async def test_a_text_becomes_an_action_error() -> None:
    environment = WorkflowEnvironment()
    run = asyncio.create_task(environment.run_workflow(Elsewhere, 1))
    await fail_action(await handed_over(), "the bank said no")
    with pytest.raises(ActionError, match="the bank said no"):
        await run


async def test_time_jumps_to_the_timeout_of_what_nobody_completes() -> None:
    with pytest.raises(ActionTimeout, match="longer than 3600 s; it was to be completed elsewhere"):
        await run_workflow(Elsewhere, 2, 3600.0)
    assert len(SEEN.tokens) == 2


async def test_a_run_that_nobody_completes_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_loop, "_COMPLETION_SECONDS", 0.01)
    with pytest.raises(RuntimeError, match=r"await warren.testing.complete_action\(token, result\)"):
        await run_workflow(Elsewhere)


async def test_an_action_completed_while_it_still_runs_is_complete() -> None:
    gate = asyncio.Event()

    async def slow() -> Page:
        SEEN.tokens.append(action_context().task_token)
        await gate.wait()
        raise CompleteLater

    run = asyncio.create_task(run_workflow(Elsewhere, actions={ask_elsewhere: slow}))
    await complete_action(await handed_over(), Page(5))
    gate.set()
    assert await run == 5


async def test_whoever_completes_actions_finds_the_runs_of_a_test() -> None:
    tasks: list[asyncio.Task[None]] = []

    async def bank(token: str) -> None:
        await warren.heartbeat_action(token, "half")
        if len(SEEN.tokens) < 2:
            await warren.fail_action(token, "try again")
        else:
            await warren.complete_action(token, Page(9))

    async def ask() -> Page:
        SEEN.details.append(action_context().details)
        SEEN.tokens.append(action_context().task_token)
        tasks.append(asyncio.create_task(bank(SEEN.tokens[-1])))
        raise CompleteLater

    assert await run_workflow(Elsewhere, actions={ask_elsewhere: ask}) == 9
    assert SEEN.details == [None, "half"]
    handle = await Elsewhere().start()
    await warren.complete_action(await handed_over(3), Page(4))
    assert await handle.result(5) == 4


async def test_who_kept_the_token_to_itself_is_told() -> None:
    with pytest.raises(ActionError, match=r"hand over action_context\(\).task_token first"):
        await run_workflow(Forgetful)


async def test_what_is_no_token_of_a_run_here_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no task token"):
        await complete_action("nonsense", 1)
    with pytest.raises(RunNotFound, match="no run in this process"):
        await complete_action(write_token(new_run_id(), 1, 1), 1)


async def test_an_attempt_goes_on_where_the_one_before_has_stopped() -> None:
    assert await run_workflow(Pages, 5) == 5
    assert SEEN.details == [Page(0), Page(2, ("a", "b"))]
