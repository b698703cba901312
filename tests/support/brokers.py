"""Both broker adapters behind one door, with the faults that both can have, for tests that must hold for each."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Literal, Protocol
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import aio_pika
import pytest
from tests.support.eventually import eventually
from tests.support.servers.proxy import TcpProxy

from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.broker_server import MemoryServer
from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts.topology import Exchange, Queue, Topology
from warren.ports.broker import Broker, Delivery, OutgoingMessage, Subscription


class Backend(Protocol):
    """What stands behind the brokers of one test."""

    def make(self, **options: Any) -> Broker:
        """A broker, not yet connected."""
        ...

    async def drop_connections(self) -> None:
        """Break every connection; new ones are possible at once."""
        ...

    async def go_away(self) -> None:
        """Break every connection and refuse new ones."""
        ...

    async def come_back(self) -> None:
        """Accept connections again."""
        ...

    async def delete_queue(self, name: str) -> None:
        """Delete a queue behind everybody's back."""
        ...


class MemoryBackend:
    """One memory server."""

    def __init__(self) -> None:
        self._server = MemoryServer()
        self._brokers: list[MemoryBroker] = []

    def make(self, **options: Any) -> Broker:
        for name in ("heartbeat_seconds", "around_proxy"):
            options.pop(name, None)  # it has no connection
        broker = MemoryBroker(self._server, **options)
        self._brokers.append(broker)
        return broker

    async def drop_connections(self) -> None:
        for broker in self._brokers:
            self._server.drop_connection(broker)

    async def go_away(self) -> None:
        self._server.stop()

    async def come_back(self) -> None:
        self._server.start()

    async def delete_queue(self, name: str) -> None:
        self._server.delete_queue(name)


class RabbitBackend:
    """A RabbitMQ, with a proxy in front of it."""

    def __init__(self, url: str, proxy: TcpProxy) -> None:
        parts = urlsplit(url)
        account, _, _ = parts.netloc.rpartition("@")
        self._direct_url = url
        self._url = urlunsplit(parts._replace(netloc=f"{account}@127.0.0.1:{proxy.port}"))
        self._proxy = proxy

    def make(self, **options: Any) -> Broker:
        url = self._direct_url if options.pop("around_proxy", False) else self._url
        return RabbitBroker(url, **{"name": "contract", **options})

    async def drop_connections(self) -> None:
        self._proxy.cut()

    async def go_away(self) -> None:
        self._proxy.refuse()

    async def come_back(self) -> None:
        self._proxy.accept()

    async def delete_queue(self, name: str) -> None:
        async with await aio_pika.connect(self._direct_url) as connection:
            await (await connection.channel()).queue_delete(name)

    async def delete_exchange(self, name: str) -> None:
        """Tidy up."""
        async with await aio_pika.connect(self._direct_url) as connection:
            await (await connection.channel()).exchange_delete(name)


@dataclass
class World:
    """One test's brokers, and names that no other test has."""

    backend: Backend
    stack: AsyncExitStack
    prefix: str = field(default_factory=lambda: f"t{uuid4().hex[:10]}")
    queues: list[str] = field(default_factory=list)
    exchanges: list[str] = field(default_factory=list)

    async def broker(self, *, give_up_after: float | None = 20.0, connect: bool = True, **options: Any) -> Broker:
        """A connected broker; closed when the test ends. `options`: `heartbeat_seconds`, and `around_proxy` for tests
        that block the event loop, on which the proxy runs, too."""
        if give_up_after is not None:
            options["give_up_after"] = timedelta(seconds=give_up_after)
        broker = self.backend.make(**options)
        self.stack.push_async_callback(broker.close)
        if connect:
            await broker.connect()
        return broker

    async def drop_connections(self, *brokers: Broker) -> None:
        """Break every connection and wait until these brokers are back."""
        epochs = [broker.epoch for broker in brokers]
        await self.backend.drop_connections()
        for broker, epoch in zip(brokers, epochs, strict=True):
            await eventually(lambda broker=broker, epoch=epoch: broker.epoch > epoch and broker.is_ready)

    def exchange(self, name: str, kind: Literal["direct", "fanout", "topic"] = "direct") -> Exchange:
        """An exchange of this test's own, not declared."""
        exchange = Exchange(f"{self.prefix}.{name}", kind)
        self.exchanges.append(exchange.name)
        return exchange

    def queue(self, name: str = "q", *, binding: tuple[Exchange, str] | None = None, **spec: Any) -> Queue:
        """A queue of this test's own, not declared; without a dead-letter queue unless one is given."""
        bound = None if binding is None else (binding[0].name, binding[1])
        queue = Queue(f"{self.prefix}.{name}", binding=bound, **{"dead_letter": None, **spec})
        self.queues.append(queue.name)
        return queue

    async def declared(self, broker: Broker, name: str = "q", **spec: Any) -> str:
        """Declare a classic queue unless told otherwise (they are the faster ones); returns its full name."""
        queue = self.queue(name, **{"queue_type": "classic", **spec})
        await broker.declare(Topology("classic", queues=(queue,)))
        return queue.name


@asynccontextmanager
async def world_of(kind: str, request: pytest.FixtureRequest) -> AsyncIterator[World]:
    """A world on the memory broker or on the session's RabbitMQ, which is left as it was."""
    async with AsyncExitStack() as outer:
        if kind == "memory":
            backend: Backend = MemoryBackend()
        else:
            url: str = request.getfixturevalue("broker_url")
            parts = urlsplit(url)
            proxy = await outer.enter_async_context(TcpProxy(parts.port or 5672, host=parts.hostname or "127.0.0.1"))
            backend = RabbitBackend(url, proxy)
        async with AsyncExitStack() as stack:
            world = World(backend, stack)
            yield world
            await backend.come_back()
        if isinstance(backend, RabbitBackend):
            for queue in world.queues:
                await backend.delete_queue(queue)
            for exchange in world.exchanges:
                await backend.delete_exchange(exchange)


@contextmanager
def from_a_thread(call: Callable[[], object], *, every_seconds: float = 0.5) -> Iterator[None]:
    """Call something again and again in another thread."""
    end = threading.Event()

    def repeat() -> None:
        while not end.wait(every_seconds):
            call()

    thread = threading.Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()


def to(queue: str, *bodies: bytes, **properties: Any) -> list[OutgoingMessage]:
    """Messages straight to a queue."""
    return [OutgoingMessage("", queue, body, **properties) for body in bodies]


async def take(subscription: Subscription, count: int) -> list[Delivery]:
    """Receive exactly `count` deliveries."""
    deliveries: list[Delivery] = []
    while len(deliveries) < count:
        deliveries += await subscription.receive(count - len(deliveries))
    return deliveries


def bodies(deliveries: Sequence[Delivery]) -> list[bytes]:
    """What they carry."""
    return [delivery.body for delivery in deliveries]
