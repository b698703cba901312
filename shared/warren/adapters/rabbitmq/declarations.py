"""What exists in the broker because of this process: declares it, remembers it, and declares it again when it is gone.

It knows the arguments of every queue type on RabbitMQ 3.10 to 4.x; it does not know what the queues are for.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from aio_pika.abc import AbstractChannel, ExchangeType

from warren.adapters.rabbitmq.connection import Connection
from warren.adapters.rabbitmq.translation import ChannelRefused, translated
from warren.contracts.topology import Exchange, Queue, QueueType, Topology
from warren.errors import BrokerError

log = logging.getLogger(__name__)

_CLOSE_SECONDS: Final = 5.0
_GONE_SECONDS: Final = 1.0
"""RabbitMQ tells the consumers of a deleted quorum queue one after another. One that has not been notified when the
queue is made again stays a consumer, and what the new queue sends to it is dropped (3.10: always, within 10 ms)."""

_DELIVERY_LIMIT: Final = 100
"""RabbitMQ 4 dead-letters after 20 deliveries by default, 3.10 never: a poisonous message needs one answer on both."""
_NO_DELIVERY_LIMIT: Final = 2_000_000_000
"""For queues without a dead-letter queue, whose messages a limit would drop; -1 means this on RabbitMQ 4 only."""


class Declarations:
    """Declares on behalf of one broker object, whose memory of what it declared this is."""

    def __init__(self) -> None:
        self._exchanges: dict[str, Exchange] = {}
        self._queues: dict[str, Queue] = {}
        self._private: dict[str, tuple[tuple[str, str], ...]] = {}
        self._queue_type: QueueType = "quorum"

    def knows_exchange(self, name: str) -> bool:
        """Whether the exchange exists for sure, or was declared here and can be again."""
        return name == "" or name.startswith("amq.") or name in self._exchanges

    def knows_queue(self, name: str) -> bool:
        """Whether the queue was declared here."""
        return name in self._queues or name in self._private

    async def declare(self, connection: Connection, topology: Topology) -> None:
        """Create what is missing of a topology. Raises `BrokerError` for what exists with other properties."""
        self._queue_type = topology.queue_type
        channel = await connection.open_channel()
        try:
            for exchange in topology.exchanges:
                await self._declare_exchange(channel, connection.where, exchange)
                self._exchanges[exchange.name] = exchange
            for queue in topology.queues:
                typed = replace(queue, queue_type=queue.queue_type or topology.queue_type)
                await self._declare_queue(channel, connection.where, typed)
                self._queues[queue.name] = typed
        finally:
            await _close(channel, connection)

    async def declare_queue(self, connection: Connection, queue: Queue) -> None:
        """Create one queue if missing, of the type of the topology declared last."""
        if queue.name in self._queues:
            await self._let_consumers_go(connection, queue.name)
        await self.declare(connection, Topology(queue_type=self._queue_type, queues=(queue,)))

    async def declare_private(self, connection: Connection, name: str, bindings: Sequence[tuple[str, str]]) -> None:
        """Create an exclusive queue of this connection."""
        channel = await connection.open_channel()
        try:
            await self._declare_private(channel, connection.where, name, bindings)
        finally:
            await _close(channel, connection)
        self._private[name] = tuple(bindings)

    async def restore(self, connection: Connection, *, private: bool) -> None:
        """Declare again all that was declared here; what is refused now is reported and left.

        Exclusive queues belong to the connection that consumes, so only that one restores them.
        """
        everything = Topology(self._queue_type, tuple(self._exchanges.values()), tuple(self._queues.values()))
        try:
            await self.declare(connection, everything)
        except ChannelRefused:
            for exchange in everything.exchanges:
                await self._attempt(connection, Topology(self._queue_type, exchanges=(exchange,)))
            for queue in everything.queues:
                await self._attempt(connection, Topology(self._queue_type, queues=(queue,)))
        if private:
            for name in self._private:
                try:
                    await self.restore_queue(connection, name)
                except BrokerError as exc:
                    if connection.lost.is_set():
                        raise
                    log.warning("the private queue %s is not back yet: %s", name, exc)

    async def restore_queue(self, connection: Connection, name: str) -> None:
        """Declare one queue of this memory again; does nothing for one that was not declared here."""
        if name in self._private:
            await self.declare_private(connection, name, self._private[name])
        elif name in self._queues:
            queue = self._queues[name]
            exchange = self._exchanges.get(queue.binding[0]) if queue.binding is not None else None
            exchanges = () if exchange is None else (exchange,)
            await self._let_consumers_go(connection, name)
            await self._attempt(connection, Topology(self._queue_type, exchanges, (queue,)))

    async def _let_consumers_go(self, connection: Connection, name: str) -> None:
        """Where a queue has gone, wait until all its consumers have been notified."""
        channel = await connection.open_channel()
        try:
            with translated(connection.where):
                await channel.declare_queue(name, passive=True)
        except ChannelRefused as exc:
            if exc.is_missing:
                await asyncio.sleep(_GONE_SECONDS)
        finally:
            await _close(channel, connection)

    async def _attempt(self, connection: Connection, topology: Topology) -> None:
        try:
            await self.declare(connection, topology)
        except ChannelRefused as exc:
            log.warning("cannot re-declare the topology: %s", exc)

    async def _declare_exchange(self, channel: AbstractChannel, where: str, exchange: Exchange) -> None:
        try:
            with translated(where):
                await channel.declare_exchange(exchange.name, ExchangeType(exchange.kind), durable=True)
        except ChannelRefused as exc:
            raise _explained(exc, "exchange", exchange.name) from exc

    async def _declare_queue(self, channel: AbstractChannel, where: str, queue: Queue) -> None:
        try:
            with translated(where):
                declared = await channel.declare_queue(queue.name, durable=True, arguments=_arguments(queue))
                for exchange, key in queue.bindings:
                    await declared.bind(exchange, key)
        except ChannelRefused as exc:
            raise _explained(exc, "queue", queue.name) from exc

    async def _declare_private(
        self, channel: AbstractChannel, where: str, name: str, bindings: Sequence[tuple[str, str]]
    ) -> None:
        with translated(where):
            declared = await channel.declare_queue(name, exclusive=True, arguments={"x-queue-type": "classic"})
            for exchange, routing_key in bindings:
                await declared.bind(exchange, routing_key)


def _arguments(queue: Queue) -> dict[str, Any]:
    arguments: dict[str, Any] = {"x-queue-type": queue.queue_type}
    if queue.dead_letter is not None:
        arguments["x-dead-letter-exchange"] = ""
        arguments["x-dead-letter-routing-key"] = queue.dead_letter
    if queue.single_active_consumer:
        arguments["x-single-active-consumer"] = True
    if queue.queue_type == "quorum":
        arguments["x-delivery-limit"] = _NO_DELIVERY_LIMIT if queue.dead_letter is None else _DELIVERY_LIMIT
    return arguments


def _explained(exc: ChannelRefused, what: str, name: str) -> BrokerError:
    if not exc.is_mismatch:
        return exc
    command = (
        f"`rabbitmqctl delete_queue {name}` (what lies in it is lost; runs recover from PostgreSQL)"
        if what == "queue"
        else f"`rabbitmqadmin delete exchange name={name}`"
    )
    return ChannelRefused(
        f"the {what} {name!r} exists with other properties: {exc}. Remove it with {command} and start again, or set "
        "WARREN_QUEUE_TYPE (and the number of shards) to what it was made with",
        is_mismatch=True,
    )


async def _close(channel: AbstractChannel, connection: Connection) -> None:
    try:
        with translated(connection.where):
            async with asyncio.timeout(_CLOSE_SECONDS):
                if not channel.is_closed:
                    await channel.close()
    except BrokerError as exc:
        log.debug("closing a channel: %s", exc)  # no reason to drop the connection: it may be behind large messages
