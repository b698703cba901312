"""Shards are spread over the coordinators that are there, and nothing is lost or done twice while they move."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from tests.support.clock import FakeClock
from tests.support.cluster import Cluster, Service, cluster
from tests.support.eventually import eventually
from tests.support.idle import idle
from tests.support.service_workflows import Long, Sleeps

from warren.contracts import messages, names, wire
from warren.errors import StoreError
from warren_coordinator.run_cache import RunCache

SHARDS = 6
STEPS = 30
BEAT = 8
"""Seconds within which each coordinator has looked who is there."""


class World:
    """Coordinators on a clock of their own; the test is the worker, and counts executions."""

    def __init__(self, made: Cluster, clock: FakeClock) -> None:
        self.made = made
        self.clock = clock
        self.executed: Counter[tuple[UUID, int, int]] = Counter()
        self.runs: list[UUID] = []

    @property
    def coordinators(self) -> list[Service]:
        return [service for service in self.made.services[1:] if not service.task.done()]

    def owners(self) -> list[int | None]:
        """Which coordinator, by its place in `coordinators`, is the active consumer of each shard."""
        brokers = [service.broker for service in self.coordinators]
        queues = [self.made.server._queues[names.event_queue(shard)] for shard in range(SHARDS)]
        active = [queue.consumers[0]._broker if queue.consumers else None for queue in queues]  # type: ignore[attr-defined]
        return [brokers.index(broker) if broker in brokers else None for broker in active]

    def is_even(self) -> bool:
        share = SHARDS // len(self.coordinators)
        return Counter(self.owners()) == dict.fromkeys(range(len(self.coordinators)), share)

    def cached(self, cache: RunCache) -> set[int]:
        return {entry.header.shard for entry in cache._entries.values()}

    async def pass_time(self, seconds: int) -> None:
        for _ in range(seconds):
            await self.clock.advance(1)

    async def join(self, count: int = 1) -> None:
        for _ in range(count):
            await self.made.coordinator()
            await self.clock.advance(0.01)

    async def begin(self, count: int = 24) -> None:
        self.runs += [await self.made.start(Long, steps=STEPS) for _ in range(count)]

    async def work(self) -> None:
        """Be the worker, until cancelled."""
        while deliveries := await self.made.worker.receive(1):
            for action in wire.load(messages.ActionBatch, deliveries[0].body).items:
                self.executed[action.run_id, action.invocation, action.attempt] += 1
                await self.made.succeed([action], sum(action.args))
            self.made.worker.ack(deliveries)

    async def ends_right(self) -> None:
        """Every run ends with its result, and its actions ran once each."""
        await eventually(lambda: all(self.made.is_finished(run_id) for run_id in self.runs))
        for run_id in self.runs:
            assert self.made.run(run_id).result == str(sum(range(STEPS)))
            assert self.made.sequence(run_id) == list(range(1, len(self.made.sequence(run_id)) + 1))
        assert len(self.executed) == STEPS * len(self.runs)
        assert set(self.executed.values()) == {1}
        assert await self.made.dead() == []


@pytest.fixture
async def world() -> AsyncIterator[World]:
    clock = FakeClock()
    async with cluster(clock=clock, timer_poll=1, shards=SHARDS, coordinators=0) as made:
        await made.register(Long, Sleeps)
        world = World(made, clock)
        worker = asyncio.ensure_future(world.work())
        yield world
        worker.cancel()


@pytest.mark.parametrize("count", [1, 2, 3])
async def test_every_coordinator_gets_its_share(world: World, count: int) -> None:
    await world.join(count)
    await world.pass_time(BEAT)
    assert world.is_even(), world.owners()
    await world.begin()
    await world.ends_right()
    assert world.is_even(), world.owners()


async def test_one_that_joins_gets_a_share_of_what_is_under_way(world: World) -> None:
    await world.join()
    await world.begin()
    for _ in range(2):
        await eventually(lambda: len(world.executed) >= 100 * len(world.coordinators))
        await world.join()
        await world.pass_time(BEAT)
        assert world.is_even(), world.owners()
    await world.ends_right()


async def test_the_others_follow_one_that_dies_at_once_and_share_what_it_had(world: World) -> None:
    await world.join(3)
    await world.pass_time(BEAT)
    await world.begin()
    await eventually(lambda: len(world.executed) >= 100)
    await world.coordinators[1].crash()
    assert None not in world.owners()
    await eventually(lambda: all(world.made.is_finished(run_id) for run_id in world.runs))
    await world.pass_time(15 + BEAT)
    assert world.is_even(), world.owners()


async def test_one_that_drains_says_so(world: World) -> None:
    await world.join(3)
    await world.pass_time(BEAT)
    await world.begin()
    await eventually(lambda: len(world.executed) >= 100)
    await world.coordinators[0].drain()
    assert len(json.loads(world.made.database.settings[names.COORDINATORS_SETTING])) == 2
    await world.pass_time(BEAT)
    assert world.is_even(), world.owners()
    await world.ends_right()


async def test_one_that_was_away_for_a_moment_gets_its_shards_back(world: World) -> None:
    await world.join(2)
    await world.pass_time(BEAT)
    world.made.server.drop_connection(world.coordinators[0].broker)
    assert set(world.owners()) == {1}
    await world.begin()
    await world.ends_right()
    for _ in range(3):  # a shard of which nothing had been heard at one beat is left at the next
        await world.pass_time(BEAT)
        await idle(after_seconds=0.05)
    assert world.is_even(), world.owners()


async def test_what_the_store_cannot_say_changes_nothing(world: World) -> None:
    await world.join(2)
    await world.pass_time(BEAT)
    world.made.database.is_away = True
    await world.pass_time(60)
    assert world.is_even(), world.owners()
    world.made.database.is_away = False
    await world.pass_time(2 * BEAT)
    assert world.is_even(), world.owners()
    await world.begin()
    await world.ends_right()


async def test_runs_of_shards_that_were_given_away_are_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    caches: list[RunCache] = []

    class SeenCache(RunCache):
        def __init__(self, *, runs: int, size: int) -> None:
            super().__init__(runs=runs, size=size)
            caches.append(self)

    monkeypatch.setattr("warren_coordinator.app.RunCache", SeenCache)
    await world.join()
    for _ in range(60):
        await world.made.start(Sleeps, before=0, seconds=600)
    await eventually(lambda: len(world.made.database.runs) == 60)
    await world.pass_time(3)
    await eventually(lambda: world.cached(caches[0]) == set(range(SHARDS)))
    await world.join()
    await world.pass_time(15 + 2 * BEAT)
    assert world.is_even(), world.owners()
    assert world.cached(caches[0]) == {0, 2, 4}


@pytest.mark.parametrize("count", [1, 3])
async def test_saying_it_costs_little_and_upkeep_is_daily(world: World, count: int) -> None:
    seen: Counter[str] = Counter()
    world.made.database.before = lambda name: seen.update([name])
    await world.join(count)
    assert seen["maintain"] == count
    await world.pass_time(BEAT)
    assert world.is_even(), world.owners()
    seen.clear()
    await world.pass_time(1000)
    per_second = (seen["get_setting"] + seen["set_setting"]) / 1000 / count
    assert per_second <= 0.5, seen
    assert seen["maintain"] == 0
    await world.clock.advance(86_400)
    assert seen["maintain"] == count


async def test_upkeep_that_failed_is_tried_again(world: World) -> None:
    seen: Counter[str] = Counter()
    world.made.database.before = lambda name: seen.update([name])
    world.made.database.fail_next(StoreError("no right to do this"), operation="maintain")
    await world.join()
    await world.clock.advance(3600)
    assert seen["maintain"] == 2
