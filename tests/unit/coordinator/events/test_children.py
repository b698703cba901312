"""Child runs over memory adapters: started once, their outcome told to the parent once, cancelled with it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import Forgetful, Parent, Twice

from warren.contracts import messages, names, wire
from warren.contracts.ids import shard_of
from warren.contracts.messages import RunStatus


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster() as made:
        await made.register(Forgetful, Parent, Twice)
        yield made


async def test_the_parent_gets_the_result_of_its_child(working: Cluster) -> None:
    parent = await working.start(Parent, n=3)
    first = sorted(await working.actions(2), key=lambda action: action.workflow)
    assert [action.workflow for action in first] == ["parent", "twice"]
    own, child = first
    assert child.run_id != parent
    await working.succeed([own], 6)
    await working.succeed([child], 4)
    (second,) = await working.actions(1)
    await working.succeed([second], 40)
    finished = await working.finished()
    assert (finished.run_id, finished.result) == (parent, [40, 6])
    assert working.sequence(parent) == [1, 2, 3]
    assert working.sequence(child.run_id) == [1, 2, 3]


async def test_a_child_that_was_lost_with_the_broker_is_started_again() -> None:
    async with cluster() as made:
        await made.register(Parent, Twice)
        await eventually(lambda: names.MARKER_SETTING in made.database.settings)
        parent = await made.start(Parent, n=3)
        await made.actions(2)
        made.server.lose_data()
        again = await made.actions(2)
        assert sorted(action.workflow for action in again) == ["parent", "twice"]
        assert [action.run_id for action in again if action.workflow == "parent"] == [parent]


async def test_the_parent_gets_the_exception_of_its_child(working: Cluster) -> None:
    await working.start(Parent, n=3)
    child = next(action for action in await working.actions(2) if action.workflow == "twice")
    error = {"$": "exception", "t": "builtins:ValueError", "mro": ["builtins:ValueError"], "args": ["no"], "a": {}}
    await working.event(messages.ActionFailed(run_id=child.run_id, invocation=1, attempt=1, error=error))
    finished = await working.finished()
    assert (finished.status, finished.error["args"]) == (RunStatus.FAILED, ["no"])


async def test_a_child_that_cannot_start_fails_in_its_parent() -> None:
    async with cluster() as other:
        await other.register(Parent)
        parent = await other.start(Parent, n=3)
        finished = await other.finished()
        assert finished.run_id == parent
        assert finished.error["t"] == "warren.errors:UnknownWorkflow"


async def test_a_child_that_nobody_waits_for_is_cancelled(working: Cluster) -> None:
    await working.start(Forgetful, n=1)
    actions = {action.workflow: action for action in await working.actions(2)}
    await working.succeed([actions["forgetful"]], 2)
    assert (await working.finished()).result == 2
    child = actions["twice"].run_id
    await eventually(lambda: working.is_finished(child))
    assert working.run(child).status is RunStatus.CANCELLED


async def test_a_child_that_ended_while_the_broker_was_lost_tells_its_parent_again(working: Cluster) -> None:
    parent = await working.start(Parent, n=3)
    child = next(action for action in await working.actions(2) if action.workflow == "twice")
    start = messages.StartRun(
        workflow="twice",
        input={"n": 3},
        run_id=child.run_id,
        parent=messages.ParentRun(run_id=parent, shard=shard_of(parent, working.settings.shards), invocation=1),
    )
    await working.succeed([child], 4)
    await working.succeed(await working.actions(1), 40)
    await eventually(lambda: working.sequence(parent) == [1, 2])
    await working.command(names.START_KEY, wire.dump(start), reply_to=None, correlation_id=None)
    await working.command(names.START_KEY, wire.dump(start), reply_to=None, correlation_id=None)
    await eventually(lambda: working.sequence(parent) == [1, 2])
    assert await working.dead() == []
