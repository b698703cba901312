"""The memory broker's server side: exchanges, queues, routing, and the faults that tests may cause.

One `MemoryServer` stands for one RabbitMQ; any number of `MemoryBroker`s may be connected to it, one for each simulated
process. It is synchronous and deterministic, keeps bytes as they are, and lives in one event loop.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from warren.adapters.memory.broker_queue import MemoryQueue, StoredMessage
from warren.contracts.topology import Exchange, Queue
from warren.errors import BrokerError, Refusal
from warren.ports.broker import OutgoingMessage


class Connected(Protocol):
    """What the server must be able to tell a connected broker."""

    def on_disconnected(self) -> None:
        """The connection is gone."""
        ...

    def on_connected(self) -> None:
        """The connection stands again."""
        ...

    def on_queue_declared(self, name: str) -> None:
        """A queue came into being."""
        ...


class MemoryServer:
    """Exchanges and queues.

    Faults to cause: `stop` and `start`, `drop_connection`, `lose_data`, `delete_queue`, `duplicate_next`,
    `withhold_next` and `release`.
    """

    def __init__(self) -> None:
        self._exchanges: dict[str, Exchange] = {}
        self._bindings: dict[str, dict[tuple[str, str], None]] = {}
        self._queues: dict[str, MemoryQueue] = {}
        self._routes: dict[tuple[str, str], list[MemoryQueue]] = {}
        self._clients: list[Connected] = []
        self._names = 0
        self._duplicates = 0
        self._withhold = 0
        self._withheld: list[OutgoingMessage] = []
        self.is_up = True
        self.body_limit: int | None = None
        """The most bytes that a message may have; None takes any."""
        self.refuses: Callable[[OutgoingMessage], Refusal | None] | None = None
        """A simulator's own reasons to refuse a message."""

    # what a connected broker asks for

    def join(self, client: Connected) -> None:
        """A broker connects; it is notified at once if the server is up."""
        if client not in self._clients:
            self._clients.append(client)
            if self.is_up:
                client.on_connected()

    def leave(self, client: Connected) -> None:
        """A broker disconnects; its exclusive queues go."""
        if client in self._clients:
            self._clients.remove(client)
        self._drop_private_queues(client)

    def declare_exchange(self, exchange: Exchange) -> None:
        """Create an exchange. Raises `BrokerError` when it exists with another type."""
        existing = self._exchanges.setdefault(exchange.name, exchange)
        if existing != exchange:
            raise BrokerError(
                f"the exchange {exchange.name!r} exists with other properties ({existing.kind}, not {exchange.kind}); "
                "use another MemoryServer, or declare it as it was"
            )

    def declare_queue(self, queue: Queue, *, owner: Connected | None = None) -> None:
        """Create a queue and its binding. Raises `BrokerError` when it exists with other properties."""
        existing = self._queues.get(queue.name)
        if existing is None:
            self._queues[queue.name] = MemoryQueue(queue, owner=owner, dead_letter=self._dead_letter)
            self._routes.clear()
            for client in list(self._clients):
                client.on_queue_declared(queue.name)
        elif _properties(existing.spec) != _properties(queue) or existing.owner is not owner:
            raise BrokerError(
                f"the queue {queue.name!r} exists with other properties ({existing.spec}); use another MemoryServer, "
                "or declare it as it was"
            )
        for exchange, key in queue.bindings:
            self.bind(queue.name, exchange, key)

    def bind(self, queue: str, exchange: str, routing_key: str) -> None:
        """Let an exchange route to a queue. Raises `BrokerError` when there is no such exchange."""
        if exchange not in self._exchanges:
            raise BrokerError(f"there is no exchange {exchange!r} to bind {queue!r} to; declare it first")
        self._bindings.setdefault(exchange, {})[routing_key, queue] = None
        self._routes.clear()

    def new_name(self, prefix: str) -> str:
        """A name that no queue has."""
        self._names += 1
        return f"{prefix}.{self._names}"

    def queue(self, name: str, client: Connected) -> MemoryQueue:
        """A queue that a broker may use. Raises `BrokerError`."""
        queue = self._queues.get(name)
        if queue is None:
            raise BrokerError(f"there is no queue {name!r}; declare it first (`warren topology`)")
        if queue.owner is not None and queue.owner is not client:
            raise BrokerError(f"the queue {name!r} belongs to another connection; use one of your own")
        return queue

    def has_queue(self, name: str) -> bool:
        """Whether there is a queue of this name."""
        return name in self._queues

    def publish(self, message: OutgoingMessage) -> bool:
        """Route a message; false when no queue took it. Raises `BrokerError` when there is no such exchange."""
        queues = self._route(message.exchange, message.routing_key)
        if queues and self._withhold:
            self._withhold -= 1
            self._withheld.append(message)
            return True
        copies = 1
        if queues and self._duplicates:
            self._duplicates -= 1
            copies = 2
        for queue in queues:
            for _ in range(copies):
                queue.put(message, message.exchange, message.routing_key, message.headers)
        return bool(queues)

    def refusal_of(self, message: OutgoingMessage) -> Refusal | None:
        """Why a message is not taken, if it is not."""
        if self.body_limit is not None and len(message.body) > self.body_limit:
            size = len(message.body)
            return Refusal(
                f"its body has {size:,} bytes, and the broker takes at most {self.body_limit:,}", self.body_limit
            )
        if message.exchange and message.exchange not in self._exchanges:
            return Refusal(f"there is no exchange {message.exchange!r}: declare it (`warren topology`)")
        return None if self.refuses is None else self.refuses(message)

    # faults

    def stop(self) -> None:
        """The server goes away with its data intact; `start` brings it back."""
        self.is_up = False
        for client in list(self._clients):
            client.on_disconnected()
            self._drop_private_queues(client)

    def start(self) -> None:
        """The server is back; brokers connect again in the order in which they first came."""
        self.is_up = True
        for client in list(self._clients):
            client.on_connected()

    def drop_connection(self, client: Connected) -> None:
        """One broker loses its connection and gets a new one: unsettled deliveries go back to their queues."""
        client.on_disconnected()
        self._drop_private_queues(client)
        if self.is_up:
            client.on_connected()

    def lose_data(self) -> None:
        """The server loses everything, and every connection; brokers come back and declare what they had declared."""
        self.stop()
        self._exchanges.clear()
        self._bindings.clear()
        self._queues.clear()
        self._routes.clear()
        self._withheld.clear()
        self.start()

    def delete_queue(self, name: str) -> None:
        """A queue disappears, with what is in it, and the bindings to it; its consumers are cancelled."""
        queue = self._queues.pop(name, None)
        for bindings in self._bindings.values():
            for binding in [each for each in bindings if each[1] == name]:
                del bindings[binding]
        self._routes.clear()
        for consumer in list(queue.consumers) if queue is not None else ():
            if isinstance(consumer, Cancellable):
                consumer.on_cancelled()

    def duplicate_next(self, count: int = 1) -> None:
        """Deliver the next `count` messages twice."""
        self._duplicates += count

    def withhold_next(self, count: int = 1) -> None:
        """Confirm the next `count` messages but deliver them only after `release`."""
        self._withhold += count

    def release(self, order: Callable[[Sequence[OutgoingMessage]], Sequence[OutgoingMessage]] = list) -> int:
        """Deliver what was withheld, in the order that `order` gives it; returns how many."""
        withheld, self._withheld, self._withhold = self._withheld, [], 0
        for message in order(withheld):
            self.publish(message)
        return len(withheld)

    def _drop_private_queues(self, client: Connected) -> None:
        for name in [name for name, queue in self._queues.items() if queue.owner is client]:
            self.delete_queue(name)

    def _dead_letter(self, queue: MemoryQueue, stored: StoredMessage, reason: str) -> None:
        target = self._queues.get(queue.spec.dead_letter or "")
        if target is not None:
            death = {
                "x-first-death-queue": queue.spec.name,
                "x-first-death-reason": reason,
                "x-first-death-exchange": stored.exchange,
            }
            target.put(stored.message, "", target.spec.name, {**death, **stored.headers})

    def _route(self, exchange: str, routing_key: str) -> list[MemoryQueue]:
        route = self._routes.get((exchange, routing_key))
        if route is None:
            if len(self._routes) > 10_000:
                self._routes.clear()
            route = self._routes[exchange, routing_key] = self._find_queues(exchange, routing_key)
        return route

    def _find_queues(self, exchange: str, routing_key: str) -> list[MemoryQueue]:
        if exchange == "":
            queue = self._queues.get(routing_key)
            return [] if queue is None else [queue]
        if exchange not in self._exchanges:
            raise BrokerError(f"there is no exchange {exchange!r}; declare it first (`warren topology`)")
        kind = self._exchanges[exchange].kind
        found = {
            queue: None
            for key, queue in self._bindings.get(exchange, ())
            if kind == "fanout" or key == routing_key or (kind == "topic" and _matches(key, routing_key))
        }
        return [self._queues[name] for name in found]


class Cancellable:
    """A consumer that wants to know when the server cancels it."""

    def on_cancelled(self) -> None:
        """The queue is gone."""
        raise NotImplementedError


def _properties(queue: Queue) -> tuple[object, ...]:
    return (queue.name, queue.single_active_consumer, queue.dead_letter, queue.queue_type)


def _matches(pattern: str, routing_key: str) -> bool:
    """AMQP topics: `*` is one word, `#` any number of them."""
    return _match_words(pattern.split("."), routing_key.split(".") if routing_key else [])


def _match_words(pattern: Sequence[str], words: Sequence[str]) -> bool:
    if not pattern:
        return not words
    if pattern[0] == "#":
        return any(_match_words(pattern[1:], words[skip:]) for skip in range(len(words) + 1))
    return bool(words) and pattern[0] in ("*", words[0]) and _match_words(pattern[1:], words[1:])
