"""Run ids and keys that are used already: whose run a start is of, and who is told what."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from tests.support.cluster import Cluster, cluster
from tests.support.service_workflows import Nothing, Retried, Sleeps, Twice

from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id, shard_of
from warren.contracts.messages import RunStatus
from warren.ir.base import to_json
from warren.ports import Subscription


@pytest.fixture
async def compiled() -> AsyncIterator[Cluster]:
    async with cluster(coordinators=0) as made:
        await made.register(Nothing, Twice, Sleeps)
        yield made


def request(workflow: str, **fields: Any) -> bytes:
    return json.dumps({"workflow": workflow, **fields}).encode()


async def refusal(compiled: Cluster) -> messages.Refused:
    reply = await compiled.reply()
    assert isinstance(reply, messages.Refused), reply
    return reply


async def test_a_run_id_of_another_workflow_is_refused_naming_both(compiled: Cluster) -> None:
    run_id = await compiled.start(Nothing, n=1)
    first = await compiled.finished()
    await compiled.command(names.START_KEY, request("twice", run_id=str(run_id), input={"n": 1}, key="k"))
    refused = await refusal(compiled)
    assert (refused.error.code, refused.run_id) == ("run_id_taken", run_id)
    for part in (str(run_id), "'nothing'", "'twice'", "leave run_id away"):
        assert part in refused.error.message
    assert await compiled.dead() == ["run_id_taken"]
    assert (first.workflow, len(compiled.database.runs)) == ("nothing", 1)
    await compiled.command(names.START_KEY, request("twice", input={"n": 1}, key="k", reply="accepted"))
    reply = await compiled.reply()
    assert isinstance(reply, messages.RunAccepted)
    assert reply.created, "the key was not used up"


async def test_who_waits_for_a_run_is_not_put_out_by_a_start_with_its_id(compiled: Cluster) -> None:
    run_id = await compiled.start(Twice, n=1)
    await compiled.actions(1)
    await compiled.command(names.START_KEY, request("nothing", run_id=str(run_id)), correlation_id="other")
    await refusal(compiled)
    reply = compiled.run(run_id).reply
    assert reply is not None
    assert reply.correlation_id == "c"


@pytest.mark.parametrize(
    "changed",
    [{"input": {"n": 9}}, {"input": {}}, {"input": {"m": 1}}, {"key": "another"}, {"version": "0" * 64}],
    ids=["another input", "no input", "a wrong input", "a key", "a version"],
)
async def test_the_same_run_id_and_workflow_is_that_run_whatever_else_it_says(
    compiled: Cluster, changed: dict[str, Any]
) -> None:
    run_id = await compiled.start(Twice, n=1)
    await compiled.actions(1)
    body = {"run_id": str(run_id), "input": {"n": 1}, "reply": "both", **changed}
    await compiled.command(names.START_KEY, request("twice", **body), correlation_id="later")
    reply = await compiled.reply()
    assert isinstance(reply, messages.RunAccepted), reply
    assert (reply.run_id, reply.created) == (run_id, False)
    stored = compiled.run(run_id)
    assert stored.reply is not None
    assert (stored.input, stored.key, stored.reply.correlation_id) == ('{"n":1}', None, "later")
    assert not await compiled.has_actions()
    assert await compiled.dead() == []


@pytest.mark.parametrize("known_by", ["run_id", "key"])
async def test_a_start_that_fitted_is_answered_after_its_program_has_changed(compiled: Cluster, known_by: str) -> None:
    """Whoever waits asks again with what it said first, and the workflow may have other parameters by now."""
    known = {"run_id": str(new_run_id())} if known_by == "run_id" else {"key": "k"}
    body = request("twice", input={"n": 1}, reply="both", **known)
    await compiled.command(names.START_KEY, body)
    first = await compiled.reply()
    changed = replace(Retried.workflow_ir(), name="twice")
    source = messages.WorkflowSource(workflow="twice", ir=to_json(changed))
    await compiled.command(names.REGISTER_KEY, wire.dump(messages.RegisterWorkflows(workflows=(source,))))
    assert isinstance(await compiled.reply(), messages.WorkflowsRegistered)
    await compiled.command(names.START_KEY, body)
    again = await compiled.reply()
    assert isinstance(first, messages.RunAccepted)
    assert again == first.model_copy(update={"created": False})
    assert await compiled.dead() == []


async def test_of_two_starts_with_one_id_in_one_batch_the_first_one_has_it(compiled: Cluster) -> None:
    run_id = new_run_id()
    for workflow, correlation_id in (("nothing", "a"), ("twice", "b"), ("nothing", "c")):
        body = request(workflow, run_id=str(run_id), input={"n": 1})
        await compiled.command(names.START_KEY, body, correlation_id=correlation_id)
    kinds = sorted([(await compiled.reply()).type for _ in range(3)])
    assert kinds == ["refused", "run_finished", "run_finished"]
    assert compiled.run(run_id).workflow == "nothing"


# --- children ---------------------------------------------------------------------------------------------------------


async def events_of(compiled: Cluster, run_id: UUID) -> Subscription:
    """What comes to the run's shard; there is no coordinator."""
    queue = names.event_queue(shard_of(run_id, compiled.settings.shards))
    return await compiled.client.subscribe(queue, prefetch=10)


async def outcome_of_child(events: Subscription) -> messages.ChildFinished:
    (delivery,) = await events.receive(1)
    events.ack([delivery])
    (event,) = wire.load(messages.EventBatch, delivery.body).items
    assert isinstance(event, messages.ChildFinished)
    return event


def child(workflow: str, run_id: UUID, parent: UUID, shards: int, invocation: int = 1) -> bytes:
    made = messages.ParentRun(run_id=parent, shard=shard_of(parent, shards), invocation=invocation)
    return wire.dump(messages.StartRun(workflow=workflow, input={"n": 1}, run_id=run_id, parent=made))


@pytest.mark.parametrize("workflow", ["twice", "nothing"])
async def test_a_child_whose_id_another_run_has_fails_in_its_parent(compiled: Cluster, workflow: str) -> None:
    """A run of another workflow, or one of the same workflow that the parent did not start: it would wait for ever."""
    run_id, parent = await compiled.start(Twice, n=1), new_run_id()
    await compiled.actions(1)
    events = await events_of(compiled, parent)
    await compiled.command(names.START_KEY, child(workflow, run_id, parent, compiled.settings.shards), reply_to=None)
    event = await outcome_of_child(events)
    assert (event.run_id, event.invocation, event.status) == (parent, 1, RunStatus.FAILED)
    assert event.error["t"] == "warren.errors:RunIdTaken"
    assert str(run_id) in event.error["args"][0]
    assert await compiled.dead() == ["run_id_taken"]


async def test_a_child_that_is_started_twice_is_one_child(compiled: Cluster) -> None:
    run_id, parent = new_run_id(), new_run_id()
    events = await events_of(compiled, parent)
    for _ in range(2):
        body = child("nothing", run_id, parent, compiled.settings.shards)
        await compiled.command(names.START_KEY, body, reply_to=None)
        event = await outcome_of_child(events)
        assert (event.status, event.result) == (RunStatus.COMPLETED, 2)
    other = child("nothing", run_id, parent, compiled.settings.shards, invocation=2)
    await compiled.command(names.START_KEY, other, reply_to=None)
    event = await outcome_of_child(events)
    assert (event.invocation, event.status) == (2, RunStatus.FAILED)


@pytest.mark.parametrize("shard", [-1, 2, 10**30])
async def test_a_parent_in_no_shard_is_told_nothing(compiled: Cluster, shard: int) -> None:
    """An event for a shard that is none finds no queue, and would be published again for ever."""
    parent = {"run_id": str(new_run_id()), "shard": shard, "invocation": 1}
    for workflow in ("nothing", "nobody's"):
        await compiled.command(names.START_KEY, request(workflow, parent=parent))
        assert "parent.shard: there is no shard" in (await refusal(compiled)).error.message
    await compiled.start(Nothing, n=1)
    assert (await compiled.finished()).result == 2
