"""The coordinator over memory adapters: events become transitions once, whatever is repeated, late or lost."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
from tests.support.clock import FakeClock
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import Long, Nothing, Retried, Sleeps, Twice, Wide

from warren.contracts import messages, names
from warren.contracts.messages import RunStatus
from warren.errors import SequenceConflict, StoreUnavailable
from warren.ports import OutgoingMessage

ALL = (Long, Nothing, Retried, Sleeps, Twice, Wide)
OS_ERROR = {
    "$": "exception",
    "t": "builtins:OSError",
    "mro": ["builtins:OSError", "builtins:Exception"],
    "args": [],
}


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster() as made:
        await made.register(*ALL)
        yield made


async def test_a_run_goes_from_action_to_action_to_its_end(working: Cluster) -> None:
    run_id = await working.start(Twice, n=1)
    await working.succeed(await working.actions(1), 2)
    (second,) = await working.actions(1)
    assert (second.invocation, second.args) == (2, [2, 2])
    await working.succeed([second], 4)
    finished = await working.finished()
    assert (finished.run_id, finished.status, finished.result) == (run_id, RunStatus.COMPLETED, 4)
    assert working.sequence(run_id) == [1, 2, 3]


async def test_an_error_ends_the_run_and_is_reported(working: Cluster) -> None:
    await working.start(Twice, n=1)
    (action,) = await working.actions(1)
    error = {"$": "exception", "t": "builtins:ValueError", "mro": ["builtins:ValueError"], "args": ["no"], "a": {}}
    await working.event(messages.ActionFailed(run_id=action.run_id, invocation=1, attempt=1, error=error))
    finished = await working.finished()
    assert finished.status is RunStatus.FAILED
    assert finished.error["args"] == ["no"]


async def test_events_that_come_again_change_nothing(working: Cluster) -> None:
    run_id = await working.start(Twice, n=1)
    first = await working.actions(1)
    for _ in range(3):
        await working.succeed(first, 2)
    second = await working.actions(1)
    assert not await working.has_actions()
    await working.succeed(first, 99)
    await working.succeed(second, 4)
    await working.finished()
    await working.succeed(second, 4)
    await working.start(Nothing, n=1)
    await working.finished()
    assert working.sequence(run_id) == [1, 2, 3]
    assert await working.dead() == []


async def test_a_batch_of_events_is_one_commit(working: Cluster) -> None:
    run_id = await working.start(Wide, width=10)
    actions = await working.actions(10)
    commits = []
    working.database.before = lambda name: commits.append(name) if name == "commit" else None
    await working.event(
        *(messages.ActionSucceeded(run_id=run_id, invocation=each.invocation, attempt=1, result=1) for each in actions)
    )
    assert (await working.finished()).result == 10
    assert commits == ["commit"]
    assert working.sequence(run_id) == list(range(1, 12))


async def test_short_actions_share_messages_once_they_are_known_to_be_short(working: Cluster) -> None:
    await working.start(Twice, n=1)
    for _ in range(2):
        await working.succeed(await working.actions(1), 2, duration_ms=1.0)
    await working.finished()
    starter = await working.start(Long, steps=2)
    await working.start(Long, steps=2)
    first = await working.actions(2)
    await working.event(
        *(messages.ActionSucceeded(run_id=starter, invocation=1, attempt=1, result=1, duration_ms=1) for _ in first)
    )
    await working.actions(1)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"nonsense", "bad_message"),
        (b'{"v":1,"items":[{"type":"unheard_of"}]}', "bad_message"),
    ],
)
async def test_what_is_no_event_is_parked_and_the_rest_goes_on(working: Cluster, body: bytes, reason: str) -> None:
    await working.start(Twice, n=1)
    actions = await working.actions(1)
    await working.client.publish([OutgoingMessage(names.EVENTS_EXCHANGE, "0", body)])
    await working.succeed(actions, 2)
    await working.actions(1)
    assert await working.dead() == [reason]


async def test_an_event_of_a_newer_worker_is_understood(working: Cluster) -> None:
    await working.start(Twice, n=1)
    (action,) = await working.actions(1)
    event = messages.ActionSucceeded(run_id=action.run_id, invocation=action.invocation, attempt=1, result=2)
    newer = {"v": 1, "minor": 99, "items": [{**event.model_dump(mode="json"), "host": "a"}], "sent_by": "b"}
    await working.client.publish(
        [OutgoingMessage(names.EVENTS_EXCHANGE, names.event_key(action.shard), json.dumps(newer).encode())]
    )
    (second,) = await working.actions(1)
    assert (second.run_id, second.invocation) == (action.run_id, action.invocation + 1)


async def test_an_event_of_no_run_is_parked(working: Cluster) -> None:
    await working.event(messages.ActionSucceeded(run_id=uuid4(), invocation=1, attempt=1))
    assert await eventually(working.dead) == ["unknown_run"]


async def test_two_coordinators_on_one_run_make_one_history() -> None:
    """The history's key is the fence: whoever loses reloads the run and goes on from there."""
    async with cluster(coordinators=2, shards=1) as made:
        await made.register(*ALL)
        run_id = await made.start(Long, steps=6)
        for step in range(6):
            (action,) = await made.actions(1)
            assert action.invocation == step + 1
            await made.succeed([action], step)
            if step % 2:
                made.server.drop_connection(made.services[1 + step % 2].broker)
        await made.finished()
        assert made.sequence(run_id) == list(range(1, 8))


async def test_a_conflict_has_the_run_reloaded_and_the_event_applied(working: Cluster) -> None:
    run_id = await working.start(Twice, n=1)
    first = await working.actions(1)
    working.database.fail_next(SequenceConflict("other", run_ids=[run_id]), operation="commit")
    await working.succeed(first, 2)
    (second,) = await working.actions(1)
    assert second.args == [2, 2]
    assert working.sequence(run_id) == [1, 2]


async def test_a_coordinator_with_an_old_state_reloads_it_instead_of_losing_an_event() -> None:
    """A shard may move away and come back: what was cached meanwhile knows nothing of the newer invocations."""
    async with cluster(coordinators=1, shards=1) as made:
        await made.register(*ALL)
        run_id = await made.start(Long, steps=4)
        await made.succeed(await made.actions(1), 1)
        second = await made.actions(1)
        old = made.services[1]
        other = await made.coordinator()
        made.server.drop_connection(old.broker)  # the shard moves to the other one
        await made.succeed(second, 2)
        third = await made.actions(1)
        await other.drain()  # and back
        await made.succeed(third, 3)
        (fourth,) = await made.actions(1)
        assert fourth.invocation == 4
        assert made.sequence(run_id) == [1, 2, 3, 4]


async def test_a_coordinator_that_believes_a_retry_to_be_waiting_does_not_lose_its_result() -> None:
    """The attempt that the old state still waits to dispatch was dispatched by another coordinator, and has ended."""
    clock = FakeClock()
    async with cluster(clock=clock, timer_poll=1, shards=1) as made:
        await made.register(*ALL)
        run_id = await made.start(Retried)
        (first,) = await made.actions(1)
        await made.event(messages.ActionFailed(run_id=run_id, invocation=1, attempt=first.attempt, error=OS_ERROR))
        await eventually(lambda: len(made.sequence(run_id)) == 2)
        old = made.services[1]
        other = await made.coordinator()
        await eventually(lambda: len(made.server.queue(names.event_queue(0), made.client).consumers) == 2)
        made.server.drop_connection(old.broker)  # the shard moves to the other one
        await clock.advance(5.1)
        again = await made.actions(1)
        await other.drain()  # and back
        await made.succeed(again, 3)
        finished = await made.finished()
        assert finished.result == 3


@pytest.mark.parametrize("after", [False, True])
async def test_a_store_that_is_away_for_a_moment_costs_nothing(working: Cluster, after: bool) -> None:
    run_id = await working.start(Twice, n=1)
    first = await working.actions(1)
    working.database.fail_next(StoreUnavailable("away"), operation="commit", after=after)
    await working.succeed(first, 2)
    (second,) = await working.actions(1)
    assert second.invocation == 2
    assert working.sequence(run_id) == [1, 2]


async def test_timers_wake_the_run_at_their_time_and_not_before() -> None:
    clock = FakeClock()
    async with cluster(clock=clock, timer_poll=1) as made:
        await made.register(*ALL)
        run_id = await made.start(Sleeps, before=10, seconds=20)
        await eventually(lambda: made.sequence(run_id) == [1])
        await clock.advance(9.9)
        assert made.sequence(run_id) == [1]
        await clock.advance(0.2)
        await made.succeed(await made.actions(1), 2)
        await eventually(lambda: len(made.sequence(run_id)) == 3)
        assert made.run(run_id).wake_at is not None
        await clock.advance(19.9)
        assert not await made.has_actions()
        await clock.advance(0.2)
        await made.succeed(await made.actions(1), 3)
        assert (await made.finished()).result == 3
        assert made.run(run_id).wake_at is None


async def test_a_timer_of_a_dead_coordinator_is_found_in_the_store() -> None:
    clock = FakeClock()
    async with cluster(clock=clock, timer_poll=1) as made:
        await made.register(*ALL)
        run_id = await made.start(Sleeps, before=0, seconds=60)
        await clock.advance(0.1)
        await made.succeed(await made.actions(1), 2)
        await eventually(lambda: made.run(run_id).wake_at is not None)
        await made.services[1].crash()
        await clock.advance(61.5)
        await made.coordinator()
        await made.actions(1)


async def test_a_retry_waits_for_its_backoff() -> None:
    clock = FakeClock()
    async with cluster(clock=clock, timer_poll=1) as made:
        await made.register(*ALL)
        run_id = await made.start(Retried)
        (action,) = await made.actions(1)
        await made.event(messages.ActionFailed(run_id=run_id, invocation=1, attempt=1, error=OS_ERROR))
        await eventually(lambda: len(made.sequence(run_id)) == 2)
        assert not await made.has_actions()
        await clock.advance(5.1)
        (again,) = await made.actions(1)
        assert (again.invocation, again.attempt, action.attempt) == (1, 2, 1)


async def test_a_long_run_is_continued_from_its_snapshot(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren_coordinator.run_cache.FIRST_SNAPSHOT", 20)
    async with cluster() as made:
        await made.register(*ALL)
        run_id = await made.start(Long, steps=30)
        for step in range(29):
            await made.succeed(await made.actions(1), step)
        last = await made.actions(1)
        snapshot = made.database.snapshots[run_id]
        assert 20 <= snapshot.seq < 30
        await made.services[1].crash()
        await made.coordinator()
        await made.succeed(last, 7)
        assert (await made.finished()).result == 7


async def test_a_wide_gather_gets_no_snapshot_before_it_is_nearly_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren_coordinator.run_cache.FIRST_SNAPSHOT", 20)
    async with cluster() as made:
        await made.register(*ALL)
        run_id = await made.start(Wide, width=90)
        actions = await made.actions(90)
        await made.succeed(actions[:70], 1)
        await eventually(lambda: len(made.sequence(run_id)) == 71)
        assert run_id not in made.database.snapshots
        await made.succeed(actions[70:-1], 1)
        await eventually(lambda: len(made.sequence(run_id)) == 90)
        assert made.database.snapshots[run_id].seq >= 80
        await made.succeed(actions[-1:], 1)
        assert (await made.finished()).result == 90


async def test_forgotten_runs_are_loaded_again() -> None:
    async with cluster(cache_runs=1) as made:
        await made.register(*ALL)
        for n in range(5):
            await made.start(Twice, n=n)
        await made.succeed(await made.actions(5), 1)
        await made.succeed(await made.actions(5), 2)
        assert [(await made.finished()).result for _ in range(5)] == [2] * 5


async def test_draining_finishes_and_acknowledges_what_is_in_hand() -> None:
    async with cluster() as made:
        await made.register(*ALL)
        await made.start(Twice, n=1)
        await made.succeed(await made.actions(1), 2)
        await made.actions(1)
        for service in made.services:
            await service.drain()
        for shard in range(made.settings.shards):
            stats = await made.client.stats(names.event_queue(shard))
            assert stats is not None
            assert stats.messages == 0


async def test_a_run_begins_from_the_seed_of_its_first_action_and_is_not_loaded(working: Cluster) -> None:
    run_id = await working.start(Twice, n=1)
    (first,) = await working.actions(1, with_seeds=True)
    loads: list[str] = []
    working.database.before = loads.append
    await working.succeed_with_seed(first, 2)
    (second,) = await working.actions(1, with_seeds=True)
    assert second.seed is None
    await working.succeed([second], 4)
    assert (await working.finished()).result == 4
    assert working.sequence(run_id) == [1, 2, 3]
    assert "commit" in loads
    assert "load_runs" not in loads


async def test_an_outdated_seed_changes_nothing() -> None:
    async with cluster(cache_runs=1) as made:
        await made.register(*ALL)
        run_id = await made.start(Twice, n=1)
        (first,) = await made.actions(1, with_seeds=True)
        await made.succeed_with_seed(first, 2)
        (second,) = await made.actions(1)
        await made.services[1].crash()
        await made.coordinator()
        await made.succeed_with_seed(first, 99)
        await made.succeed_with_seed(first.model_copy(update={"seed": '{"not":"a seed"}'}), 99)
        await made.succeed([second], 4)
        assert (await made.finished()).result == 4
        assert made.sequence(run_id) == [1, 2, 3]
        assert not await made.has_actions()


async def test_a_large_input_does_not_travel_as_a_seed(working: Cluster) -> None:
    await working.start(Twice, n=10**1500)
    (action,) = await working.actions(1, with_seeds=True)
    assert action.seed is None
