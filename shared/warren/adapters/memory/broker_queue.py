"""A queue of the memory broker: first in first out, competing consumers in turn, or one single active consumer.

Everything happens synchronously inside the call that causes it, so that the same calls always give the same order.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from warren.contracts.topology import Queue
from warren.ports.broker import Delivery, OutgoingMessage

_DELIVERY_LIMIT: Final = 100
"""As on RabbitMQ: a quorum queue dead-letters what was given back this often, where it has a dead-letter queue. Classic
queues do not count."""


@dataclass(slots=True, eq=False)
class StoredMessage:
    """A message in a queue. `position` is its place there for as long as it is in it, also when it is given back."""

    message: OutgoingMessage
    exchange: str
    routing_key: str
    headers: Mapping[str, Any]
    position: int
    delivery_count: int = 0


class Consumer(Protocol):
    """What a queue delivers to."""

    @property
    def capacity(self) -> int:
        """How many more deliveries it may have unsettled."""
        ...

    def take(self, stored: StoredMessage) -> None:
        """Take one delivery."""
        ...


class MemoryQueue:
    """One queue. `owner` is set for an exclusive one; `dead_letter` is called for what it rejects."""

    def __init__(
        self, spec: Queue, *, owner: object | None, dead_letter: Callable[[MemoryQueue, StoredMessage, str], None]
    ) -> None:
        self.spec = spec
        self.owner = owner
        self.consumers: list[Consumer] = []
        self._dead_letter = dead_letter
        self._ready: deque[StoredMessage] = deque()
        self._turn = 0
        self._positions = 0

    def __len__(self) -> int:
        return len(self._ready)

    @property
    def counts(self) -> bool:
        """Whether it knows how often it has delivered a message."""
        return self.spec.queue_type != "classic"

    def put(self, message: OutgoingMessage, exchange: str, routing_key: str, headers: Mapping[str, Any]) -> None:
        """Append a message and deliver what can be delivered."""
        self._positions += 1
        self._ready.append(StoredMessage(message, exchange, routing_key, headers, self._positions))
        if self.consumers:
            self.dispatch()

    def give_back(self, returned: Iterable[StoredMessage], *, dispatch: bool = True) -> None:
        """Take messages back to their places; the next delivery of each is a redelivery."""
        survivors = []
        for stored in sorted(returned, key=lambda each: each.position):
            stored.delivery_count += 1
            if self.counts and stored.delivery_count > _DELIVERY_LIMIT and self.spec.dead_letter is not None:
                self._dead_letter(self, stored, "delivery_limit")
            else:
                survivors.append(stored)
        if survivors and self._ready and survivors[-1].position > self._ready[0].position:
            self._ready = deque(sorted((*survivors, *self._ready), key=lambda each: each.position))
        else:
            self._ready.extendleft(reversed(survivors))
        if dispatch:
            self.dispatch()

    def reject(self, rejected: Iterable[StoredMessage]) -> None:
        """Dead-letter messages, or drop them where there is no dead-letter queue."""
        for stored in sorted(rejected, key=lambda each: each.position):
            self._dead_letter(self, stored, "rejected")

    def pop(self) -> StoredMessage | None:
        """Take the first message for good."""
        return self._ready.popleft() if self._ready else None

    def clear(self) -> int:
        """Drop all ready messages; returns how many."""
        count = len(self._ready)
        self._ready.clear()
        return count

    def add_consumer(self, consumer: Consumer) -> None:
        """Begin to deliver to a consumer."""
        self.consumers.append(consumer)
        self.dispatch()

    def remove_consumer(self, consumer: Consumer) -> None:
        """Deliver nothing more to a consumer; the turn of the others is kept."""
        if consumer in self.consumers:
            index = self.consumers.index(consumer)
            del self.consumers[index]
            if index < self._turn:
                self._turn -= 1

    def dispatch(self) -> None:
        """Deliver while there are messages and consumers with room for them."""
        while self._ready:
            consumer = self._next_consumer()
            if consumer is None:
                return
            consumer.take(self._ready.popleft())

    def _next_consumer(self) -> Consumer | None:
        consumers = self.consumers
        if self.spec.single_active_consumer:
            return consumers[0] if consumers and consumers[0].capacity > 0 else None
        for step in range(len(consumers)):
            index = (self._turn + step) % len(consumers)
            if consumers[index].capacity > 0:
                self._turn = index + 1
                return consumers[index]
        return None


def delivery_of(stored: StoredMessage, queue: MemoryQueue, *, tag: int, epoch: int) -> Delivery:
    """The delivery of a stored message."""
    message = stored.message
    is_again = stored.delivery_count > 0
    return Delivery(
        message.body,
        queue.spec.name,
        stored.exchange,
        stored.routing_key,
        stored.headers,
        is_again,
        None if is_again and not queue.counts else stored.delivery_count,
        message.reply_to,
        message.correlation_id,
        message.message_id,
        tag,
        epoch,
    )
