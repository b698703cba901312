"""Long actions: a worker that gives signs of life is left alone; one that stops is replaced, and not for ever."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.support.clock import FakeClock
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import Long, Twice

from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import messages, names, wire
from warren.contracts.messages import RunAction, RunStatus
from warren.ports import TransitionRow


class World:
    """A cluster on a clock of its own, and a worker that promotes actions."""

    def __init__(self, made: Cluster, clock: FakeClock) -> None:
        self.made = made
        self.clock = clock

    async def begin(self, action: RunAction, worker: str = "w1") -> None:
        before = self.made.sequence(action.run_id)
        await self.made.event(
            messages.ActionStarted(
                run_id=action.run_id,
                invocation=action.invocation,
                attempt=action.attempt,
                worker=worker,
                lease_seconds=30,
            )
        )
        await eventually(lambda: len(self.made.sequence(action.run_id)) == len(before) + 1)

    async def beat(self, action: RunAction, worker: str = "w1") -> None:
        await self.made.event(
            messages.ActionHeartbeat(
                run_id=action.run_id,
                invocation=action.invocation,
                attempt=action.attempt,
                worker=worker,
                lease_seconds=30,
            )
        )
        await self.clock.advance(0)

    async def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.clock.advance(1)


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = FakeClock()
    async with cluster(clock=clock, timer_poll=1, shards=1) as made:
        await made.register(Twice, Long)
        yield World(made, clock)


async def test_a_worker_with_a_heartbeat_is_left_alone(world: World) -> None:
    run_id = await world.made.start(Twice, n=1)
    (action,) = await world.made.actions(1)
    await world.begin(action)
    for _ in range(12):
        await world.pass_time(10)
        await world.beat(action)
    assert not await world.made.has_actions()
    await world.made.succeed([action], 2)
    await world.made.actions(1)
    assert world.made.sequence(run_id) == [1, 2, 3]
    assert world.made.run(run_id).wake_at is None


async def test_an_action_whose_worker_stops_is_sent_again_as_the_same_attempt(world: World) -> None:
    await world.made.start(Twice, n=1)
    (action,) = await world.made.actions(1)
    await world.begin(action)
    await world.pass_time(29)
    assert not await world.made.has_actions()
    await world.pass_time(3)
    assert await world.made.actions(1) == [action]
    await world.pass_time(60)
    assert not await world.made.has_actions(), "one expiry is one dispatch"


async def test_a_result_that_comes_late_after_all_is_taken(world: World) -> None:
    run_id = await world.made.start(Twice, n=1)
    (action,) = await world.made.actions(1)
    await world.begin(action)
    await world.pass_time(32)
    await world.made.actions(1)
    await world.made.succeed([action, action], 2)
    (second,) = await world.made.actions(1)
    assert second.invocation == 2
    assert world.made.sequence(run_id) == [1, 2, 3, 4]


async def test_an_action_that_loses_worker_after_worker_fails(world: World) -> None:
    run_id = await world.made.start(Twice, n=1)
    (action,) = await world.made.actions(1)
    for lost in range(3):
        await world.begin(action, worker=f"w{lost}")
        await world.pass_time(32)
        if lost < 2:
            assert await world.made.actions(1) == [action]
    finished = await world.made.finished()
    assert finished.status is RunStatus.FAILED
    assert finished.error["t"] == "warren.errors:WorkerLost"
    assert world.made.sequence(run_id) == list(range(1, 8))


async def test_nobody_is_lost_while_the_broker_is_away(world: World) -> None:
    """Heartbeats cannot come then; a worker that lives has a full lease afterwards to be heard."""
    await world.made.start(Twice, n=1)
    (action,) = await world.made.actions(1)
    await world.begin(action)
    world.made.server.stop()
    await world.pass_time(100)
    world.made.server.start()
    await world.pass_time(25)
    await world.beat(action)
    await world.pass_time(25)
    assert not await world.made.has_actions()
    await world.pass_time(10)
    assert await world.made.actions(1) == [action], "but a silent one is replaced"


async def test_a_new_coordinator_gives_a_full_lease_and_then_acts(world: World) -> None:
    await world.made.start(Twice, n=1)
    (action,) = await world.made.actions(1)
    await world.begin(action)
    await world.pass_time(20)
    await world.made.services[1].crash()
    await world.made.coordinator()
    await world.pass_time(9)
    await world.beat(action)
    await world.pass_time(25)
    assert not await world.made.has_actions()
    await world.pass_time(10)
    assert await world.made.actions(1) == [action]


async def test_a_lease_is_noticed_even_if_nothing_more_is_heard_of_the_run(world: World) -> None:
    await world.made.start(Twice, n=1)
    (action,) = await world.made.actions(1)
    await world.begin(action)
    await world.made.services[1].crash()
    await world.pass_time(40)
    await world.made.coordinator()
    await world.pass_time(40)
    assert await world.made.actions(1) == [action]


async def test_the_end_of_a_lease_that_another_coordinator_was_told_of_is_no_repetition(world: World) -> None:
    run_id = await world.made.start(Long, steps=5)
    await world.made.succeed(await world.made.actions(1), 1)
    (action,) = await world.made.actions(1)
    number, attempt = action.invocation, action.attempt
    started = messages.ActionStarted(run_id=run_id, invocation=number, attempt=attempt, worker="w2", lease_seconds=30)
    row = TransitionRow(run_id, 3, world.clock.now(), number, wire.dump(started).decode(), "[]")
    other = MemoryRunStore(world.made.database)
    await other.connect()
    await other.commit([row], [], [])
    await world.made.event(messages.LeaseExpired(run_id=run_id, invocation=number, attempt=attempt, worker="w2"))
    await world.pass_time(40)
    assert await world.made.actions(1) == [action]


async def test_leases_survive_a_snapshot(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren_coordinator.run_cache.FIRST_SNAPSHOT", 3)
    monkeypatch.setattr("warren_coordinator.run_cache._WORTH", 1)
    run_id = await world.made.start(Long, steps=5)
    await world.made.succeed(await world.made.actions(1), 1)
    (action,) = await world.made.actions(1)
    await world.begin(action)
    assert world.made.database.snapshots[run_id].seq == 3
    await world.made.services[1].crash()
    await world.made.coordinator()
    await world.pass_time(70)
    assert await world.made.actions(1) == [action]


async def test_a_worker_of_an_ended_run_is_told_to_stop(world: World) -> None:
    control = await world.made.client.declare_private_queue(bindings=[(names.CONTROL_EXCHANGE, "")])
    run_id = await world.made.start(Twice, n=1)
    (action,) = await world.made.actions(1)
    await world.begin(action)
    await world.made.event(messages.CancelRequested(run_id=run_id))
    await eventually(lambda: world.made.is_finished(run_id))
    body = await eventually(lambda: world.made.client.get(control))
    assert body is not None
    assert wire.load(messages.CancelActions, body).run_ids == (run_id,)
    await world.beat(action)
    again = await eventually(lambda: world.made.client.get(control))
    assert again is not None
    (part,) = wire.load(messages.CancelActions, again).attempts
    assert (part.run_id, part.attempts) == (run_id, ((action.invocation, 1),))


async def test_a_lost_broker_does_not_double_what_a_living_worker_holds(world: World) -> None:
    await world.made.start(Twice, n=1)
    (action,) = await world.made.actions(1)
    await world.begin(action)
    settings = world.made.database.settings
    before = await eventually(lambda: settings.get(names.MARKER_SETTING))
    await world.pass_time(5)
    world.made.server.lose_data()
    await world.clock.passing(
        eventually(
            lambda: (
                settings[names.MARKER_SETTING] != before and '"recovering_since":null' in settings[names.MARKER_SETTING]
            )
        )
    )
    assert not await world.made.has_actions()
    await world.made.succeed([action], 2)
    await world.made.actions(1)
