"""A worker on a real RabbitMQ: nothing is lost when its connection breaks, nothing runs twice when it drains."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import pytest
from tests.support.eventually import eventually
from tests.support.servers.proxy import TcpProxy
from tests.unit.worker import actions

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.topology import standard_topology
from warren.ports import OutgoingMessage
from warren.runtime.settings import load_settings
from warren.sdk.registry import registry
from warren_worker import app
from warren_worker.settings import WorkerSettings

pytestmark = pytest.mark.server

SHARDS = 2


@dataclass
class Bench:
    """The test's own connection, and what has been reported to it."""

    url: str
    broker: RabbitBroker
    reported: Counter[int]

    async def send(self, first: int, count: int, *, size: int = 16) -> None:
        """Publish actions with invocations from `first` on, in batches."""
        run_id = new_run_id()
        items = [
            messages.RunAction(
                run_id=run_id,
                workflow="w",
                shard=number % SHARDS,
                invocation=number,
                action=actions.yielding.__warren_action__,  # type: ignore[attr-defined]  # what @action adds
                args=[number],
            )
            for number in range(first, first + count)
        ]
        await self.broker.publish(
            [
                OutgoingMessage(
                    names.ACTIONS_EXCHANGE,
                    "default",
                    wire.dump(messages.ActionBatch(items=tuple(items[start : start + size]))),
                )
                for start in range(0, count, size)
            ]
        )

    async def listen(self, shard: int) -> None:
        """Count what is reported to a shard."""
        subscription = await self.broker.subscribe(names.event_queue(shard), prefetch=1000)
        while deliveries := await subscription.receive(1000):
            for delivery in deliveries:
                for event in wire.load(messages.EventBatch, delivery.body).items:
                    assert isinstance(event, messages.ActionSucceeded), event
                    assert event.result == event.invocation
                    self.reported[event.invocation] += 1
            subscription.ack(deliveries)


@asynccontextmanager
async def working(url: str, **settings: int) -> AsyncIterator[asyncio.Event]:
    """A worker; drained when the block ends, or when the event is set."""
    stop = asyncio.Event()

    async def work() -> None:
        broker = RabbitBroker(url, name="test-worker")
        await broker.connect()
        try:
            await app.run(
                load_settings(WorkerSettings, shards=SHARDS, **settings),
                broker=broker,
                registry=registry,
                workflows=(),
                modules=("tests.unit.worker",),
                queues=("default",),
                stop=stop,
            )
        finally:
            await broker.close()

    task = asyncio.ensure_future(work())
    try:
        yield stop
    finally:
        stop.set()
        await asyncio.wait_for(task, 20)


@pytest.fixture
async def bench(fresh_broker_url: str) -> AsyncIterator[Bench]:
    """A broker with the standard topology and a listener on every shard."""
    async with AsyncExitStack() as stack:
        broker = RabbitBroker(fresh_broker_url, name="test")
        stack.push_async_callback(broker.close)
        await broker.connect()
        await broker.declare(standard_topology(shards=SHARDS, queue_type="quorum"))
        made = Bench(fresh_broker_url, broker, Counter())
        listeners = [asyncio.ensure_future(made.listen(shard)) for shard in range(SHARDS)]
        yield made
        for listener in listeners:
            listener.cancel()
            assert listener.cancelled() or not listener.done() or listener.exception() is None


async def test_draining_workers_pass_their_work_on_without_running_anything_twice(bench: Bench) -> None:
    total = 3000
    async with working(bench.url, concurrency=20) as first, working(bench.url, concurrency=20):
        await bench.send(0, total, size=3)
        await eventually(lambda: len(bench.reported) > 100, within_seconds=30)
        first.set()
        await eventually(lambda: len(bench.reported) == total, within_seconds=30)
    assert set(bench.reported.values()) == {1}
    assert await _is_empty(bench)


async def test_nothing_is_lost_when_the_connection_breaks(bench: Bench) -> None:
    total = 2000
    parts = urlsplit(bench.url)
    account, _, _ = parts.netloc.rpartition("@")
    async with TcpProxy(parts.port or 5672, host=parts.hostname or "127.0.0.1") as proxy:
        url = urlunsplit(parts._replace(netloc=f"{account}@127.0.0.1:{proxy.port}"))
        async with working(url, concurrency=20):
            await bench.send(0, total, size=4)
            for share in (0.2, 0.5, 0.8):
                await eventually(lambda share=share: len(bench.reported) >= share * total, within_seconds=30)
                proxy.cut()
            await eventually(lambda: len(bench.reported) == total, within_seconds=40)
    assert await _is_empty(bench)


async def _is_empty(bench: Bench) -> bool:
    """Whether everything is acknowledged: nothing comes back after the workers have gone."""
    stats = await bench.broker.stats(names.action_queue("default"))
    return stats is not None and stats.messages == 0
