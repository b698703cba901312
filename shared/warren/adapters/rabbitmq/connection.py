"""One connection to RabbitMQ (`Connection`), and the task that always replaces a lost one (`ConnectionKeeper`).

A connection is never repaired: when anything is wrong with it, it is dropped and another one is opened. It knows
nothing of what is sent through it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable

import aio_pika
import aiormq.abc
from yarl import URL

from warren.adapters.rabbitmq import frames
from warren.adapters.rabbitmq.frame_splitter import ChannelSink, FrameSplitter, SplittingTransportFactory
from warren.adapters.rabbitmq.liveness import Liveness
from warren.adapters.rabbitmq.retry import awake_timeout, retrying
from warren.adapters.rabbitmq.translation import BrokerClosed, connect_error, masked, translated
from warren.errors import BrokerError, BrokerUnavailable
from warren.tasks import cancel

log = logging.getLogger(__name__)

_ATTEMPT_SECONDS = 5.0
_CLOSE_SECONDS = 3.0
_PREPARE_SECONDS = 30.0
"""A broker that lives may still never answer on one channel; so nothing waits for it without end."""


class Connection:
    """One connection. `lost` is set when it is gone, for whatever reason."""

    def __init__(self, amqp: aio_pika.Connection, transport: SplittingTransportFactory, *, where: str) -> None:
        assert amqp.transport is not None
        self._amqp = amqp
        self._low: aiormq.abc.AbstractConnection = amqp.transport.connection
        self._splitter: FrameSplitter = transport.splitter
        self._writer = transport.writer
        self._outbox: list[bytes] = []
        self._loop = asyncio.get_running_loop()
        self._watch: asyncio.Task[None] | None = None
        self._is_excused = False
        self.where = where
        self.lost = asyncio.Event()
        self._splitter.on_lost = self.lost.set
        self._low.closing.add_done_callback(self._on_closing)

    @classmethod
    async def open(cls, url: URL, *, name: str, heartbeat_seconds: int) -> Connection:
        """Connect. Raises `BrokerUnavailable` saying what is wrong and what to do."""
        query = {"heartbeat": str(heartbeat_seconds), "name": name, **url.query}
        transport = SplittingTransportFactory()
        amqp = _AmqpConnection(url.with_query(query))
        amqp.kwargs["transport_factory"] = transport
        try:
            with translated(masked(url)):
                async with asyncio.timeout(_ATTEMPT_SECONDS):
                    await amqp.connect()
        except BaseException as exc:
            splitter = getattr(transport, "splitter", None)
            if splitter is not None:
                splitter.abort()
            if isinstance(exc, Exception):
                raise connect_error(url, exc.__cause__ or exc, splitter and splitter.close_reason) from exc
            raise
        connection = cls(amqp, transport, where=masked(url))
        try:
            await connection._start_watch()
        except BaseException:
            connection.abort()
            raise
        return connection

    @property
    def is_blocked(self) -> bool:
        """Whether the broker has an alarm and takes no messages from this connection."""
        return self._splitter.is_blocked

    @property
    def is_congested(self) -> bool:
        """Whether the socket takes less than was written; `drain` waits for it."""
        return self._splitter.is_congested

    @property
    def frame_max(self) -> int:
        """The largest frame, in bytes, that was agreed on."""
        return int(self._low.connection_tune.frame_max)

    def on_blocked(self, callback: Callable[[], None]) -> None:
        """Call `callback` when `is_blocked` changes."""
        self._splitter.on_blocked = callback

    async def open_channel(self, *, confirms: bool = False) -> aio_pika.abc.AbstractChannel:
        """A new channel. Raises `BrokerUnavailable`."""
        with translated(self.where):
            async with awake_timeout(_ATTEMPT_SECONDS):
                channel = self._amqp.channel(publisher_confirms=confirms)
                await channel.initialize()
                return channel

    def attach(self, channel: int, sink: ChannelSink) -> None:
        """Let `sink` take the frames of a channel from now on."""
        self._splitter.sinks[channel] = sink

    def detach(self, channel: int) -> None:
        """Leave the frames of a channel to aiormq again."""
        self._splitter.sinks.pop(channel, None)

    def send(self, data: bytes) -> None:
        """Write whole frames. What is sent during one turn of the event loop leaves in one write, in order."""
        if not self._outbox:
            self._loop.call_soon(self.flush)
        self._outbox.append(data)

    def flush(self) -> None:
        """Write what `send` collected, now."""
        if self._outbox:
            data = b"".join(self._outbox)
            self._outbox.clear()
            if not self._writer.is_closing():
                self._writer.write(data)

    def keep_alive(self, data: bytes = b"") -> bool:
        """From another thread, while the loop is blocked: write a heartbeat and whole frames, and tell aiormq, once
        the loop goes on, that the silence was not the broker's. Whether they were written; never raises."""
        if self.lost.is_set():
            return False
        if not self._is_excused:
            self._is_excused = True
            with contextlib.suppress(RuntimeError):  # the loop has been closed
                self._loop.call_soon_threadsafe(self._excuse)
        return self._writer.write_aside(frames.HEARTBEAT_FRAME + data)

    def _excuse(self) -> None:
        self._is_excused = False
        if not self.lost.is_set():
            self._splitter.feed_heartbeat()

    async def drain(self) -> None:
        """Wait until the socket takes more. Raises `BrokerUnavailable`."""
        self.flush()
        with translated(self.where):
            await self._writer.drain()

    def abort(self) -> None:
        """Drop the connection at once."""
        if self._watch is not None:
            self._watch.cancel()
        self._splitter.abort()
        self.lost.set()

    async def close(self) -> None:
        """Flush and close in good order, or abort when the broker takes too long. Idempotent."""
        self.flush()
        if self._watch is not None:
            self._watch.cancel()
        try:
            with translated(self.where):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await self._amqp.close()
        except BrokerError:
            log.debug("the connection to %s did not close cleanly", self.where)
        finally:
            self.abort()

    def describe_loss(self) -> str:
        """Why the connection is gone, as far as the broker said."""
        reason = self._splitter.close_reason
        return f"{reason[0]} {reason[1]}" if reason else "no reason given"

    def _on_closing(self, closing: asyncio.Future[object]) -> None:
        if not closing.cancelled():
            closing.exception()
        self.lost.set()

    async def _start_watch(self) -> None:
        self._watch = asyncio.create_task(self._watch_pulse(await self.open_channel()))

    async def _watch_pulse(self, channel: aio_pika.abc.AbstractChannel) -> None:
        heartbeat_seconds = int(self._low.connection_tune.heartbeat or 0)
        liveness = Liveness(self._splitter, heartbeat_seconds=heartbeat_seconds, send=self.send)
        seconds = await liveness.until_dead(channel)
        log.warning("%s did not answer for %d seconds; reconnecting", self.where, seconds)
        self.abort()


class _AmqpConnection(aio_pika.Connection):
    """Leaves closing to its owner. aio-pika's own starts a task for it, in whatever thread garbage is collected."""

    def __del__(self) -> None:
        """Nothing: the owner has closed or aborted it."""


class ConnectionKeeper:
    """Keeps one connection open: connects, waits for its loss, reconnects, until it is stopped.

    `prepare` runs on each new connection before anybody gets it; an error in it drops the connection.
    """

    def __init__(
        self,
        url: URL,
        *,
        name: str,
        heartbeat_seconds: int,
        prepare: Callable[[Connection, int], Awaitable[None]],
    ) -> None:
        self._url = url
        self._name = name
        self._heartbeat_seconds = heartbeat_seconds
        self._prepare = prepare
        self._connection: Connection | None = None
        self._is_up = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = True
        self.generation = 0
        """How many connections there have been."""
        self.last_error: BrokerError | None = None

    @property
    def connection(self) -> Connection | None:
        """The connection, while it is open."""
        connection = self._connection
        return None if connection is None or connection.lost.is_set() else connection

    async def up(self) -> Connection:
        """Wait for an open connection. Raises `BrokerUnavailable` while the keeper is stopped."""
        while (connection := self.connection) is None:
            if self._is_stopped:
                raise BrokerClosed(self._name)
            self._is_up.clear()
            await self._is_up.wait()
        return connection

    def start(self) -> None:
        """Begin to connect."""
        self._is_stopped = False
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name=f"{self._name}: connection")

    async def stop(self) -> None:
        """Close the connection for good. Idempotent."""
        self._is_stopped = True
        if self._task is not None:
            await cancel([self._task])
            self._task = None
        connection, self._connection = self._connection, None
        self._is_up.set()
        if connection is not None:
            await connection.close()

    async def _keep(self) -> None:
        while not self._is_stopped:
            async for attempt in retrying(self._report, gives_up_on=lambda _: self._is_stopped):
                with attempt:
                    connection = await self._connect()
            self.last_error = None
            await connection.lost.wait()
            self._connection = None
            self.last_error = BrokerUnavailable(
                f"the connection to {connection.where} was lost ({connection.describe_loss()})"
            )
            log.warning("%s: %s", self._name, self.last_error)
            await connection.close()

    async def _connect(self) -> Connection:
        connection = await Connection.open(self._url, name=self._name, heartbeat_seconds=self._heartbeat_seconds)
        try:
            with translated(connection.where):
                async with asyncio.timeout(_PREPARE_SECONDS):
                    await self._prepare(connection, self.generation + 1)
        except BaseException:
            connection.abort()
            raise
        self.generation += 1
        self._connection = connection
        self._is_up.set()
        return connection

    def _report(self, error: BrokerError) -> None:
        if self.last_error is None or str(error) != str(self.last_error):
            log.warning("%s: %s; retrying", self._name, error)
        self.last_error = error
