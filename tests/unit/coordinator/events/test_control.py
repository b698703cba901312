"""Cancelling, terminating, pausing and resuming over memory adapters: requests are answered, workers are told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import Parent, Sleeps, Twice, Wide, add

from warren import Workflow, workflow
from warren.contracts import messages, names, requests, wire
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.contracts.plain import exception_message, exception_name


@workflow
class Bounded(Workflow):
    """Actions that have little time, and one after them."""

    name = "control-bounded"

    async def run(self, width: int, seconds: float) -> int:
        try:
            async with asyncio.timeout(seconds):
                await asyncio.gather(*[add(index, 1) for index in range(width)])
        except TimeoutError:
            return await add(0, 0)
        return -1


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster(compilers=2, coordinators=2) as made:
        await made.register(Bounded, Parent, Sleeps, Twice, Wide)
        yield made


async def ask(working: Cluster, kind: type[requests.ControlRun], run_id: UUID, **more: Any) -> messages.Reply:
    body = wire.dump(kind.model_validate({"run_id": run_id, "id": uuid4().hex, **more}))
    await working.command(kind.routing_key, body)
    return await working.reply()


async def answered(working: Cluster, kind: type[requests.ControlRun], run_id: UUID, **more: Any) -> None:
    reply = await ask(working, kind, run_id, **more)
    assert isinstance(reply, messages.RequestDone), reply


async def listening(working: Cluster) -> Any:
    """What workers are told, one message after the other."""
    queue = await working.client.declare_private_queue(bindings=[(names.CONTROL_EXCHANGE, "")])

    async def order() -> messages.CancelActions:
        body = await eventually(lambda: working.client.get(queue))
        assert body is not None
        return wire.load(messages.CancelActions, body)

    return order


async def test_a_paused_run_dispatches_nothing_until_it_is_resumed(working: Cluster) -> None:
    run_id = await working.start(Twice, n=1)
    (first,) = await working.actions(1)
    await answered(working, requests.PauseRun, run_id, reason="maintenance")
    assert working.run(run_id).paused_at is not None
    assert working.run(run_id).status is RunStatus.RUNNING
    await working.succeed([first], 10)
    await eventually(lambda: working.sequence(run_id) == [1, 2, 3])
    assert not await working.has_actions()
    await answered(working, requests.ResumeRun, run_id)
    assert working.run(run_id).paused_at is None
    (second,) = await working.actions(1)
    await working.succeed([second], 12)
    assert (await working.finished()).result == 12


async def test_a_run_that_is_so_already_is_not_changed_and_that_is_the_answer(working: Cluster) -> None:
    run_id = await working.start(Twice, n=1)
    await answered(working, requests.ResumeRun, run_id)
    await answered(working, requests.PauseRun, run_id, id="p")
    await answered(working, requests.PauseRun, run_id)
    assert working.sequence(run_id) == [1, 2]
    await answered(working, requests.ResumeRun, run_id)
    await answered(working, requests.PauseRun, run_id, id="p")
    assert working.sequence(run_id) == [1, 2, 3]
    assert working.run(run_id).paused_at is None, "a copy of the first request is that one"


async def test_a_timer_that_comes_due_waits_for_the_resumption(working: Cluster) -> None:
    run_id = await working.start(Sleeps, before=0, seconds=1)
    (first,) = await working.actions(1)
    await working.succeed([first], 1)
    await eventually(lambda: working.run(run_id).wake_at is not None)
    await answered(working, requests.PauseRun, run_id)
    assert working.run(run_id).wake_at is None
    await asyncio.sleep(1.2)
    assert not await working.has_actions()
    assert working.sequence(run_id) == [1, 2, 3]
    await answered(working, requests.ResumeRun, run_id)
    (second,) = await working.actions(1)
    await working.succeed([second], 2)
    assert (await working.finished()).result == 2


async def test_a_timer_that_was_refused_in_a_pause_is_new_when_it_fires(working: Cluster) -> None:
    """Also where the answer to its commit is lost: what it causes is not taken for done."""
    run_id = await working.start(Sleeps, before=0, seconds=1)
    (first,) = await working.actions(1)
    await working.succeed([first], 1)
    await eventually(lambda: working.run(run_id).wake_at is not None)
    await answered(working, requests.PauseRun, run_id)
    await asyncio.sleep(1.2)
    commits = 0

    def lose_the_second_answer(operation: str) -> None:
        nonlocal commits
        commits += operation == "commit"
        if operation == "commit" and commits == 2:
            working.database.fail_next(operation="commit", after=True)

    working.database.before = lose_the_second_answer
    await answered(working, requests.ResumeRun, run_id)
    await working.actions(1)
    assert commits >= 2


async def test_a_pause_is_kept_by_the_store(working: Cluster) -> None:
    run_id = await working.start(Twice, n=1)
    (first,) = await working.actions(1)
    await answered(working, requests.PauseRun, run_id)
    for service in working.services:
        await service.drain()
    working.services.clear()
    await working.compiler()
    await working.coordinator()
    await working.succeed([first], 10)
    await eventually(lambda: working.sequence(run_id) == [1, 2, 3])
    assert not await working.has_actions()
    await answered(working, requests.ResumeRun, run_id)
    await working.actions(1)


async def test_a_terminated_run_has_failed_and_its_workers_are_told(working: Cluster) -> None:
    order = await listening(working)
    run_id = await working.start(Twice, n=1)
    await working.actions(1)
    first = await ask(working, requests.TerminateRun, run_id, reason="it hangs")
    second = await working.reply()
    (finished,) = (each for each in (first, second) if isinstance(each, messages.RunFinished))
    assert messages.RequestDone in (type(first), type(second))
    assert finished.status is RunStatus.FAILED
    assert exception_name(finished.error) == "warren.errors.RunTerminated"
    assert exception_message(finished.error) == "the run was terminated: it hangs"
    assert (await order()).run_ids == (run_id,)
    await answered(working, requests.TerminateRun, run_id)


async def test_a_child_that_is_terminated_fails_in_its_parent(working: Cluster) -> None:
    await working.start(Parent, n=3)
    child = next(action for action in await working.actions(2) if action.workflow == "twice")
    replies = [await ask(working, requests.TerminateRun, child.run_id), await working.reply()]
    (finished,) = (each for each in replies if isinstance(each, messages.RunFinished))
    assert exception_name(finished.error) == "warren.errors.RunTerminated"


async def test_a_cancellation_is_answered_and_its_reason_is_the_error(working: Cluster) -> None:
    run_id = await working.start(Twice, n=1)
    await working.actions(1)
    replies = [await ask(working, requests.CancelRun, run_id, reason="no budget"), await working.reply()]
    (finished,) = (each for each in replies if isinstance(each, messages.RunFinished))
    assert (finished.status, exception_message(finished.error)) == (RunStatus.CANCELLED, "no budget")
    await answered(working, requests.CancelRun, run_id, reason="once more")


@pytest.mark.parametrize("kind", [requests.PauseRun, requests.ResumeRun, requests.TerminateRun, requests.CancelRun])
async def test_a_run_that_has_ended_otherwise_refuses(working: Cluster, kind: type[requests.ControlRun]) -> None:
    run_id = await working.start(Wide, width=0)
    await working.finished()
    reply = await ask(working, kind, run_id)
    assert isinstance(reply, messages.Refused)
    assert reply.error.code == "run_ended"


async def test_a_run_that_there_is_not_is_refused(monkeypatch: pytest.MonkeyPatch, working: Cluster) -> None:
    monkeypatch.setattr("warren_compiler.request_handler.PATIENCE_SECONDS", 0.2)
    reply = await ask(working, requests.PauseRun, new_run_id())
    assert isinstance(reply, messages.Refused)
    assert reply.error.code == "run_not_found"


async def test_workers_are_told_once_what_a_batch_has_cancelled_of_runs_that_go_on(working: Cluster) -> None:
    order = await listening(working)
    run_id = await working.start(Bounded, width=20, seconds=0.1)
    taken = await working.actions(21)
    assert taken[-1].args == [0, 0]
    told = await order()
    (part,) = told.attempts
    assert (told.run_ids, part.run_id) == ((), run_id)
    assert sorted(part.attempts) == sorted((action.invocation, 1) for action in taken[:-1])
    assert working.run(run_id).status is RunStatus.RUNNING


@pytest.mark.parametrize("kind", [messages.ActionStarted, messages.ActionHeartbeat])
async def test_a_worker_that_goes_on_in_vain_is_told_again(working: Cluster, kind: Any) -> None:
    run_id = await working.start(Bounded, width=1, seconds=0.1)
    cancelled, after = await working.actions(2)
    order = await listening(working)
    about = {"run_id": run_id, "attempt": 1, "worker": "w", "lease_seconds": 30}
    await working.event(kind(invocation=after.invocation, **about), kind(invocation=cancelled.invocation, **about))
    (part,) = (await order()).attempts
    assert part.attempts == ((cancelled.invocation, 1),)
