"""`MemoryBroker`: the `Broker` port in one process, for embedded use and for tests; the server side is `MemoryServer`.

It behaves as the RabbitMQ adapter does, including what happens when the connection goes: the same contract suite runs
against both. It does not serialise, sleep or poll.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from warren.adapters.memory.broker_queue import MemoryQueue, StoredMessage, delivery_of
from warren.adapters.memory.broker_server import Cancellable, MemoryServer
from warren.contracts.topology import Exchange, Queue, QueueType, Topology
from warren.errors import BrokerUnavailable, MessageRefused, Refusal, UnroutableMessage
from warren.ports.broker import Broker, Delivery, OutgoingMessage, QueueStats, Subscription

_HEADER_BYTES: Final = 130_000
"""Of all headers of a message, as on RabbitMQ, where they must fit into one frame."""


class MemorySubscription(Cancellable, Subscription):
    """One consumer; the `Subscription` of the port."""

    def __init__(self, broker: MemoryBroker, queue: str, *, prefetch: int) -> None:
        self._broker = broker
        self.queue_name = queue
        self._prefetch = prefetch
        self._queue: MemoryQueue | None = None
        self._epoch = 0
        self._tags = 0
        self._unsettled: dict[int, StoredMessage] = {}
        self._ready: deque[Delivery] = deque()
        self._waiter: asyncio.Future[None] | None = None
        self.is_ended = False

    @property
    def is_active(self) -> bool:
        """Whether the server has this consumer."""
        return self._queue is not None and not self.is_ended

    @property
    def is_over(self) -> bool:
        """Whether nothing can come of it any more: it was cancelled, and everything it received is settled."""
        return self.is_ended and not self._unsettled

    @property
    def capacity(self) -> int:
        """How many more deliveries fit."""
        return self._prefetch - len(self._unsettled)

    def take(self, stored: StoredMessage) -> None:
        """Receive one delivery from the queue."""
        assert self._queue is not None
        self._tags += 1
        self._unsettled[self._tags] = stored
        self._ready.append(delivery_of(stored, self._queue, tag=self._tags, epoch=self._epoch))
        self._wake()

    async def receive(self, limit: int) -> list[Delivery]:
        """Wait for at least one delivery; take up to `limit`."""
        ready = self._ready
        while not ready:
            if self.is_ended:
                return []
            waiter = self._waiter = asyncio.get_running_loop().create_future()
            try:
                await waiter
            finally:
                self._waiter = None
        return [ready.popleft() for _ in range(min(limit, len(ready)))]

    def held(self, deliveries: list[Delivery]) -> list[Delivery]:
        """Those that can still be settled."""
        if self._queue is None:
            return []
        return [each for each in deliveries if each.epoch == self._epoch]

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Settle for good."""
        if self._settled(deliveries) and self._queue is not None and not self.is_ended:
            self._queue.dispatch()

    def nack(self, deliveries: Sequence[Delivery], *, requeue: bool = True) -> None:
        """Give back, or to the dead-letter queue."""
        settled, queue = self._settled(deliveries), self._queue
        if queue is None or not settled:
            return
        if requeue:
            queue.give_back(settled)
        else:
            queue.reject(settled)
            queue.dispatch()

    async def cancel(self) -> None:
        """Stop receiving; what was received can still be settled."""
        if self.is_ended:
            return
        self.is_ended = True
        if self._queue is not None:
            self._queue.remove_consumer(self)
            waiting = list(self._ready)
            self._ready.clear()
            self.nack(waiting)
        self._wake()

    def attach(self, queue: MemoryQueue, epoch: int) -> None:
        """The connection stands: consume."""
        self._queue, self._epoch = queue, epoch
        if not self.is_ended:
            queue.add_consumer(self)

    def detach(self, *, dispatch: bool = True) -> None:
        """The connection is gone: everything unsettled goes back, to others at once where `dispatch`."""
        queue, self._queue = self._queue, None
        unsettled = list(self._unsettled.values())
        self._unsettled.clear()
        self._ready.clear()
        if queue is not None:
            queue.remove_consumer(self)
            queue.give_back(unsettled, dispatch=dispatch)

    def end(self) -> None:
        """The broker is closed."""
        self.is_ended = True
        self.detach()
        self._wake()

    def on_cancelled(self) -> None:
        """The queue was deleted, and what was unsettled died with it; it is made again if it was declared here."""
        self._queue = None
        self._unsettled.clear()
        self._ready.clear()
        self._broker.resubscribe(self)

    def _settled(self, deliveries: Sequence[Delivery]) -> list[StoredMessage]:
        unsettled, epoch = self._unsettled, self._epoch
        found = []
        for delivery in deliveries:
            if delivery.epoch == epoch and delivery.queue == self.queue_name:
                stored = unsettled.pop(delivery.tag, None)
                if stored is not None:
                    found.append(stored)
        return found

    def _wake(self) -> None:
        if (waiter := self._waiter) is not None and not waiter.done():
            waiter.set_result(None)


class MemoryBroker(Broker):
    """One simulated process's connection to a `MemoryServer`.

    Args:
        server: shared by the processes that talk to each other; None makes one of its own.
        name: the beginning of its private queues' names.
        give_up_after: how long a method waits for a stopped server; None waits indefinitely.
    """

    def __init__(
        self, server: MemoryServer | None = None, *, name: str = "memory", give_up_after: timedelta | None = None
    ) -> None:
        self.server = server or MemoryServer()
        self._name = name
        self._timeout_seconds = None if give_up_after is None else give_up_after.total_seconds()
        self._subscriptions: list[MemorySubscription] = []
        self._exchanges: dict[str, Exchange] = {}
        self._queues: dict[str, Queue] = {}
        self._private: dict[str, tuple[tuple[str, str], ...]] = {}
        self._queue_type: QueueType = "quorum"
        self._connected = asyncio.Event()
        self._is_open = False
        self._epoch = 0

    @property
    def is_ready(self) -> bool:
        """Whether the connection stands and every subscription is active."""
        return self._connected.is_set() and all(each.is_active for each in self._subscriptions if not each.is_ended)

    @property
    def epoch(self) -> int:
        """Counts established connections, from 1."""
        return self._epoch

    async def connect(self) -> None:
        """Connect; idempotent."""
        self._is_open = True
        self.server.join(self)
        try:
            await self._up()
        except BrokerUnavailable:
            await self.close()
            raise

    async def close(self) -> None:
        """Cancel subscriptions, disconnect. Idempotent."""
        self._is_open = False
        self._connected.clear()
        subscriptions, self._subscriptions = self._subscriptions, []
        for subscription in subscriptions:
            subscription.end()
        self.server.leave(self)

    async def declare(self, topology: Topology) -> None:
        """Create what is missing."""
        await self._up()
        self._queue_type = topology.queue_type
        for exchange in topology.exchanges:
            self.server.declare_exchange(exchange)
            self._exchanges[exchange.name] = exchange
        for queue in topology.queues:
            typed = replace(queue, queue_type=queue.queue_type or topology.queue_type)
            self.server.declare_queue(typed)
            self._queues[queue.name] = typed

    async def declare_queue(self, queue: Queue) -> None:
        """Create one durable queue and its binding."""
        await self.declare(Topology(queue_type=self._queue_type, queues=(queue,)))

    async def declare_private_queue(self, *, bindings: Sequence[tuple[str, str]] = ()) -> str:
        """Create an exclusive queue; returns its name."""
        await self._up()
        name = self.server.new_name(self._name)
        self._declare_private(name, tuple(bindings))
        self._private[name] = tuple(bindings)
        return name

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Publish all; they are confirmed after one turn of the event loop."""
        if not self._connected.is_set():
            await self._up()
        publish, refusal_of = self.server.publish, self.server.refusal_of
        refusals: dict[int, Refusal] = {}
        returned: list[tuple[str, str]] = []
        for index, message in enumerate(messages):
            refusal = _why_unsendable(message) or refusal_of(message)
            if refusal is not None:
                refusals[index] = refusal
            elif not publish(message) and message.mandatory:
                returned.append((message.exchange, message.routing_key))
        await asyncio.sleep(0)
        if refusals:
            raise MessageRefused.among(len(messages), refusals, routes=returned)
        if returned:
            raise UnroutableMessage.to(returned)

    def keep_alive(self, messages: Sequence[OutgoingMessage] = ()) -> bool:
        """Nothing: the server stands still with the loop, and so does every lease that could run out."""
        return False

    async def subscribe(self, queue: str, *, prefetch: int) -> MemorySubscription:
        """Consume a queue."""
        await self._up()
        source = self.server.queue(queue, self)
        subscription = MemorySubscription(self, queue, prefetch=prefetch)
        self._subscriptions = [*(each for each in self._subscriptions if not each.is_over), subscription]
        subscription.attach(source, self._epoch)
        return subscription

    async def get(self, queue: str) -> bytes | None:
        """Take one message off a queue."""
        await self._up()
        stored = self.server.queue(queue, self).pop()
        return None if stored is None else stored.message.body

    async def stats(self, queue: str) -> QueueStats | None:
        """Depth and consumers; None when there is no such queue."""
        await self._up()
        if not self.server.has_queue(queue):
            return None
        found = self.server.queue(queue, self)
        return QueueStats(messages=len(found), consumers=len(found.consumers))

    async def purge(self, queue: str) -> int:
        """Remove all ready messages of a queue."""
        await self._up()
        return self.server.queue(queue, self).clear()

    # what the server tells

    def on_disconnected(self) -> None:
        """The connection is gone."""
        self._connected.clear()
        for subscription in self._subscriptions:
            subscription.detach(dispatch=self.server.is_up)

    def on_connected(self) -> None:
        """The connection stands: declare again what was declared, consume again."""
        if not self._is_open:
            return
        self._epoch += 1
        self._connected.set()
        for exchange in self._exchanges.values():
            self.server.declare_exchange(exchange)
        for queue in self._queues.values():
            self.server.declare_queue(queue)
        for name, bindings in self._private.items():
            self._declare_private(name, bindings)
        for subscription in self._subscriptions:
            if not subscription.is_active:
                self.resubscribe(subscription)

    def on_queue_declared(self, name: str) -> None:
        """A queue came into being: consumers that miss it get it."""
        for subscription in self._subscriptions:
            if subscription.queue_name == name and not subscription.is_active:
                self.resubscribe(subscription)

    def resubscribe(self, subscription: MemorySubscription) -> None:
        """Consume again, from a queue that is made again where it was declared here and is missing."""
        queue = subscription.queue_name
        if not self._connected.is_set() or subscription.is_ended:
            return
        if not self.server.has_queue(queue):
            if queue in self._private:
                self._declare_private(queue, self._private[queue])
            elif queue in self._queues:
                self.server.declare_queue(self._queues[queue])
            return  # declared queues tell `on_queue_declared`, and others are waited for
        subscription.attach(self.server.queue(queue, self), self._epoch)

    async def _up(self) -> None:
        if self._connected.is_set():
            return
        if not self._is_open:
            raise BrokerUnavailable(
                f"the broker of {self._name!r} is not connected: its connect() comes first, its close() last"
            )
        try:
            async with asyncio.timeout(self._timeout_seconds):
                await self._connected.wait()
        except TimeoutError as exc:
            raise BrokerUnavailable(f"the memory broker's server was stopped for {self._timeout_seconds} s") from exc

    def _declare_private(self, name: str, bindings: tuple[tuple[str, str], ...]) -> None:
        self.server.declare_queue(Queue(name, dead_letter=None, queue_type="classic"), owner=self)
        for exchange, routing_key in bindings:
            self.server.bind(name, exchange, routing_key)


def _why_unsendable(message: OutgoingMessage) -> Refusal | None:
    """AMQP's limit on names and ids: what works embedded must work on RabbitMQ."""
    for text in (message.exchange, message.routing_key, message.reply_to, message.correlation_id, message.message_id):
        if text is not None and len(text) > 63 and len(text.encode()) > 255:
            return Refusal(f"the name or id {text[:40]!r}... is longer than AMQP's 255 bytes; shorten it")
    if message.headers and (size := sum(len(k) + len(v.encode()) for k, v in message.headers.items())) > _HEADER_BYTES:
        return Refusal(f"its headers have {size:,} bytes and a frame takes {_HEADER_BYTES:,}")
    return None
