"""Signals to a run in this process, which pytest's tests of a user's send through a handle."""

from __future__ import annotations

import asyncio

import pytest

from warren import RunEnded, Workflow, WorkflowFailedError, action, query, signal, workflow
from warren.errors import InvalidInput
from warren.testing import InProcessClient, WorkflowEnvironment, run_workflow


@action
async def note(text: str) -> str:
    return f"noted {text}"


@workflow
class Approval(Workflow):
    name = "testing-approval"

    def __init__(self) -> None:
        self.answer: str | None = None

    @signal
    def decide(self, answer: str) -> None:
        self.answer = answer

    @query
    def waits_for(self) -> str:
        return "an answer" if self.answer is None else "nothing"

    @query
    def is_like(self, query: str, name: str) -> bool:
        return self.answer == query + name

    async def run(self, patience: float | None = None) -> str:
        try:
            await self.wait_until(lambda: self.answer is not None, timeout=patience)
        except TimeoutError:
            return "nobody decided"
        return await note(self.answer)


async def test_a_test_sends_signals_through_the_handle() -> None:
    handle = await Approval().start()
    await asyncio.sleep(0.01)
    await handle.signal(Approval.decide, "yes", id="a")
    assert await handle.result(5) == "noted yes"
    with pytest.raises(RunEnded):
        await handle.signal(Approval.decide, "no")


async def test_time_does_not_jump_while_a_test_sends_signals() -> None:
    handle = await Approval().start(patience=3600)
    await handle.signal("decide", "yes")
    assert await handle.result(5) == "noted yes"
    late = await Approval().start(patience=3600)
    assert await late.result(5) == "nobody decided"


async def test_a_start_brings_its_signal_along() -> None:
    handle = await Approval().start(_signal=(Approval.decide, "yes"))
    assert await handle.result(5) == "noted yes"
    client = InProcessClient(WorkflowEnvironment)
    first = await client.start_run(Approval, {}, key="once")
    assert await client.start_run(Approval, {}, key="once", signal=(Approval.decide, "no")) is first
    assert await first.result(5) == "noted no"
    with pytest.raises(RunEnded):
        await client.start_run(Approval, {}, key="once", signal=("decide", "yes"))


async def test_a_test_asks_through_the_handle() -> None:
    handle = await Approval().start()
    assert await handle.query(Approval.waits_for) == "an answer"
    await handle.signal("decide", "yes")
    await handle.result(5)
    assert await handle.query("waits_for") == "nothing"
    assert await handle.query(Approval.is_like, query="y", name="es") is True


async def test_what_does_not_fit_is_refused() -> None:
    handle = await Approval().start()
    with pytest.raises(InvalidInput, match="has no signal 'decides'"):
        await handle.signal("decides", "yes")
    with pytest.raises(InvalidInput, match="the payload of 'decide': expected str"):
        await handle.signal(Approval.decide, 3)
    await handle.cancel()
    with pytest.raises(WorkflowFailedError):
        await handle.result(5)


async def test_nobody_can_send_a_signal_to_a_run_without_a_handle() -> None:
    with pytest.raises(RuntimeError, match="waits for something that will not happen in this test"):
        await run_workflow(Approval)


async def test_a_workflow_that_runs_natively_has_its_handlers() -> None:
    approval = Approval()

    async def decide() -> None:
        approval.decide("yes")

    task = asyncio.create_task(decide())
    await approval.wait_until(lambda: approval.answer is not None, timeout=5)
    await task
    assert approval.answer == "yes"
