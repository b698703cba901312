"""Compilers and coordinators, two of each as tasks, on real servers; the test plays worker and client."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

import pytest
from tests.support.eventually import eventually
from tests.support.service_workflows import Long, Nothing, Sleeps, Twice, Wide

from warren.adapters.postgres import PostgresRunStore
from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.contracts.topology import standard_topology
from warren.ir.base import to_json
from warren.ports import OutgoingMessage, RunFilter, Subscription
from warren.runtime.health import Health
from warren.runtime.settings import Settings, load_settings
from warren_compiler import app as compiler
from warren_coordinator import app as coordinator

pytestmark = pytest.mark.server

Run = Callable[..., Awaitable[None]]


@dataclass(slots=True, eq=False)
class World:
    """Real servers with services on them, and the test's own connection."""

    settings: Settings
    client: RabbitBroker
    store: PostgresRunStore
    replies_name: str
    replies: Subscription
    stops: list[asyncio.Event] = field(default_factory=list)
    tasks: list[asyncio.Task[None]] = field(default_factory=list)
    health: list[Health] = field(default_factory=list)
    outcomes: dict[UUID, messages.RunFinished] = field(default_factory=dict)

    def serve(self, run: Run) -> asyncio.Event:
        """Start a service as a task; the event stops it."""
        stop, health = asyncio.Event(), Health()

        async def work() -> None:
            broker = RabbitBroker(self.settings.broker_url, name="test-service")
            store = PostgresRunStore(self.settings.database_url, name="test-service")
            async with AsyncExitStack() as resources:
                for each in (store, broker):
                    await each.connect()
                    resources.push_async_callback(each.close)
                await run(self.settings, broker=broker, store=store, stop=stop, health=health)

        self.stops.append(stop)
        self.health.append(health)
        self.tasks.append(asyncio.ensure_future(work()))
        return stop

    async def work(self) -> None:
        """A worker: `add` for whatever comes; as many results in a message as came in one."""
        queue = names.action_queue(names.DEFAULT_ACTION_QUEUE)
        subscription = await self.client.subscribe(queue, prefetch=20)
        while deliveries := await subscription.receive(20):
            outgoing = []
            for delivery in deliveries:
                by_shard: dict[int, list[messages.RunEvent]] = {}
                for item in wire.load(messages.ActionBatch, delivery.body).items:
                    by_shard.setdefault(item.shard, []).append(
                        messages.ActionSucceeded(
                            run_id=item.run_id,
                            invocation=item.invocation,
                            attempt=item.attempt,
                            result=sum(item.args),
                            duration_ms=0.1,
                        )
                    )
                for shard, events in by_shard.items():
                    body = wire.dump(messages.EventBatch(items=tuple(events)))
                    outgoing.append(OutgoingMessage(names.EVENTS_EXCHANGE, names.event_key(shard), body))
            await self.client.publish(outgoing)
            subscription.ack(deliveries)

    async def listen(self) -> None:
        """Collect outcomes."""
        while deliveries := await self.replies.receive(100):
            for delivery in deliveries:
                reply = wire.load_reply(delivery.body)
                if isinstance(reply, messages.RunFinished):
                    self.outcomes[reply.run_id] = reply
            self.replies.ack(deliveries)

    async def command(self, key: str, *bodies: bytes) -> None:
        """Publish commands."""
        await self.client.publish(
            [OutgoingMessage(names.COMMANDS_EXCHANGE, key, body, reply_to=self.replies_name) for body in bodies]
        )

    async def register(self, *workflows: type) -> None:
        """Register and wait until the store has them."""
        sources = []
        for each in workflows:
            ir = each.__warren_ir__  # type: ignore[attr-defined]  # set by the decorator
            sources.append(messages.WorkflowSource(workflow=ir.name, ir=to_json(ir)))
        await self.command(names.REGISTER_KEY, wire.dump(messages.RegisterWorkflows(workflows=tuple(sources))))

        async def is_registered() -> bool:
            return len(await self.store.list_programs()) >= len(workflows)

        await eventually(is_registered)

    async def start(self, *requests: messages.StartRun) -> None:
        """Publish starts."""
        await self.command(names.START_KEY, *(wire.dump(request) for request in requests))


@pytest.fixture
async def world(fresh_broker_url: str, fresh_database_url: str) -> AsyncIterator[World]:
    async with running_world(fresh_broker_url, fresh_database_url) as made:
        yield made


@asynccontextmanager
async def running_world(broker_url: str, database_url: str) -> AsyncIterator[World]:
    settings = load_settings(broker_url=broker_url, database_url=database_url, shards=3, timer_poll=0.2)
    async with AsyncExitStack() as resources:
        store = PostgresRunStore(database_url, name="test")
        await store.migrate()
        await store.connect()
        resources.push_async_callback(store.close)
        client = RabbitBroker(broker_url, name="test-client")
        await client.connect()
        resources.push_async_callback(client.close)
        await client.declare(standard_topology(shards=settings.shards, queue_type=settings.queue_type))
        replies_name = await client.declare_private_queue()
        world = World(settings, client, store, replies_name, await client.subscribe(replies_name, prefetch=500))
        extra = [asyncio.ensure_future(world.work()), asyncio.ensure_future(world.listen())]
        for run in (compiler.run, compiler.run, coordinator.run, coordinator.run):
            world.serve(run)
        try:
            yield world
        finally:
            for stop in world.stops:
                stop.set()
            for task in extra:
                task.cancel()
            await asyncio.wait_for(asyncio.gather(*world.tasks), 20)


def request(workflow: str, **arguments: int) -> messages.StartRun:
    return messages.StartRun(workflow=workflow, input=arguments, run_id=new_run_id())


async def assert_gap_free(world: World) -> None:
    for run in await world.store.list_runs(RunFilter(limit=1000)):
        rows = await world.store.history(run.run_id, limit=10_000)
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1))


async def test_some_hundred_runs_end_with_their_results(world: World) -> None:
    await world.register(Long, Twice, Wide, Nothing, Sleeps)
    await eventually(lambda: all(health.is_ready for health in world.health))
    starts = [request("long", steps=10) for _ in range(100)]
    starts += [request("wide", width=20) for _ in range(50)]
    starts += [request("twice", n=1) for _ in range(50)]
    starts += [request("nothing", n=1) for _ in range(20)]
    starts += [request("sleeps", before=0, seconds=1)]
    await world.start(*starts)
    await eventually(lambda: len(world.outcomes) == len(starts), within_seconds=30)
    expected = {"long": 45, "wide": 20, "twice": 4, "nothing": 2, "sleeps": 3}
    for start in starts:
        assert start.run_id is not None
        outcome = world.outcomes[start.run_id]
        assert (outcome.status, outcome.result) == (RunStatus.COMPLETED, expected[start.workflow])
    await assert_gap_free(world)


async def test_a_coordinator_that_drains_in_the_middle_loses_nothing(world: World) -> None:
    await world.register(Long)
    starts = [request("long", steps=20) for _ in range(60)]
    await world.start(*starts)
    await eventually(lambda: len(world.outcomes) >= 1, within_seconds=30)
    for leaving in (2, 0):
        world.stops[leaving].set()
    while not (world.tasks[0].done() and world.tasks[2].done()):  # however long it takes, there is work
        more = [request("long", steps=20) for _ in range(10)]
        starts += more
        await world.start(*more)
        await asyncio.wait({world.tasks[0], world.tasks[2]}, timeout=0.05, return_when=asyncio.ALL_COMPLETED)
    await eventually(lambda: len(world.outcomes) == len(starts), within_seconds=30)
    assert {outcome.result for outcome in world.outcomes.values()} == {190}
    await assert_gap_free(world)
    stats = await world.client.stats(names.DEAD_QUEUE)
    assert stats is not None
    assert stats.messages == 0
