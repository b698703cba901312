"""A whole installation in memory: compiler, coordinator, worker, and a client of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

import pytest_asyncio
from tests.support.cluster import Cluster, cluster
from tests.unit.client.workflows import Broken, Ship, Starts, Wait

from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.store import MemoryRunStore
from warren.client import Warren
from warren.runtime.settings import load_settings
from warren.sdk.registry import registry
from warren_worker import app as worker
from warren_worker.settings import WorkerSettings


@dataclass
class Installation:
    """The cluster, and how to connect to it."""

    cluster: Cluster
    brokers: list[MemoryBroker]

    @asynccontextmanager
    async def client(self, make_broker: Callable[..., MemoryBroker] = MemoryBroker) -> AsyncIterator[Warren]:
        """A client with a broker connection of its own (the last of `brokers`)."""
        broker, store = make_broker(self.cluster.server), MemoryRunStore(self.cluster.database)
        self.brokers.append(broker)
        await broker.connect()
        await store.connect()
        async with Warren(broker=broker, store=store) as client:
            yield client
        await broker.close()


@pytest_asyncio.fixture
async def here() -> AsyncIterator[Installation]:
    """The services at work, with `workflows` registered."""
    async with AsyncExitStack() as stack:
        made = await stack.enter_async_context(cluster())
        await made.worker.cancel()  # the cluster's own stand-in
        broker = MemoryBroker(made.server)
        await broker.connect()
        stop = asyncio.Event()
        working = asyncio.ensure_future(
            worker.run(
                load_settings(WorkerSettings, shards=made.settings.shards),
                broker=broker,
                registry=registry,
                workflows=(),
                modules=("tests.unit.client",),
                queues=("default",),
                stop=stop,
            )
        )
        await made.register(Ship, Wait, Broken, Starts)
        yield Installation(made, [])
        stop.set()
        await working
        await broker.close()


@pytest_asyncio.fixture
async def client(here: Installation) -> AsyncIterator[Warren]:
    """A client."""
    async with here.client() as made:
        yield made
