"""What was lost with a purged or deleted queue is published again; what only takes its time is not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from uuid import UUID

import pytest
from tests.support.clock import FakeClock
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import ChildLater, Nothing, Sleeps, Twice, Wide

from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunAction
from warren.ports import OutgoingMessage

ACTIONS = names.action_queue(names.DEFAULT_ACTION_QUEUE)
EVENTS = names.event_queue(0)
LONG_AFTER = 165
"""Seconds until what is lost has been published again, at the latest: 60 to notice, 90 to be sure, and some to look."""


class World:
    """A cluster on a clock of its own; the test is the worker."""

    def __init__(self, made: Cluster, clock: FakeClock) -> None:
        self.made = made
        self.clock = clock

    async def pass_time(self, seconds: float) -> None:
        for _ in range(int(seconds)):
            await self.clock.advance(1)

    async def depth(self, queue: str) -> int:
        stats = await self.made.client.stats(queue)
        return 0 if stats is None else stats.messages

    async def lease(self, action: RunAction, *, beat: bool = False) -> None:
        kind = messages.ActionHeartbeat if beat else messages.ActionStarted
        event = kind(
            run_id=action.run_id, invocation=action.invocation, attempt=action.attempt, worker="w", lease_seconds=30
        )
        await self.made.event(event)
        await self.clock.advance(0)

    async def is_lost(self, action: RunAction) -> bool:
        """Whether the action comes again, and alone."""
        await self.pass_time(LONG_AFTER)
        again = await self.take_all()
        return list(map(identity, again)) == [identity(action)]

    async def take_all(self) -> list[RunAction]:
        """Every action that is there."""
        taken: list[RunAction] = []
        while await self.made.has_actions():
            (delivery,) = await self.made.worker.receive(1)
            self.made.worker.ack([delivery])
            taken += wire.load(messages.ActionBatch, delivery.body).items
        return taken

    async def settle(self) -> None:
        """Wait until the services have acknowledged what they have dealt with, so that none of it comes again."""
        queues = [self.made.server.queue(name, self.made.client) for name in (names.START_QUEUE, EVENTS)]
        await eventually(lambda: not any(each._unsettled for queue in queues for each in queue.consumers))  # type: ignore[attr-defined]  # what the memory broker knows of its consumers


def identity(action: RunAction) -> tuple[UUID, int, int]:
    return action.run_id, action.invocation, action.attempt


async def has_messages(made: Cluster, queue: str, count: int) -> bool:
    stats = await made.client.stats(queue)
    return stats is not None and stats.messages == count


@pytest.fixture(params=[1, 2], ids=["one coordinator", "two coordinators"])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    clock = FakeClock()
    async with cluster(clock=clock, timer_poll=1, shards=1, coordinators=request.param) as made:
        await made.register(Twice, Sleeps, Wide, ChildLater, Nothing)
        yield World(made, clock)


async def test_actions_of_a_purged_queue_run_after_all(world: World) -> None:
    made = world.made
    runs = [await made.start(Twice, n=n) for n in range(4)]
    await eventually(lambda: has_messages(made, ACTIONS, 3))  # the worker has one of four
    assert await made.client.purge(ACTIONS) == 3
    await made.succeed(await made.actions(1), 1)
    await made.succeed(await made.actions(1), 1)
    await world.pass_time(LONG_AFTER)
    again = await made.actions(3)
    assert {action.run_id for action in again} | {(await made.finished()).run_id} == set(runs)
    await made.succeed(again, 2)
    await made.succeed(await made.actions(3), 3)
    await eventually(lambda: all(made.is_finished(run_id) for run_id in runs))
    await world.pass_time(300)
    assert not await made.has_actions()


async def test_a_result_that_was_purged_is_asked_for_again(world: World) -> None:
    made = world.made
    run_id = await made.start(Twice, n=1)
    (action,) = await made.actions(1)
    await world.settle()
    for service in made.services[1:]:
        await service.crash()
    await made.succeed([action], 2)
    assert await made.client.purge(EVENTS) == 1
    await made.coordinator()
    assert await world.is_lost(action)
    await made.succeed([action], 2)
    await made.succeed(await made.actions(1), 4)
    await eventually(lambda: made.is_finished(run_id))


@pytest.mark.parametrize("queue", [ACTIONS, EVENTS])
async def test_runs_survive_a_deleted_queue(world: World, queue: str) -> None:
    made = world.made
    runs = [await made.start(Twice, n=n) for n in range(3)]
    await eventually(lambda: all(made.sequence(run_id) for run_id in runs))
    held = await made.actions(1)
    made.server.delete_queue(queue)
    await made.succeed(held, 1)
    for _ in range(6):
        await world.pass_time(LONG_AFTER)
        await made.succeed(await world.take_all(), 1)
        await world.clock.advance(0)
    assert all(made.is_finished(run_id) for run_id in runs)


async def test_a_backlog_is_left_alone_however_old_it_is(world: World) -> None:
    made = world.made
    runs = [await made.start(Twice, n=n) for n in range(5)]
    await eventually(lambda: all(made.sequence(run_id) for run_id in runs))
    await world.pass_time(1200)
    assert await world.depth(ACTIONS) == 4
    for left in range(5):
        (action,) = await made.actions(1)
        await world.pass_time(29)  # nearly long enough for a lease
        await made.succeed([action], 1, duration_ms=1000)
        await eventually(lambda count=left: sum(len(made.sequence(run_id)) for run_id in runs) == 5 + count + 1)
    second = await world.take_all()
    assert len(second) == 5
    assert {action.invocation for action in second} == {2}


async def test_what_was_taken_from_an_old_backlog_a_moment_ago_is_not_lost(world: World) -> None:
    made = world.made
    runs = [await made.start(Twice, n=n) for n in range(3)]
    await eventually(lambda: all(made.sequence(run_id) for run_id in runs))
    await world.pass_time(600)
    actions = await made.actions(3)
    for _ in range(3):
        await world.pass_time(29)
        assert not await made.has_actions()
    for action in actions:
        await world.lease(action)
    for _ in range(30):
        await world.pass_time(10)
        for action in actions:
            await world.lease(action, beat=True)
    assert not await made.has_actions()


async def test_results_that_wait_for_a_coordinator_are_not_lost(world: World) -> None:
    """The shard's coordinator is stuck with what it holds, and more waits in the queue; the other one looks on."""
    made = world.made
    if len(made.services) < 3:
        await made.coordinator()
    run_id = await made.start(Twice, n=1)
    (action,) = await made.actions(1)
    for service in made.services[1:]:
        await service.crash()
    await made.succeed([action], 2)
    looking = await made.coordinator()
    await eventually(lambda: made.server.queue(EVENTS, made.client).consumers)
    made.server.drop_connection(looking.broker)
    await made.succeed(await made.actions(1), 3)
    await eventually(lambda: made.is_finished(run_id))
    await world.pass_time(300)
    assert not await made.has_actions()


async def test_a_run_that_stopped_to_catch_its_breath_goes_on(world: World) -> None:
    made = world.made
    for service in made.services[1:]:
        await service.crash()
    run_id = await made.start(Wide, width=1001)
    await eventually(lambda: made.sequence(run_id))
    assert await made.client.purge(EVENTS) == 1
    assert await made.client.purge(ACTIONS) == 999
    await made.succeed(await made.actions(1), 1)
    await made.client.purge(EVENTS)
    await made.coordinator()
    await world.pass_time(LONG_AFTER)
    taken = await made.actions(1001)
    assert Counter(action.invocation for action in taken) == Counter(range(1, 1002))
    await made.succeed(taken, 1)
    await eventually(lambda: made.is_finished(run_id))


async def with_a_child_to_start(world: World) -> None:
    """A parent whose child is to be started while no compiler is there."""
    made = world.made
    await made.start(ChildLater, n=1)
    (action,) = await made.actions(1)
    await world.settle()
    await made.services[0].crash()
    await made.succeed([action], 2)
    await eventually(lambda: len(made.server.queue(names.START_QUEUE, made.client)))


async def test_a_child_whose_start_was_purged_is_started(world: World) -> None:
    made = world.made
    await with_a_child_to_start(world)
    assert await made.client.purge(names.START_QUEUE) == 1
    await made.compiler()
    await world.pass_time(LONG_AFTER)
    await made.succeed(await made.actions(1), 3)
    await made.succeed(await made.actions(1), 5)
    assert (await made.finished()).result == 5


async def test_a_child_that_waits_to_be_started_or_runs_is_left_alone(world: World) -> None:
    made = world.made
    await with_a_child_to_start(world)
    await world.pass_time(600)
    assert await world.depth(names.START_QUEUE) == 1
    compiler = await made.compiler()
    (action,) = await made.actions(1)
    await world.settle()
    await compiler.crash()
    await world.lease(action)
    for _ in range(60):
        await world.pass_time(10)
        await world.lease(action, beat=True)
    assert await world.depth(names.START_QUEUE) == 0


async def test_the_outcome_of_a_child_that_was_purged_is_told_again(world: World) -> None:
    made = world.made
    await made.start(ChildLater, n=1)
    for value in (2, 3):
        await made.succeed(await made.actions(1), value)
    (action,) = await made.actions(1)
    for service in made.services[1:]:
        service.broker.hangs_before_publishing = True
    await made.succeed([action], 5)
    await eventually(lambda: made.is_finished(action.run_id))
    for service in made.services[1:]:
        await service.crash()
    await made.client.purge(EVENTS)
    await made.coordinator()
    await world.pass_time(LONG_AFTER)
    assert (await made.finished()).result == 5


async def test_what_is_lost_again_and_again_is_published_ever_more_seldom_and_not_for_ever(world: World) -> None:
    made = world.made
    await made.start(Twice, n=1)
    await made.actions(1)
    await made.worker.cancel()
    at: list[int] = []
    for step in range(6 * 360):
        await world.clock.advance(10)
        if await made.client.purge(ACTIONS):
            at.append(step)
    gaps = [later - earlier for earlier, later in pairwise(at)]
    assert len(at) == 6
    assert gaps == sorted(gaps)
    assert gaps[-1] > 4 * gaps[0]


async def test_time_in_which_this_process_slept_does_not_count(world: World) -> None:
    made = world.made
    await made.start(Twice, n=1)
    (action,) = await made.actions(1)
    await world.pass_time(100)
    await world.clock.advance(1000)
    await world.pass_time(25)
    assert not await made.has_actions()
    await world.lease(action)
    await world.pass_time(25)
    assert not await made.has_actions()


async def test_time_in_which_the_broker_takes_nothing_does_not_count(world: World) -> None:
    """The worker can neither answer nor take a lease; its own message is not lost."""
    made = world.made
    await made.start(Twice, n=1)
    (action,) = await made.actions(1)
    open_again = asyncio.Event()
    for service in made.services[1:]:
        hold_back(service.broker, open_again)
    await world.pass_time(900)
    open_again.set()
    await world.pass_time(5)
    await world.lease(action)
    await world.pass_time(20)
    assert not await made.has_actions()


def hold_back(broker: object, until: asyncio.Event) -> None:
    """An alarm: nothing published is confirmed."""
    publish = broker.publish  # type: ignore[attr-defined]  # a broker

    async def wait(messages: Sequence[OutgoingMessage]) -> None:
        await until.wait()
        await publish(messages)

    broker.publish = wait  # type: ignore[attr-defined]  # the fault itself


async def test_runs_that_sleep_cost_one_look_each_and_idle_costs_next_to_nothing(world: World) -> None:
    made = world.made
    runs = [await made.start(Sleeps, before=86_400, seconds=0) for _ in range(300)]
    await eventually(lambda: all(made.sequence(run_id) for run_id in runs))
    counts: Counter[str] = Counter()
    made.database.before = lambda name: counts.update([name])
    await world.pass_time(3600)
    sweep = {name: counts[name] for name in ("idle_runs", "load_runs", "running_among")}
    assert sweep["load_runs"] == 300 / 50
    assert sum(sweep.values()) < 3600 / 10, sweep
    assert not await made.has_actions()


async def test_the_next_coordinator_goes_on_where_the_sweeping_one_died() -> None:
    clock = FakeClock()
    async with cluster(clock=clock, timer_poll=1, shards=1, coordinators=2) as made:
        await made.register(Twice)
        world = World(made, clock)
        await made.start(Twice, n=1)
        (action,) = await made.actions(1)
        await world.pass_time(70)
        await made.services[1].crash()
        await world.pass_time(130)
        assert await world.is_lost(action)


async def test_a_run_of_an_unknown_id_is_no_reason_to_stop(world: World) -> None:
    """A run that ended or vanished between two looks is a suspect no more."""
    made = world.made
    run_id = await made.start(Twice, n=1)
    (action,) = await made.actions(1)
    await world.pass_time(100)
    await made.event(messages.CancelRequested(run_id=run_id))
    await eventually(lambda: made.is_finished(run_id))
    other = await made.start(Twice, new_run_id(), n=2)
    await made.actions(1)
    await world.pass_time(LONG_AFTER)
    (again,) = await made.actions(1)
    assert again.run_id == other
    assert action.run_id == run_id


async def test_as_long_as_a_worker_is_blocked_no_action_counts_as_lost(world: World) -> None:
    """It may have been sent the action, and not have read it."""
    made = world.made
    await made.start(Twice, n=1)
    (action,) = await made.actions(1)
    sign = OutgoingMessage(names.DEFAULT_EXCHANGE, names.BLOCKED_QUEUE, b"", mandatory=False, persistent=False)
    for _ in range(20):
        await made.client.publish([sign, sign])
        await world.pass_time(20)
        assert await world.depth(names.BLOCKED_QUEUE) <= 4, "they are taken away, too"
    assert not await made.has_actions()
    await world.pass_time(85)
    assert not await made.has_actions(), "the time begins anew when the last one has spoken"
    assert await world.is_lost(action)


async def test_the_sweep_does_without_the_queue_of_blocked_workers_and_makes_it_again(world: World) -> None:
    made = world.made
    await made.start(Twice, n=1)
    (action,) = await made.actions(1)
    made.server.delete_queue(names.BLOCKED_QUEUE)
    assert await world.is_lost(action)
    assert await made.client.stats(names.BLOCKED_QUEUE) is not None
