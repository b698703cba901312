"""The broker as the rest of Warren sees it. The docstrings are the contract; `tests/contract` tests every adapter."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from warren.contracts.topology import Queue, Topology


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to publish. Persistent unless `persistent` is false.

    A `mandatory` message that no queue takes makes `publish` raise `UnroutableMessage`; another one is dropped silently
    by the broker (replies to a client that left, lifecycle events that nobody bound).
    """

    exchange: str
    routing_key: str
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    reply_to: str | None = None
    correlation_id: str | None = None
    message_id: str | None = None
    mandatory: bool = True
    persistent: bool = True


@dataclass(slots=True, eq=False)
class Delivery:
    """A message that was received and not yet settled.

    `delivery_count` is how often it was delivered before: 0 the first time, and None where it is `redelivered` and the
    broker does not count, as in classic queues. `tag` and `epoch` belong to the adapter.
    """

    body: bytes
    queue: str
    exchange: str
    routing_key: str
    headers: Mapping[str, Any]
    redelivered: bool
    delivery_count: int | None
    reply_to: str | None
    correlation_id: str | None
    message_id: str | None
    tag: int
    epoch: int

    def as_redelivered(self) -> Delivery:
        """A copy that says that it may have been handled before."""
        return replace(self, redelivered=True)


@dataclass(frozen=True, slots=True)
class QueueStats:
    """What a passive declare tells: messages ready (not those unacknowledged) and consumers."""

    messages: int
    consumers: int


class Subscription(Protocol):
    """One consumer on one queue; survives reconnects. Deliveries of a lost connection come again, redelivered."""

    @property
    def is_active(self) -> bool:
        """Whether the broker currently has this consumer (false from the loss of its channel until it is back)."""
        ...

    async def receive(self, limit: int) -> list[Delivery]:
        """Wait until at least one delivery is here, then take what is here now, up to `limit`, in queue order.

        Returns an empty list only once, after `cancel` or `close`, when nothing is left. One caller at a time.
        """
        ...

    def held(self, deliveries: list[Delivery]) -> list[Delivery]:
        """Those of these, in the order of their arrival, that can still be settled.

        The others were of a connection that is lost: they come again, unless the broker lost its data.
        """
        ...

    def ack(self, deliveries: Sequence[Delivery]) -> None:
        """Settle deliveries for good; sent without waiting. Those of a lost connection are ignored: they come again.

        Coalesced into as few frames as their tags allow. Order does not matter. Settling one twice is ignored.
        """
        ...

    def nack(self, deliveries: Sequence[Delivery], *, requeue: bool = True) -> None:
        """Give deliveries back to the queue, or (requeue=False) to its dead-letter queue."""
        ...

    async def cancel(self) -> None:
        """Stop receiving. What was delivered to this process but not yet returned by `receive` goes back to the queue;
        what `receive` returned can still be settled. Idempotent."""
        ...


class Broker(Protocol):
    """A message broker: durable, at least once, with confirms. Library exceptions never leave an adapter.

    Every method raises `BrokerUnavailable` when the broker stays away for longer than the adapter's limit
    (services wait indefinitely, commands of people a few seconds), and `BrokerError` for what trying again cannot mend.
    """

    @property
    def is_ready(self) -> bool:
        """Whether the publishing connection stands and every subscription is active."""
        ...

    @property
    def epoch(self) -> int:
        """Counts established connections, from 1; a change means that the broker may have been restarted."""
        ...

    async def connect(self) -> None:
        """Connect; idempotent."""
        ...

    async def close(self) -> None:
        """Cancel subscriptions, disconnect; unsettled deliveries go back to their queues. Idempotent."""
        ...

    async def declare(self, topology: Topology) -> None:
        """Create what is missing; idempotent. Raises `BrokerError` when something exists with other properties, naming
        it and how to remove it."""
        ...

    async def declare_queue(self, queue: Queue) -> None:
        """Create one durable queue and its binding if missing; idempotent."""
        ...

    async def declare_private_queue(self, *, bindings: Sequence[tuple[str, str]] = ()) -> str:
        """Create an exclusive queue of this connection with (exchange, routing key) bindings; returns its name.

        It is created again under the same name, with its bindings, after a reconnect; what lay in it is lost. A
        subscription to it acknowledges as any other.
        """
        ...

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Publish all, pipelined, and return when the broker has confirmed every one (it owns them now).

        After an exception any part of them may have been taken; publishing all again is the caller's remedy, and
        duplicates are the receivers' business. Messages with one route keep their order.

        A message that the broker refuses hurts no other one: it is tried by itself, without holding up what others
        publish, until that is certain.

        Raises:
            UnroutableMessage: a mandatory message found no queue (the others were taken).
            MessageRefused: the broker does not take some of them, whatever the reason (the others were taken): too
                large a body or header, a name that AMQP does not allow, a queue that has been full for 10 s, or
                something that has it close the channel or the connection each time.
        """
        ...

    def keep_alive(self, messages: Sequence[OutgoingMessage] = ()) -> bool:
        """Another thread's way to have the broker keep this connection while the event loop is blocked.

        To be called about once a second for as long as that lasts; what was delivered is then given to nobody else.
        `messages` are published once and without a confirm, and dropped where no queue takes them. Returns whether they
        are on their way. They are not, and nothing is kept, where the connection is encrypted or away, or the socket
        did not take what was written before; nor are they on a broker inside this process, which stands still with the
        loop. The one method that may be called from any thread; it never waits and never raises.
        """
        ...

    async def subscribe(self, queue: str, *, prefetch: int) -> Subscription:
        """Consume a queue with at most `prefetch` unsettled deliveries. A missing queue raises `BrokerError`."""
        ...

    async def get(self, queue: str) -> bytes | None:
        """Take one message off a queue and acknowledge it at once; None when it is empty."""
        ...

    async def stats(self, queue: str) -> QueueStats | None:
        """Depth and consumers of a queue; None when there is no such queue."""
        ...

    async def purge(self, queue: str) -> int:
        """Remove all ready messages of a queue; returns how many."""
        ...
