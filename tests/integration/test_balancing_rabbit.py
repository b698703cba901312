"""On a real RabbitMQ, whose single active consumers say nothing of themselves, coordinators share the shards too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from tests.integration.test_coordinator_servers import World, assert_gap_free, request, running_world
from tests.support.eventually import eventually
from tests.support.service_workflows import Long

from warren.adapters.postgres import PostgresRunStore
from warren.contracts import messages, names, wire
from warren.ports import OutgoingMessage
from warren_coordinator import app as coordinator

pytestmark = pytest.mark.server

STEPS = 40


class CountingStore(PostgresRunStore):
    """Counts commits by process: only coordinators make any."""

    made: list[CountingStore]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.commits = 0
        self.made.append(self)

    async def commit(self, *args: Any, **options: Any) -> Any:
        self.commits += 1
        return await super().commit(*args, **options)


def counted_executions(world: World) -> Counter[tuple[UUID, int]]:
    """By run and invocation, as the worker of this test reports them."""
    executed: Counter[tuple[UUID, int]] = Counter()
    publish = world.client.publish

    async def count(outgoing: Sequence[OutgoingMessage]) -> None:
        for message in outgoing:
            if message.exchange == names.EVENTS_EXCHANGE:
                for event in wire.load(messages.EventBatch, message.body).items:
                    assert isinstance(event, messages.ActionSucceeded)
                    executed[event.run_id, event.invocation] += 1
        await publish(outgoing)

    world.client.publish = count  # type: ignore[method-assign]  # an ear on the wire
    return executed


async def test_coordinators_that_join_share_the_runs_under_way(
    fresh_broker_url: str, fresh_database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    CountingStore.made = []
    monkeypatch.setattr("tests.integration.test_coordinator_servers.PostgresRunStore", CountingStore)
    monkeypatch.setattr("warren_coordinator.membership.shard_balancer.HEARTBEAT_SECONDS", 0.5)
    async with running_world(fresh_broker_url, fresh_database_url) as world:
        executed = counted_executions(world)
        await world.register(Long)
        starts: list[messages.StartRun] = []

        async def work_until(coordinators: int) -> None:
            """Keep runs coming until so many coordinators have made transitions since now."""
            before = {store: store.commits for store in CountingStore.made}

            async def are_at_work() -> bool:
                if len(starts) - len(world.outcomes) < 20:
                    more = [request("long", steps=STEPS) for _ in range(20)]
                    starts.extend(more)
                    await world.start(*more)
                grown = [store for store in CountingStore.made if store.commits >= before.get(store, 0) + 20]
                return len(grown) == coordinators

            await eventually(are_at_work, within_seconds=40, every_seconds=0.1)

        await work_until(2)
        world.serve(coordinator.run)
        await work_until(3)
        world.stops[2].set()
        await work_until(2)
        await eventually(lambda: len(world.outcomes) == len(starts), within_seconds=30)
        assert {outcome.result for outcome in world.outcomes.values()} == {sum(range(STEPS))}
        assert len(executed) == STEPS * len(starts)
        assert set(executed.values()) == {1}
        await assert_gap_free(world)
