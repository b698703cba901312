"""The coordinator over memory adapters: runs that continue as new, and what is sent to them meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any
from uuid import UUID

import pytest
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.idle import idle
from tests.support.service_workflows import Nothing

from warren import Signal, Workflow, action, continue_as_new, update, upsert_attributes, workflow
from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import messages
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RequestReply, RunStatus, SignalReceived, UpdateRequested
from warren.ports import StoredRun


@action
async def noted(numbers: list[int]) -> None:
    pass


@workflow
class Rounds(Workflow):
    """Takes three numbers, notes what it knows, and begins again; a 0 ends it."""

    name = "chains.rounds"
    numbers = Signal[int]()

    def __init__(self) -> None:
        self.known: list[int] = []

    @update
    def count(self) -> int:
        return len(self.known)

    async def run(self, known: list[int] | None = None) -> list[int]:
        self.known = list(known or [])
        for _ in range(3):
            number = await self.numbers.receive()
            if number == 0:
                return self.known
            self.known.append(number)
        await noted(self.known)
        continue_as_new(self.known)
        return []


def told(run_id: UUID, *numbers: int, reply: RequestReply | None = None) -> list[SignalReceived]:
    return [SignalReceived(run_id=run_id, id=f"n{n}", name="numbers", payload=n, reply=reply) for n in numbers]


def chain(made: Cluster, run_id: UUID) -> list[StoredRun]:
    runs = [made.run(run_id)]
    while (following := runs[-1].continued_as) is not None:
        runs.append(made.run(following))
    return runs


async def test_what_comes_with_the_end_of_a_run_goes_on_to_its_successor_in_order() -> None:
    async with cluster() as made:
        await made.register(Rounds)
        run_id = await made.start(Rounds)
        await made.event(*told(run_id, 1, 2, 3, 4))
        (first,) = await made.actions(1)
        end = messages.ActionSucceeded(run_id=run_id, invocation=1, attempt=1)
        await made.event(*told(run_id, 5), end, *told(run_id, 6, 3, 7), end)
        (second,) = await made.actions(1)
        assert second.run_id == made.run(run_id).continued_as != run_id
        assert second.args == [[1, 2, 3, 4, 5, 6]]
        assert second.shard == first.shard
        await made.event(messages.ActionSucceeded(run_id=second.run_id, invocation=1, attempt=1), *told(run_id, 0))
        finished = await made.finished()
        assert finished.result == [1, 2, 3, 4, 5, 6, 7]
        assert [run.status for run in chain(made, run_id)] == [RunStatus.CONTINUED] * 2 + [RunStatus.COMPLETED]
        assert finished.run_id == chain(made, run_id)[-1].run_id


async def test_a_coordinator_that_dies_before_publishing_leaves_the_successor_to_the_next_one() -> None:
    async with cluster() as made:
        await made.register(Rounds)
        run_id = await made.start(Rounds)
        await made.event(*told(run_id, 1, 2, 3))
        (first,) = await made.actions(1)
        victim = made.services[1]
        victim.broker.hangs_before_publishing = True
        await made.succeed([first])
        await eventually(lambda: made.run(run_id).status is RunStatus.CONTINUED)
        successor = made.run(run_id).continued_as
        assert successor is not None
        assert made.sequence(successor) == [1]
        await victim.crash()
        await made.coordinator()
        await eventually(lambda: made.sequence(successor) == [1, 2])
        await made.event(*told(run_id, 4, 0))
        assert (await made.finished()).result == [1, 2, 3, 4]


async def test_a_request_that_a_run_of_the_chain_took_is_answered_and_not_taken_again() -> None:
    async with cluster() as made:
        await made.register(Rounds)
        run_id = await made.start(Rounds)
        reply = RequestReply(reply_to=made.replies_name, correlation_id="c")
        asked = UpdateRequested(run_id=run_id, id="u", name="count", reply=reply)
        await made.event(asked, *told(run_id, 1, 2, 3))
        first_answer = await made.reply()
        assert isinstance(first_answer, messages.RequestDone)
        await made.succeed(await made.actions(1))
        await eventually(lambda: made.run(run_id).continued_as is not None)
        await made.event(asked, *told(run_id, 2, 4, reply=reply))
        answers = [await made.reply() for _ in range(3)]
        by_id = {answer.id: answer for answer in answers if isinstance(answer, messages.RequestDone)}
        assert by_id.keys() == {"u", "n2", "n4"}
        assert by_id["u"].result == first_answer.result == 0
        assert (by_id["n2"].run_id, by_id["n4"].run_id) == (run_id, made.run(run_id).continued_as)
        await made.event(*told(run_id, 0))
        assert (await made.finished()).result == [1, 2, 3, 4]
        await made.event(*told(run_id, 2, reply=reply))
        assert isinstance(await made.reply(), messages.RequestDone)
        await made.event(*told(run_id, 9, reply=reply))
        assert isinstance(await made.reply(), messages.Refused)


async def test_runs_that_have_ended_otherwise_cost_no_look_at_chains(monkeypatch: pytest.MonkeyPatch) -> None:
    looked: list[str] = []
    find = MemoryRunStore.last_of_chains

    async def noted_find(store: Any, run_ids: Any) -> Any:
        looked.append("last_of_chains")
        return await find(store, run_ids)

    monkeypatch.setattr(MemoryRunStore, "last_of_chains", noted_find)
    async with cluster() as made:
        await made.register(Nothing)
        run_id = await made.start(Nothing, n=1)
        await made.finished()
        await made.event(messages.CancelRequested(run_id=run_id))
        await made.event(SignalReceived(run_id=run_id, id="x", name="x"))
        await made.start(Nothing, n=2)
        await made.finished()
        assert looked == []


@workflow
class Stubborn(Workflow):
    """Continues as new when it is cancelled for the first time, or when it is told to; sets an attribute each time."""

    name = "chains.stubborn"
    go = Signal[int]()

    def __init__(self) -> None:
        upsert_attributes(stage="begun")

    async def run(self, rounds: int = 0) -> int:
        if rounds == 0:
            upsert_attributes(stage=None)
        try:
            await self.go.receive()
        except asyncio.CancelledError:
            if rounds:
                raise
        continue_as_new(rounds + 1)
        return rounds


async def begun(made: Cluster, run_id: UUID | None = None) -> UUID:
    run_id = await made.start(Stubborn, run_id)
    await eventually(lambda: made.sequence(run_id) >= [1, 2])
    return run_id


async def test_attributes_that_only_the_successor_has_are_stored() -> None:
    async with cluster() as made:
        await made.register(Stubborn)
        run_id = await begun(made)
        await made.event(SignalReceived(run_id=run_id, id="a", name="go", payload=1))
        await eventually(lambda: made.run(run_id).continued_as is not None)
        assert run_id not in made.database.details or made.database.details[run_id].attributes == {}
        assert made.database.details[chain(made, run_id)[-1].run_id].attributes == {"stage": "begun"}


@pytest.mark.parametrize("again", [{"id": "again"}, {"from_parent": True}], ids=str)
async def test_a_run_that_was_cancelled_and_continued_is_cancelled_by_the_next_cancellation(again: Any) -> None:
    async with cluster() as made:
        await made.register(Stubborn)
        run_id = await begun(made)
        first = messages.CancelRequested(run_id=run_id, id="first")
        await made.event(first)
        await eventually(lambda: made.run(run_id).continued_as is not None)
        await made.event(first)  # a copy, which is not for the successor
        await idle(after_seconds=0.1)
        last = chain(made, run_id)[-1].run_id
        assert made.run(last).status is RunStatus.RUNNING
        await made.event(messages.CancelRequested(run_id=run_id, **again))
        await eventually(lambda: made.run(last).status is RunStatus.CANCELLED)


async def test_pauses_and_terminations_of_the_first_run_are_of_the_last() -> None:
    async with cluster() as made:
        await made.register(Stubborn)
        run_id = await begun(made)
        await made.event(SignalReceived(run_id=run_id, id="a", name="go", payload=1))
        await eventually(lambda: made.run(run_id).continued_as is not None)
        last = chain(made, run_id)[-1].run_id
        await made.event(messages.PauseRequested(run_id=run_id, id="p"))
        await eventually(lambda: made.run(last).paused_at is not None)
        await made.event(messages.ResumeRequested(run_id=run_id, id="r"))
        await eventually(lambda: made.run(last).paused_at is None)
        await made.event(messages.TerminateRequested(run_id=run_id, id="t"))
        await eventually(lambda: made.run(last).status is RunStatus.FAILED)


async def test_a_parents_cancellation_that_came_early_reaches_the_run_that_goes_on() -> None:
    async with cluster() as made:
        await made.register(Stubborn)
        run_id = new_run_id()
        await made.event(messages.CancelRequested(run_id=run_id, from_parent=True))
        await eventually(lambda: len(made.database.quarantine) == 1)
        await begun(made, run_id)
        await made.event(SignalReceived(run_id=run_id, id="a", name="go", payload=1))
        await eventually(lambda: made.run(run_id).continued_as is not None)
        last = chain(made, run_id)[-1].run_id
        await eventually(lambda: made.run(last).status is RunStatus.CANCELLED, within_seconds=30)
        assert made.database.quarantine == {}
