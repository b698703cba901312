"""Publisher confirms: a `ConfirmChannel` sends a whole list of messages at once, a `Batch` is what became of one list.

One future stands for one list, whatever its length: no task, lock, timer or future per message. What to do about a list
that was not confirmed is the publisher's business.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Sequence

import aio_pika
import aiormq.abc

from warren.adapters.rabbitmq import frames
from warren.adapters.rabbitmq.connection import Connection
from warren.adapters.rabbitmq.translation import translated
from warren.errors import BrokerError
from warren.ports.broker import OutgoingMessage


class Batch:
    """Messages sent in one go, with consecutive tags, and what became of them so far."""

    __slots__ = ("_early", "close_reason", "done", "end", "first", "low", "messages", "refused", "returned")

    def __init__(self, messages: Sequence[OutgoingMessage], first: int, done: asyncio.Future[None]) -> None:
        self.messages = messages
        self.first = self.low = first
        self.end = first + len(messages)
        self.done = done
        """Resolved when every message is settled, or the channel is gone (then `low` is below `end`)."""
        self.close_reason: tuple[int, str] | None = None
        """Why the broker closed the channel under these, if it did."""
        self.refused: int | None = None
        """The first tag that the broker refused (Basic.Nack)."""
        self.returned: list[int] = []
        self._early: set[int] = set()

    def settle(self, tag: int, *, multiple: bool, is_ack: bool) -> None:
        """Take one confirm for `tag`, or all up to it; `low` is the first message that has none."""
        if not is_ack:
            first = self.low if multiple else tag
            self.refused = first if self.refused is None else min(self.refused, first)
        if multiple:
            self.low = max(self.low, min(tag + 1, self.end))
        elif tag == self.low:
            self.low += 1
        else:
            self._early.add(tag)
        while self._early and self.low in self._early:
            self._early.discard(self.low)
            self.low += 1
        if self.low == self.end and not self.done.done():
            self.done.set_result(None)

    def take_back(self, exchange: str, routing_key: str, body: bytes) -> bool:
        """Note a message that was returned, if it is one of these. A return precedes its message's confirm."""
        for index, message in enumerate(self.messages):
            if (
                message.mandatory
                and self.first + index >= self.low
                and message.routing_key == routing_key
                and message.exchange == exchange
                and message.body == body
                and index not in self.returned
            ):
                self.returned.append(index)
                return True
        return False

    @property
    def is_clean(self) -> bool:
        """Whether every message was taken by a queue, or needed none."""
        return self.low == self.end and self.refused is None and not self.returned

    @property
    def is_open(self) -> bool:
        """Whether the channel went before every message was settled."""
        return self.low < self.end

    @property
    def unroutable(self) -> list[tuple[str, str]]:
        """The routes of mandatory messages that came back, where the broker then confirmed that this is all."""
        returned = [self.messages[index] for index in self.returned if self.first + index < self.low]
        return [(message.exchange, message.routing_key) for message in returned]

    @property
    def unconfirmed(self) -> Sequence[OutgoingMessage]:
        """What has to be sent again: everything from the first message that was not taken, so that the order stays."""
        first = self.low if self.refused is None else min(self.low, self.refused)
        return self.messages[first - self.first :]


class ConfirmChannel:
    """One channel in confirm mode, and the sink of its acks and returns."""

    def __init__(
        self,
        connection: Connection,
        channel: aio_pika.abc.AbstractChannel,
        low: aiormq.abc.AbstractChannel,
        *,
        body_limit: int | None = None,
    ) -> None:
        self._connection = connection
        self._channel = channel
        self._number = low.number
        self._encoder = frames.PublishEncoder(low.number, frame_max=connection.frame_max, body_limit=body_limit)
        self._batches: deque[Batch] = deque()
        self._next_tag = 1
        self._return: tuple[str, str] | None = None
        self._return_size = 0
        self._return_body = b""
        self._loop = asyncio.get_running_loop()
        self.lost = asyncio.Event()
        self.close_reason: tuple[int, str] | None = None
        low.closing.add_done_callback(self._on_closing)

    @classmethod
    async def open(cls, connection: Connection, *, body_limit: int | None = None) -> ConfirmChannel:
        """Open a channel on a connection; `body_limit` is the most bytes of a body. Raises `BrokerUnavailable`."""
        channel = await connection.open_channel(confirms=True)
        with translated(connection.where):
            low = await channel.get_underlay_channel()
        confirming = cls(connection, channel, low, body_limit=body_limit)
        connection.attach(low.number, confirming)
        return confirming

    @property
    def connection(self) -> Connection:
        """The connection that it is on."""
        return self._connection

    @property
    def is_congested(self) -> bool:
        """Whether `drain` has something to wait for."""
        return self._connection.is_congested

    @property
    def oldest(self) -> int | None:
        """The tag of the first message that has no confirm."""
        return self._batches[0].low if self._batches else None

    async def drain(self) -> None:
        """Wait until the socket takes more. Raises `BrokerUnavailable`."""
        await self._connection.drain()

    def send(self, messages: Sequence[OutgoingMessage]) -> Batch:
        """Send messages, all or none; the batch's `done` tells when they are settled.

        Raises:
            Unsendable: one of them must not be sent.
        """
        encode = self._encoder.encode
        data = b"".join([encode(message) for message in messages])
        batch = Batch(messages, self._next_tag, self._loop.create_future())
        if not messages:
            batch.done.set_result(None)
            return batch
        self._next_tag = batch.end
        self._batches.append(batch)
        self._connection.send(data)
        return batch

    def check(self, message: OutgoingMessage) -> None:
        """Raise `Unsendable` for a message that must not be sent."""
        self._encoder.encode(message)

    def take(self, kind: int, payload: bytes) -> bool:
        """Confirms, returns, and the reason when the broker closes the channel."""
        if kind == frames.METHOD:
            match frames.method_id.unpack_from(payload)[0]:
                case frames.ACK:
                    self._settle(payload, is_ack=True)
                case frames.NACK:
                    self._settle(payload, is_ack=False)
                case frames.RETURN:
                    self._return = frames.decode_return(payload)
                case frames.CHANNEL_CLOSE:
                    self.close_reason = frames.decode_close(payload)
                    return False
                case _:
                    return False
        elif kind == frames.HEADER:
            self._return_size, _ = frames.decode_header(payload)
            self._return_body = b""
            self._finish_return()
        elif kind == frames.BODY:
            self._return_body += payload
            self._finish_return()
        return True

    async def close(self) -> None:
        """Close the channel in good order, if it still is open."""
        self.give_up()
        with contextlib.suppress(BrokerError), translated(self._connection.where):
            await self._channel.close()

    def give_up(self) -> None:
        """The channel is gone: resolve what is in flight."""
        self._connection.detach(self._number)
        while self._batches:
            batch = self._batches.popleft()
            if not batch.done.done():
                batch.close_reason = self.close_reason
                batch.done.set_result(None)

    def _settle(self, payload: bytes, *, is_ack: bool) -> None:
        tag, multiple = frames.decode_confirm(payload)
        batches = self._batches
        for batch in batches:
            if tag < batch.first:
                break
            if multiple or tag < batch.end:
                batch.settle(tag, multiple=multiple, is_ack=is_ack)
        while batches and batches[0].low == batches[0].end:
            batches.popleft()

    def _finish_return(self) -> None:
        if self._return is None or len(self._return_body) < self._return_size:
            return
        route, self._return = self._return, None
        for batch in self._batches:
            if batch.take_back(*route, self._return_body):
                return

    def _on_closing(self, closing: asyncio.Future[object]) -> None:
        if not closing.cancelled():
            closing.exception()
        self.lost.set()
