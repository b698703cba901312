"""Queues purged and deleted under services at work, on real servers; and what may look like that, but is not.

Everything is thirty times faster than by default: messages count as lost after three seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import aio_pika
import pytest
from tests.chaos.ledger import VARIABLE, read_ledger
from tests.e2e import workload
from tests.e2e.histories import check_exactly_once
from tests.support.eventually import eventually
from tests.support.processes import Installation, installation

from warren.client import ClientRunHandle
from warren.contracts import names

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(240)]

RUNS = 30
CONCURRENCY = 3
SETTINGS = {
    "WARREN_LEASE_AFTER": "1",
    "WARREN_LEASE_SECONDS": "12",
    "WARREN_SHARDS": "2",
    "WARREN_CONCURRENCY": str(CONCURRENCY),
}
ACTIONS = names.action_queue(names.DEFAULT_ACTION_QUEUE)
EVENTS = [names.event_queue(shard) for shard in range(2)]
RESULT_SECONDS = 90.0


@dataclass(slots=True)
class World:
    """Services as processes, and a connection that is up to no good."""

    made: Installation
    channel: aio_pika.abc.AbstractChannel
    ledger: Path

    async def start(self, count: int, *, seconds: float = 0.2, steps: int = 3) -> list[ClientRunHandle]:
        client = self.made.client
        return [await client.start(workload.Slow, n, seconds=seconds, steps=steps) for n in range(count)]

    async def until_executed(self, count: int) -> None:
        await eventually(lambda: len(list(read_ledger(self.ledger))) >= count, within_seconds=60)

    async def until_ready(self, queues: list[str], count: int) -> None:
        """Return when so many messages lie in these queues, and no consumer has them."""

        async def is_ready() -> bool:
            stats = [await self.made.client._broker.stats(queue) for queue in queues]
            return sum(found.messages for found in stats if found is not None) >= count

        await eventually(is_ready, within_seconds=30, every_seconds=0.1)

    async def purge(self, queues: list[str]) -> int:
        """Remove what is ready in these queues; gives how many messages."""
        low = await self.channel.get_underlay_channel()
        return sum([(await low.queue_purge(queue)).message_count or 0 for queue in queues])

    async def delete(self, queues: list[str]) -> int:
        """Delete these queues with all that is in them; gives how many messages were ready."""
        gone = await asyncio.gather(*(self.channel.queue_delete(queue) for queue in queues))
        return sum(answer.message_count or 0 for answer in gone)

    async def check(self, runs: list[ClientRunHandle], *, steps: int = 3) -> None:
        results = await asyncio.gather(*(run.result(RESULT_SECONDS) for run in runs))
        assert results == [n + steps for n in range(len(runs))]

    def published_again(self) -> int:
        """How many commands the coordinators took for lost and published again, those that have ended included."""
        coordinators = [service for service in self.made.all if service.name == "coordinator"]
        records = [record for service in coordinators for record in service.records()]
        return sum(each["commands"] for each in records if each["event"] == "re-published lost commands")


@pytest.fixture
async def world(fresh_broker_url: str, fresh_database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    ledger = tmp_path / "ledger"
    async with (
        installation(fresh_broker_url, fresh_database_url, **SETTINGS, **{VARIABLE: str(ledger)}) as made,
        await aio_pika.connect(fresh_broker_url) as connection,
    ):
        made.compiler()
        made.coordinator()
        made.coordinator()
        made.worker("tests.e2e.workload", "--queue", "default")
        await made.until_ready()
        yield World(made, await connection.channel(), ledger)


async def test_every_run_ends_though_queues_are_purged_and_deleted(world: World) -> None:
    """What a consumer holds cannot be purged, so whoever would take the messages is held up or away."""
    (worker,) = world.made.named("worker")
    worker.pause()
    runs = await world.start(RUNS)
    await world.until_ready([ACTIONS], RUNS - CONCURRENCY)
    for coordinator in (leaving := world.made.named("coordinator")):
        coordinator.terminate()
    assert [await coordinator.exit_code() for coordinator in leaving] == [0, 0]
    assert await world.purge([ACTIONS]) >= RUNS - CONCURRENCY
    worker.resume()
    await world.until_ready(EVENTS, 1)  # of those that the worker had
    assert await world.purge(EVENTS)
    for _ in range(2):
        world.made.coordinator()
    await world.check(runs)
    purged = world.published_again()
    assert purged > RUNS - CONCURRENCY

    worker.pause()
    runs = await world.start(RUNS)
    await world.until_ready([ACTIONS], RUNS - CONCURRENCY)
    assert await world.delete([ACTIONS, *EVENTS]) >= RUNS - CONCURRENCY
    worker.resume()
    await world.check(runs)
    assert world.published_again() >= purged + RUNS - CONCURRENCY


async def test_backlogs_slow_actions_and_short_pauses_make_nothing_run_twice(world: World) -> None:
    runs = await world.start(30, seconds=0.5)
    long = await world.made.client.start(workload.Slow, 0, seconds=8.0, steps=1)
    (worker,) = world.made.named("worker")
    for executions in (5, 30, 60):
        await world.until_executed(executions)
        worker.pause()
        await asyncio.sleep(2.5)  # the fault itself: shorter than a lease
        worker.resume()
    await world.check(runs)
    assert await long.result(RESULT_SECONDS) == 1
    await check_exactly_once(world.made.store, [run.id for run in (*runs, long)], world.ledger)
    assert not world.published_again()
