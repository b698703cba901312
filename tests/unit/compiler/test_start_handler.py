"""The compiler service over memory adapters: registering, starting once, refusing with a reason."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import Nothing, Sleeps, Twice

from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.errors import StoreUnavailable


@pytest.fixture
async def compiled() -> AsyncIterator[Cluster]:
    async with cluster(coordinators=0) as made:
        await made.register(Nothing, Twice, Sleeps)
        yield made


def request(workflow: str, **fields: Any) -> bytes:
    return json.dumps({"workflow": workflow, **fields}).encode()


async def test_a_start_makes_a_run_and_sends_its_first_action(compiled: Cluster) -> None:
    run_id = await compiled.start(Twice, n=1)
    (action,) = await compiled.actions(1)
    assert (action.run_id, action.invocation, action.attempt, action.args) == (run_id, 1, 1, [1, 1])
    assert compiled.run(run_id).status is RunStatus.RUNNING
    assert compiled.sequence(run_id) == [1]


async def test_a_run_with_nothing_to_wait_for_ends_in_its_first_transition(compiled: Cluster) -> None:
    lifecycle = await compiled.client.declare_private_queue(bindings=[(names.LIFECYCLE_EXCHANGE, "run.#")])
    run_id = await compiled.start(Nothing, n=4)
    finished = await compiled.finished()
    assert (finished.run_id, finished.status, finished.result) == (run_id, RunStatus.COMPLETED, 5)
    assert compiled.run(run_id).result == "5"
    announced = await compiled.client.get(lifecycle)
    assert announced is not None
    assert wire.load_reply(announced) == finished


async def test_starting_twice_with_one_run_id_makes_one_run(compiled: Cluster) -> None:
    run_id = await compiled.start(Twice, n=1)
    await compiled.start(Twice, run_id, n=1)
    await compiled.actions(1)
    assert not await compiled.has_actions()
    assert len(compiled.database.runs) == 1


async def test_a_second_start_of_an_ended_run_gets_the_stored_outcome(compiled: Cluster) -> None:
    run_id = await compiled.start(Nothing, n=1)
    first = await compiled.finished()
    await compiled.start(Nothing, run_id, n=1)
    assert await compiled.finished() == first


async def test_a_used_key_answers_with_the_run_that_has_it(compiled: Cluster) -> None:
    await compiled.command(names.START_KEY, request("twice", input={"n": 1}, key="k", reply="accepted"))
    first = await compiled.reply()
    assert isinstance(first, messages.RunAccepted)
    assert first.created
    await compiled.command(names.START_KEY, request("twice", input={"n": 2}, key="k", reply="both"), correlation_id="d")
    second = await compiled.reply()
    assert isinstance(second, messages.RunAccepted)
    assert (second.run_id, second.created) == (first.run_id, False)
    reply = compiled.run(first.run_id).reply
    assert reply is not None
    assert reply.correlation_id == "d"


@pytest.mark.parametrize(
    ("properties", "runs"),
    [
        ({"message_id": "m1"}, 1),
        ({"correlation_id": "c1"}, 1),
        ({"correlation_id": None}, 2),
        ({"reply_to": None}, 2),
    ],
)
async def test_what_identifies_a_start_without_an_id(compiled: Cluster, properties: dict[str, Any], runs: int) -> None:
    for _ in range(2):
        await compiled.command(names.START_KEY, request("twice", input={"n": 1}), **properties)
    await eventually(lambda: len(compiled.database.runs) == runs)
    await compiled.actions(runs)
    assert not await compiled.has_actions()
    assert len(compiled.database.runs) == runs


@pytest.mark.parametrize(
    ("body", "code", "mentions"),
    [
        (b"{", "bad_message", "StartRun"),
        (request("twice", input={"n": 1}, colour="red"), "bad_message", "colour"),
        (request("twice", input={"n": 1}, v=2), "unsupported_version", "upgrade"),
        (request("Unheard"), "unknown_workflow", "Unheard"),
        (request("twice", input={}), "invalid_input", "'n'"),
        (request("twice", input={"n": "one"}), "invalid_input", "n"),
        (request("twice", input={"n": 1, "m": 2}), "invalid_input", "'m'"),
        (request("twice", input={"n": 1}, version="0" * 64), "unknown_workflow", "version"),
    ],
)
async def test_what_cannot_be_started_is_refused_and_parked(
    compiled: Cluster, body: bytes, code: str, mentions: str
) -> None:
    await compiled.command(names.START_KEY, body)
    reply = await compiled.reply()
    assert isinstance(reply, messages.Refused)
    assert reply.error.code == code
    assert mentions in reply.error.message
    assert await compiled.dead() == [code]
    assert not compiled.database.runs


async def test_a_refusal_is_logged_with_the_run_that_was_wanted(compiled: Cluster) -> None:
    run_id = new_run_id()
    with capture_logs() as said:
        await compiled.command(names.START_KEY, request("Unheard", run_id=str(run_id)))
        await compiled.reply()
    (line,) = (each for each in said if each["event"] == "command refused")
    assert line["run_id"] == str(run_id)


async def test_one_wrong_start_does_not_keep_its_batch_from_starting(compiled: Cluster) -> None:
    await compiled.command(names.START_KEY, b"[]", reply_to=None)
    await compiled.start(Twice, n=1)
    await compiled.command(names.START_KEY, request("twice", input={}), reply_to=None)
    await compiled.start(Twice, n=2)
    assert sorted(action.args[0] for action in await compiled.actions(2)) == [1, 2]
    assert sorted(await compiled.dead()) == ["bad_message", "invalid_input"]


async def test_an_ir_that_is_none_is_refused(compiled: Cluster) -> None:
    source = messages.WorkflowSource(workflow="X", ir={"k": "Nonsense"})
    await compiled.command(names.REGISTER_KEY, wire.dump(messages.RegisterWorkflows(workflows=(source,))))
    reply = await compiled.reply()
    assert isinstance(reply, messages.Refused)
    assert await compiled.dead() == ["bad_message"]


async def test_a_commit_whose_acknowledgement_is_lost_still_sends_the_first_action(compiled: Cluster) -> None:
    compiled.database.fail_next(StoreUnavailable("lost"), operation="create_runs", after=True)
    run_id = await compiled.start(Twice, n=1)
    (action,) = await compiled.actions(1)
    assert action.run_id == run_id
    assert compiled.sequence(run_id) == [1]


async def test_a_compiler_that_dies_before_publishing_leaves_it_to_the_next_one() -> None:
    async with cluster(coordinators=0) as made:
        await made.register(Nothing, Twice)
        made.services[0].broker.hangs_before_publishing = True
        run_ids = [await made.start(Twice, n=1), await made.start(Nothing, n=1)]
        await eventually(lambda: len(made.database.runs) == 2)
        await made.services[0].crash()
        assert not await made.has_actions()
        await made.compiler()
        (action,) = await made.actions(1)
        assert action.run_id == run_ids[0]
        assert (await made.finished()).run_id == run_ids[1]
        assert not await made.has_actions()


async def test_a_redelivered_start_sends_only_what_is_still_pending() -> None:
    async with cluster(coordinators=1) as made:
        await made.register(Twice)
        compiler = made.services[0]
        compiler.broker.loses_acknowledgements = True
        run_id = await made.start(Twice, n=1)
        await made.succeed(await made.actions(1), 2)
        await made.actions(1)
        await compiler.crash()
        await made.compiler()
        await made.start(Nothing)
        while not isinstance(await made.reply(), messages.Refused):
            pass  # once it is refused, the redelivered start before it has been handled
        assert not await made.has_actions()
        assert made.sequence(run_id) == [1, 2]


async def test_a_sleep_at_the_start_is_timed_by_the_compiler(compiled: Cluster) -> None:
    await compiled.coordinator()
    await compiled.start(Sleeps, before=0, seconds=0)
    await compiled.actions(1)


async def test_the_version_that_was_asked_for_runs(compiled: Cluster) -> None:
    version = (await compiled.register(Twice)).versions["twice"]
    run_id = new_run_id()
    await compiled.command(names.START_KEY, request("twice", input={"n": 1}, version=version, run_id=str(run_id)))
    await compiled.actions(1)
    assert compiled.run(run_id).version == version
