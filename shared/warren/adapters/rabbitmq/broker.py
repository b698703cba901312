"""`RabbitBroker`: the `Broker` port over aio-pika, with the hot path on frames of its own.

This module wires the parts together and holds what is asked rarely (declare, get, stats, purge). There are two
connections, one to publish and one to consume and for the rare requests, because a broker in need stops reading from
those that publish.
"""

from __future__ import annotations

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeVar
from uuid import uuid4

from yarl import URL

from warren.adapters.rabbitmq.connection import Connection, ConnectionKeeper
from warren.adapters.rabbitmq.declarations import Declarations
from warren.adapters.rabbitmq.publication import FULL_SECONDS
from warren.adapters.rabbitmq.publisher import Publisher
from warren.adapters.rabbitmq.retry import retrying
from warren.adapters.rabbitmq.subscription import RabbitSubscription
from warren.adapters.rabbitmq.translation import BrokerClosed, ChannelRefused, masked, translated
from warren.contracts.topology import Queue, Topology
from warren.errors import BrokerError, BrokerUnavailable, InvalidInput
from warren.ports.broker import Broker, OutgoingMessage, QueueStats

_T = TypeVar("_T")
_REQUEST_SECONDS = 15.0


class RabbitBroker(Broker):
    """RabbitMQ 3.10 to 4.x.

    Args:
        url: `amqp://user:password@host:port/vhost`, or `amqps://` (`?cafile=FILE`, `?no_verify_ssl=1`).
        name: what the broker shows this process as, and the beginning of its private queues' names.
        give_up_after: how long any method waits for a broker that is away, or for a queue that is full; None waits
            indefinitely for the broker, and hands back at once (`MessageRefused`) what a full queue rejects.
        heartbeat_seconds: this side notices a dead connection within 8 s in any case; the broker forgets a
            vanished client, and gives its deliveries and its place as the single active consumer to others, after two
            to three times this. So it does with one whose event loop is blocked for longer, unless another thread
            calls `keep_alive`; with `amqps://` that cannot help.
    """

    def __init__(
        self, url: str, *, name: str, give_up_after: timedelta | None = None, heartbeat_seconds: int = 10
    ) -> None:
        self._url = _checked(url)
        self._name = name
        self._timeout_seconds = None if give_up_after is None else give_up_after.total_seconds()
        self._declarations = Declarations()
        self._epochs = itertools.count(1)
        self._subscriptions: list[RabbitSubscription] = []
        self._publishing = ConnectionKeeper(
            self._url, name=f"{name} publishing", heartbeat_seconds=heartbeat_seconds, prepare=self._prepare_publishing
        )
        self._consuming = ConnectionKeeper(
            self._url, name=f"{name} consuming", heartbeat_seconds=heartbeat_seconds, prepare=self._prepare_consuming
        )
        full_seconds = FULL_SECONDS if self._timeout_seconds is None else self._timeout_seconds
        self._publisher = Publisher(self._publishing, self._declarations, full_seconds=full_seconds)

    @property
    def is_ready(self) -> bool:
        """Whether the publishing connection stands and every subscription is active."""
        return self._publisher.is_ready and all(each.is_active for each in self._live_subscriptions())

    @property
    def epoch(self) -> int:
        """Counts established connections, from 1."""
        return self._publisher.epoch

    async def connect(self) -> None:
        """Connect; idempotent. Raises `BrokerUnavailable` saying what to do."""
        if (library := logging.getLogger("aiormq")).level == logging.NOTSET:
            library.setLevel(
                logging.CRITICAL
            )  # it logs each failed attempt as an error; the connections report them, once
        self._publishing.start()
        self._consuming.start()
        self._publisher.start()
        try:
            async with self._waiting("connect"):
                await self._publisher.ready()
                await self._consuming.up()
        except BrokerUnavailable:
            await self.close()
            raise

    async def close(self) -> None:
        """Cancel subscriptions, disconnect. Idempotent."""
        subscriptions, self._subscriptions = self._subscriptions, []
        await asyncio.gather(*(subscription.stop() for subscription in subscriptions))
        await self._publisher.stop()
        await asyncio.gather(self._publishing.stop(), self._consuming.stop())

    async def declare(self, topology: Topology) -> None:
        """Create what is missing."""
        await self._ask("declare", lambda connection: self._declarations.declare(connection, topology))

    async def declare_queue(self, queue: Queue) -> None:
        """Create one durable queue and its binding."""
        await self._ask("declare", lambda connection: self._declarations.declare_queue(connection, queue))

    async def declare_private_queue(self, *, bindings: Sequence[tuple[str, str]] = ()) -> str:
        """Create an exclusive queue; returns its name."""
        name = f"{self._name}.{uuid4().hex[:12]}"
        await self._ask("declare", lambda connection: self._declarations.declare_private(connection, name, bindings))
        return name

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Publish all; returns when all are confirmed."""
        if self._timeout_seconds is None:
            await self._publisher.publish(messages)
        else:
            async with self._waiting("publish"):
                await self._publisher.publish(messages)

    def keep_alive(self, messages: Sequence[OutgoingMessage] = ()) -> bool:
        """From another thread, while the event loop is blocked: keep the connections, and publish these."""
        if (consuming := self._consuming.connection) is not None:
            consuming.keep_alive()
        return self._publisher.keep_alive(messages)

    async def subscribe(self, queue: str, *, prefetch: int) -> RabbitSubscription:
        """Consume a queue."""
        subscription = RabbitSubscription(
            queue,
            prefetch=prefetch,
            keeper=self._consuming,
            declarations=self._declarations,
            epochs=self._epochs,
        )
        async with self._waiting("subscribe"):
            await subscription.start()
        self._subscriptions = [*self._live_subscriptions(), subscription]
        return subscription

    async def get(self, queue: str) -> bytes | None:
        """Take one message off a queue."""

        async def get(connection: Connection) -> bytes | None:
            channel = await connection.open_channel()
            with translated(connection.where):
                low = await channel.get_underlay_channel()
                message = await low.basic_get(queue, no_ack=True)
                await channel.close()
            return None if message.delivery_tag is None else bytes(message.body)

        return await self._ask("get", get)

    async def stats(self, queue: str) -> QueueStats | None:
        """Depth and consumers; None when there is no such queue."""

        async def stats(connection: Connection) -> QueueStats:
            channel = await connection.open_channel()
            with translated(connection.where):
                declared = await channel.declare_queue(queue, passive=True)
                await channel.close()
            result = declared.declaration_result
            return QueueStats(messages=result.message_count or 0, consumers=result.consumer_count or 0)

        try:
            return await self._ask("stats", stats)
        except ChannelRefused as exc:
            if exc.is_missing:
                return None
            raise

    async def purge(self, queue: str) -> int:
        """Remove all ready messages of a queue."""

        async def purge(connection: Connection) -> int:
            channel = await connection.open_channel()
            with translated(connection.where):
                low = await channel.get_underlay_channel()
                purged = await low.queue_purge(queue)
                await channel.close()
            return purged.message_count or 0

        return await self._ask("purge", purge)

    async def _ask(self, what: str, request: Callable[[Connection], Awaitable[_T]]) -> _T:
        """Do a rare request, again when the connection breaks under it."""
        async with self._waiting(what):
            async for attempt in retrying(_ignore, gives_up_on=_is_final):
                with attempt:
                    connection = await self._consuming.up()
                    with translated(connection.where):
                        async with asyncio.timeout(_REQUEST_SECONDS):
                            return await request(connection)
        raise AssertionError("unreachable: the loop ends with a result or an error")

    @asynccontextmanager
    async def _waiting(self, what: str) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_seconds) as timeout:
                yield
        except TimeoutError as exc:
            if not timeout.expired():
                raise
            reason = self._publishing.last_error or self._consuming.last_error
            text = reason or f"{masked(self._url)} did not {what} within {self._timeout_seconds} s"
            raise BrokerUnavailable(str(text)) from exc

    def _live_subscriptions(self) -> list[RabbitSubscription]:
        return [each for each in self._subscriptions if not each.is_ended]

    async def _prepare_publishing(self, connection: Connection, generation: int) -> None:
        if generation > 1:
            await self._declarations.restore(connection, private=False)

    async def _prepare_consuming(self, connection: Connection, generation: int) -> None:
        if generation > 1:
            await self._declarations.restore(connection, private=True)


def _is_final(error: BrokerError) -> bool:
    return not isinstance(error, BrokerUnavailable) or isinstance(error, BrokerClosed)


def _ignore(_: BrokerError) -> None:
    """A rare request is tried again without a word; the connection reports its own loss."""


def _checked(url: str) -> URL:
    try:
        parsed = URL(url)
        reason = "" if parsed.scheme in ("amqp", "amqps") and parsed.host else "no host, or not amqp:// or amqps://"
    except ValueError as error:
        reason = str(error)
    if reason:  # the URL is not shown: it may hold a password
        raise InvalidInput(f"the broker URL cannot be used ({reason}): write amqp://user:password@host:5672/vhost")
    return parsed
