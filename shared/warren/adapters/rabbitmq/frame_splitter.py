"""Reads the socket before aiormq does: frames of the hot channels go straight to their sinks, all others on to aiormq.

aiormq awaits three reads, a queue and a task for each message; here a whole chunk of the socket is cut into frames in
one synchronous pass. The handshake, declarations, closing and heartbeats remain aiormq's. It knows no meaning beyond
which frame is whose, except the three things that aiormq keeps to itself: that the broker is alive, that it has blocked
this connection, and why it closed it.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Callable
from typing import Any, Protocol, cast

from aiormq.connection import SSLContextProvider, TransportFactory
from yarl import URL

from warren.adapters.rabbitmq import frames
from warren.adapters.rabbitmq.writer import SharedWriter

_FEED_EVERY_SECONDS = 1.0


class ChannelSink(Protocol):
    """What takes the frames of one hot channel."""

    def take(self, kind: int, payload: bytes) -> bool:
        """Take one frame; false leaves it to aiormq. Must not raise but for a malformed frame."""
        ...


class FrameSplitter(asyncio.StreamReaderProtocol):
    """The protocol of one connection."""

    def __init__(self, reader: asyncio.StreamReader, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__(reader, loop=loop)
        self._reader = reader
        self._loop = loop
        self._partial = b""
        self._is_foreign = False
        self._fed_at = 0.0
        self.transport: asyncio.Transport | None = None
        self.sinks: dict[int, ChannelSink] = {}
        self.received = 0
        """Counts chunks; a broker that lets it stand still is silent."""
        self.volume = 0
        """Counts bytes."""
        self.is_blocked = False
        self.is_congested = False
        """The socket's write buffer is above its high-water mark."""
        self.close_reason: tuple[int, str] | None = None
        self.on_blocked: Callable[[], None] = _nothing
        self.on_lost: Callable[[], None] = _nothing
        self.on_ending: Callable[[], None] = _nothing
        """Called before the socket is closed."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one without being a subclass

    def connection_lost(self, exc: Exception | None) -> None:
        self.on_ending()
        super().connection_lost(exc)
        self.on_lost()

    def pause_writing(self) -> None:
        super().pause_writing()
        self.is_congested = True

    def resume_writing(self) -> None:
        super().resume_writing()
        self.is_congested = False

    def data_received(self, data: bytes) -> None:
        self.received += 1
        self.volume += len(data)
        if self._is_foreign or (self.received == 1 and data.startswith(b"AMQP")):
            self._is_foreign = True  # another protocol version: aiormq reports it
            self._reader.feed_data(data)
            return
        try:
            self._split(self._partial + data if self._partial else data)
        except (struct.error, IndexError, ValueError) as exc:
            self.close_reason = (501, f"the broker sent a malformed frame: {exc!r}")
            self.abort()

    def abort(self) -> None:
        """Drop the connection without a word."""
        if self.transport is not None:
            self.transport.abort()

    def _split(self, buffer: bytes) -> None:
        sinks, end, position, cold_from = self.sinks, len(buffer), 0, 0
        unpack = frames.frame_prefix.unpack_from
        took = False
        while end - position >= frames.FRAME_OVERHEAD:
            kind, channel, size = unpack(buffer, position)
            stop = position + size + frames.FRAME_OVERHEAD
            if stop > end:
                break
            if channel == 0:
                if kind == frames.METHOD:
                    self._observe(buffer[position + 7 : stop - 1])
            elif (sink := sinks.get(channel)) is not None and sink.take(kind, buffer[position + 7 : stop - 1]):
                if cold_from < position:
                    self._reader.feed_data(buffer[cold_from:position])
                cold_from = stop
                took = True
            position = stop
        if cold_from < position:
            self._reader.feed_data(buffer[cold_from:position])
        self._partial = buffer[position:]
        if took and self._loop.time() - self._fed_at > _FEED_EVERY_SECONDS:
            # A busy broker sends no heartbeats, and aiormq, who sees none of the hot frames, would think it dead.
            self.feed_heartbeat()

    def feed_heartbeat(self) -> None:
        """Tell aiormq that the broker is alive: it has not seen, or could not see, what the broker sent."""
        self._fed_at = self._loop.time()
        self._reader.feed_data(frames.HEARTBEAT_FRAME)

    def _observe(self, payload: bytes) -> None:
        match frames.method_id.unpack_from(payload)[0]:
            case frames.CONNECTION_CLOSE:
                self.close_reason = frames.decode_close(payload)
            case frames.CONNECTION_BLOCKED:
                self.is_blocked = True
                self.on_blocked()
            case frames.CONNECTION_UNBLOCKED:
                self.is_blocked = False
                self.on_blocked()


class SplittingTransportFactory(TransportFactory):
    """Hands aiormq a connection whose frames pass through a `FrameSplitter` (plain or TLS, by the URL's scheme)."""

    splitter: FrameSplitter
    writer: SharedWriter

    async def create(self, url: URL, **kwargs: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        contexts: SSLContextProvider = kwargs.pop("ssl_context_provider")
        tls = await contexts.get_context() if url.scheme == "amqps" else None
        loop = asyncio.get_running_loop()
        assert url.host is not None
        assert url.port is not None
        reader = asyncio.StreamReader(loop=loop)
        splitter = FrameSplitter(reader, loop)
        transport, _ = await loop.create_connection(lambda: splitter, url.host, url.port, ssl=tls, **kwargs)
        self.splitter = splitter
        self.writer = SharedWriter(transport, splitter, reader, loop, is_plain=tls is None)
        splitter.on_ending = self.writer.forget_socket
        return reader, self.writer


def _nothing() -> None:
    """Stands in until somebody listens."""
