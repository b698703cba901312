"""A broker under load, and what was confirmed and received of it: for tests that disturb RabbitMQ."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.support.brokers import bodies
from tests.support.eventually import eventually

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts.topology import Exchange, Queue, Topology
from warren.ports.broker import OutgoingMessage, Subscription

HEALED_SECONDS = 20.0
EXCHANGE = Exchange("faults", "direct")
QUEUE = Queue("faults.q", (EXCHANGE.name, "k"), dead_letter=None, queue_type="quorum")
TOPOLOGY = Topology("quorum", (EXCHANGE,), (QUEUE,))


class Load:
    """A publisher that never stops and a consumer that acknowledges; they know what was confirmed and what arrived."""

    def __init__(self, broker: RabbitBroker, subscription: Subscription) -> None:
        self.broker = broker
        self.subscription = subscription
        self.confirmed: list[bytes] = []
        self.received: set[bytes] = set()
        self._next = 0

    async def publish(self) -> None:
        while True:
            batch = [b"%d" % number for number in range(self._next, self._next + 5)]
            self._next += 5
            await self.broker.publish([OutgoingMessage(EXCHANGE.name, "k", body) for body in batch])
            self.confirmed += batch

    async def consume(self) -> None:
        while deliveries := await self.subscription.receive(32):
            self.received.update(bodies(deliveries))
            self.subscription.ack(deliveries)

    async def healed(self, *, since: float, within_seconds: float = HEALED_SECONDS) -> None:
        """Wait until messages are published and received again that were not before this call."""
        mark = self._next + 100
        left = within_seconds - (time.monotonic() - since)
        await eventually(lambda: b"%d" % mark in self.received and self.broker.is_ready, within_seconds=max(left, 0.1))


@asynccontextmanager
async def loaded(url: str) -> AsyncIterator[Load]:
    """A broker under load; at the end everything confirmed must have arrived."""
    broker = RabbitBroker(url, name="faults", heartbeat_seconds=3)
    await broker.connect()
    try:
        await broker.declare(TOPOLOGY)
        load = Load(broker, await broker.subscribe(QUEUE.name, prefetch=100))
        publishing, consuming = asyncio.create_task(load.publish()), asyncio.create_task(load.consume())
        try:
            await eventually(lambda: len(load.received) > 100)
            yield load
        finally:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
        await eventually(lambda: load.received.issuperset(load.confirmed))
        await load.subscription.cancel()
        await consuming
        await broker.purge(QUEUE.name)
    finally:
        await broker.close()
