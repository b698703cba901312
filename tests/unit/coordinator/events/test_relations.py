"""Children with handles, and what runs ask each other, over memory adapters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest
from tests.support.clock import FakeClock
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.relation_workflows import Asks, Fallible, Hasty, Leaves, Policy, Stubborn, Tally, Tells

from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id, shard_of
from warren.contracts.limits import MAX_CHILD_DEPTH, encode_error
from warren.contracts.messages import RunStatus

ALL = (Asks, Fallible, Hasty, Leaves, Stubborn, Tally, Tells)


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster() as made:
        await made.register(*ALL)
        yield made


def events_of(cluster_: Cluster, run_id: UUID) -> list[str]:
    return [wire.load_event(row.event).type for _, row in sorted(cluster_.database.histories[run_id].items())]


async def child_of(working: Cluster, parent: UUID) -> UUID:
    def found() -> list[UUID]:
        return [run.run_id for run in working.database.runs.values() if run.parent and str(parent) in run.parent]

    await eventually(lambda: len(found()) == 1)
    return found()[0]


async def test_a_child_is_told_things_and_its_key_is_its_own(working: Cluster) -> None:
    parent = await working.start(Tells, key="k")
    finished = await working.finished()
    assert finished.result == [[0, 1, 2], "ended", "the key 'k'"]
    child = await child_of(working, parent)
    assert working.run(child).key == "k"
    assert events_of(working, child).count("signal_received") == 3
    assert events_of(working, parent)[1] == "child_started"


@pytest.mark.parametrize(
    ("policy", "status"),
    [("cancel", RunStatus.CANCELLED), ("terminate", RunStatus.FAILED), ("abandon", RunStatus.COMPLETED)],
)
async def test_children_are_treated_as_their_policy_says(working: Cluster, policy: Policy, status: RunStatus) -> None:
    await working.start(Leaves, policy=policy)
    await working.succeed(await working.actions(1), 2)
    child = UUID((await working.finished()).result)
    if policy == "cancel":
        (cleaning,) = await working.actions(1)
        assert cleaning.run_id == child
        await working.succeed([cleaning], 0)
    if policy == "abandon":
        signal = messages.SignalRun(run_id=child, signal="numbers", payload=1)
        await working.command(names.SIGNAL_KEY, wire.dump(signal))
        assert isinstance(await working.reply(), messages.RequestDone)
    await eventually(lambda: working.is_finished(child))
    assert working.run(child).status is status
    if policy == "terminate":
        assert not await working.has_actions()
        assert events_of(working, child)[-1] == "terminate_requested"


async def test_a_child_that_its_parent_gave_up_before_it_was_there_is_cancelled() -> None:
    """Its start and the request for its end lie in different queues: the request waits for the run."""
    clock = FakeClock()
    async with cluster(clock=clock) as working:
        await working.register(*ALL)
        child = new_run_id()
        await working.event(messages.CancelRequested(run_id=child, from_parent=True))
        await eventually(lambda: len(working.database.quarantine) == 1)
        await clock.advance(6)
        await working.start(Tally, child, count=1)
        await eventually(lambda: child in working.database.runs)
        await clock.advance(60)
        await working.succeed(await working.actions(1), 0)
        assert (await working.finished()).status is RunStatus.CANCELLED
        assert working.database.quarantine == {}
        assert await working.dead() == []


async def test_a_request_from_a_parent_for_a_run_that_never_comes_is_dead_lettered_in_the_end() -> None:
    clock = FakeClock()
    async with cluster(clock=clock) as working:
        await working.event(messages.TerminateRequested(run_id=new_run_id(), from_parent=True))
        await eventually(lambda: len(working.database.quarantine) == 1)
        for _ in range(12):
            await clock.advance(timedelta(hours=1).total_seconds())
        await eventually(lambda: working.database.quarantine == {})


async def test_a_parent_that_ends_at_once_leaves_no_child_behind(working: Cluster) -> None:
    parent = await working.start(Hasty)
    await working.finished()
    child = await child_of(working, parent)
    await working.succeed(await working.actions(1), 0)
    await eventually(lambda: working.is_finished(child))
    assert working.run(child).status is RunStatus.CANCELLED


async def test_a_chain_of_children_has_an_end(working: Cluster) -> None:
    parent = messages.ParentRun(run_id=new_run_id(), shard=0, invocation=1, depth=MAX_CHILD_DEPTH)
    start = messages.StartRun(workflow="tally", input={"count": 1}, run_id=new_run_id(), parent=parent)
    await working.command(names.START_KEY, wire.dump(start))
    refused = await working.reply()
    assert isinstance(refused, messages.Refused)
    assert "there are 101 runs above it, each the child of another, and 100 is the most" in refused.error.message
    last = start.model_copy(
        update={"parent": parent.model_copy(update={"depth": MAX_CHILD_DEPTH - 1}), "run_id": new_run_id()}
    )
    await working.command(names.START_KEY, wire.dump(last))
    await eventually(lambda: last.run_id in working.database.runs)


async def test_the_depth_of_a_run_is_that_of_its_parent_and_one(working: Cluster) -> None:
    above = messages.ParentRun(run_id=new_run_id(), shard=0, invocation=1, depth=6)
    parent = new_run_id()
    start = messages.StartRun(workflow="leaves", input={"policy": "abandon"}, run_id=parent, parent=above)
    await working.command(names.START_KEY, wire.dump(start))
    child = await child_of(working, parent)
    stored = wire.load_stored(messages.ParentRun, working.run(child).parent or "")
    assert (stored.depth, stored.awaits_start) == (7, True)


async def test_a_run_asks_another_one(working: Cluster) -> None:
    other = await working.start(Tally, count=2)
    for _ in range(2):
        await working.start(Asks, run_id=str(other))
    results = [await working.finished() for _ in range(3)]
    assert {each.workflow: each.result for each in results} == {"tally": [5, 5], "asks-others": "done"}
    third = await working.start(Tally, count=1)
    await working.start(Asks, run_id=str(third), cancel=True)
    assert (await working.finished()).result == "done"
    await working.succeed(await working.actions(1), 0)
    assert (await working.finished()).status is RunStatus.CANCELLED


async def test_what_cannot_be_asked_is_an_error_in_the_run_that_asks() -> None:
    clock = FakeClock()
    async with cluster(clock=clock) as working:
        await working.register(*ALL)
        nobody = new_run_id()
        await working.start(Asks, run_id=str(nobody))
        await eventually(lambda: working.client is not None and len(working.database.runs) == 1)
        while True:
            await clock.advance(3)
            if any(run.status is not RunStatus.RUNNING for run in working.database.runs.values()):
                break
        assert (await working.finished()).result.startswith(f"there is no run with the id {nobody}")
        ended = await working.start(Tally, count=0)
        await working.finished()
        await working.start(Asks, run_id=str(ended))
        assert (await working.finished()).result == "ended"
        deaf = await working.start(Fallible, n=1)
        await working.start(Asks, run_id=str(deaf))
        assert "has no signal 'numbers'; it has none" in (await working.finished()).result


async def test_a_request_that_comes_again_arrives_once_and_is_answered_again(working: Cluster) -> None:
    other = await working.start(Tally, count=2)
    asker = messages.AskingRun(run_id=new_run_id(), shard=0, invocation=1)
    request = messages.SignalRun(id="a:1", run_id=other, signal="numbers", payload=1, asker=asker)
    for _ in range(3):
        await working.command(names.SIGNAL_KEY, wire.dump(request), reply_to=None, correlation_id=None)
    await eventually(lambda: working.sequence(other) == [1, 2])
    wrong = request.model_copy(update={"asker": asker.model_copy(update={"shard": 999})})
    await working.command(names.SIGNAL_KEY, wire.dump(wrong))
    refused = await working.reply()
    assert isinstance(refused, messages.Refused)
    assert "there is no shard 999" in refused.error.message


async def test_what_a_run_waits_for_is_asked_again_after_the_loss_of_the_broker() -> None:
    async with cluster() as working:
        await working.register(*ALL)
        await eventually(lambda: names.MARKER_SETTING in working.database.settings)
        await working.start(Leaves, policy="abandon")
        (action,) = await working.actions(1)
        parent = action.run_id
        child = await child_of(working, parent)
        working.server.lose_data()
        (again,) = await working.actions(1)
        await working.succeed([again], 2)
        assert UUID((await working.finished()).result) == child
        assert len(working.database.runs) == 2


async def test_a_failed_child_is_started_again_with_an_id_and_a_key_of_its_own(working: Cluster) -> None:
    parent = await working.start(Stubborn)
    ids = []
    for _ in range(2):
        (action,) = await working.actions(1)
        ids.append(action.run_id)
        error = encode_error(ValueError("no"))
        await working.event(
            messages.ActionFailed(run_id=action.run_id, invocation=action.invocation, attempt=1, error=error)
        )
    (action,) = await working.actions(1)
    await working.succeed([action], 7)
    assert (await working.finished()).result == 7
    assert len({*ids, action.run_id, parent}) == 4
    assert [working.run(each).key for each in (*ids, action.run_id)] == ["stubborn", "stubborn#2", "stubborn#3"]


async def test_a_run_is_cancelled_by_one_message(working: Cluster) -> None:
    run_id = await working.start(Tally, count=1)
    await eventually(lambda: run_id in working.database.runs)
    for _ in range(2):
        await working.command(names.CANCEL_KEY, wire.dump(messages.CancelRun(run_id=run_id, reason="enough")))
        assert isinstance(await working.reply(), messages.RequestDone)
    await working.succeed(await working.actions(1), 0)
    finished = await working.finished()
    assert finished.status is RunStatus.CANCELLED
    await working.command(names.CANCEL_KEY, wire.dump(messages.CancelRun(run_id=run_id)))
    assert isinstance(await working.reply(), messages.RequestDone)


async def test_the_news_that_a_child_is_there_comes_again_with_its_start(working: Cluster) -> None:
    """A start that is repeated, because the broker lost the news, is answered with the news."""
    await working.start(Leaves, policy="abandon")
    (action,) = await working.actions(1)
    child = await child_of(working, action.run_id)
    shard = shard_of(action.run_id, working.settings.shards)
    parent = messages.ParentRun(run_id=action.run_id, shard=shard, invocation=1, awaits_start=True)
    start = messages.StartRun(workflow="tally", input={"count": 1}, run_id=child, parent=parent)
    await working.command(names.START_KEY, wire.dump(start), reply_to=None, correlation_id=None)
    await working.succeed([action], 2)
    await working.finished()
    assert events_of(working, action.run_id).count("child_started") == 1


@pytest.mark.parametrize(("policy", "wanted"), [("cancel", "cancel_requested"), ("terminate", "terminate_requested")])
async def test_children_of_a_parent_that_ended_before_the_broker_was_lost_end_after_all(
    policy: Policy, wanted: str
) -> None:
    """The request for their end was in the lost broker, and the run that made it has ended."""
    async with cluster() as working:
        await working.register(Tally)
        await eventually(lambda: names.MARKER_SETTING in working.database.settings)
        ids = {each: new_run_id() for each in (policy, "abandon")}
        for each, run_id in ids.items():
            parent = messages.ParentRun(run_id=new_run_id(), shard=0, invocation=1, policy=each)  # type: ignore[arg-type]  # of the policies
            start = messages.StartRun(workflow="tally", input={"count": 1}, run_id=run_id, parent=parent)
            await working.command(names.START_KEY, wire.dump(start), reply_to=None, correlation_id=None)
        await eventually(lambda: set(ids.values()) <= working.database.runs.keys())
        working.server.lose_data()
        await eventually(lambda: wanted in events_of(working, ids[policy]))
        assert events_of(working, ids["abandon"]) == ["run_started"]
