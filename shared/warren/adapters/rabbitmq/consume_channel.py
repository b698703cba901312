"""One consumer on one channel: frames become deliveries in a deque, settlements become frames.

No task, future or await per message. When the channel ends, so does this object; a subscription makes another one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import aiormq.abc
from aio_pika.abc import AbstractChannel

from warren.adapters.rabbitmq import frames
from warren.adapters.rabbitmq.connection import Connection
from warren.adapters.rabbitmq.delivery_tags import DeliveryTags
from warren.adapters.rabbitmq.retry import awake_timeout
from warren.adapters.rabbitmq.translation import translated
from warren.errors import BrokerError
from warren.ports.broker import Delivery

_CANCEL_SECONDS = 5.0
_DELIVERY_COUNT = "x-delivery-count"


class ConsumeChannel:
    """The sink of a consumer's channel. `on_delivery` is called for each message, synchronously."""

    def __init__(
        self,
        connection: Connection,
        channel: AbstractChannel,
        low: aiormq.abc.AbstractChannel,
        *,
        queue: str,
        epoch: int,
        on_delivery: Callable[[Delivery], None],
    ) -> None:
        self.connection = connection
        self.epoch = epoch
        self.lost = asyncio.Event()
        self.drained = asyncio.Event()
        """Set by a settlement that leaves nothing unsettled."""
        self._channel = channel
        self._low = low
        self._number = low.number
        self._tag = f"warren.{epoch}"
        self._queue = queue
        self._on_delivery = on_delivery
        self._tags = DeliveryTags()
        self._method = (0, False, "", "")
        self._properties: frames.Properties = ({}, None, None, None)
        self._missing = 0
        self._is_consuming = False
        self._pieces: list[bytes] = []
        low.closing.add_done_callback(self._on_closing)

    @classmethod
    async def open(
        cls, connection: Connection, *, queue: str, epoch: int, on_delivery: Callable[[Delivery], None]
    ) -> ConsumeChannel:
        """A channel that is ready to consume. Raises `BrokerUnavailable`."""
        channel = await connection.open_channel()
        with translated(connection.where):
            low = await channel.get_underlay_channel()
            consuming = cls(connection, channel, low, queue=queue, epoch=epoch, on_delivery=on_delivery)
        connection.attach(low.number, consuming)
        return consuming

    async def consume(self, *, prefetch: int) -> None:
        """Start to consume. Raises `ChannelRefused` (no such queue) or `BrokerUnavailable`.

        The first deliveries may be here, and settled, before this returns.
        """
        with translated(self.connection.where):
            await self._low.basic_qos(prefetch_count=prefetch)
            await self._low.basic_consume(self._queue, _unreachable, consumer_tag=self._tag)
        self._is_consuming = True

    @property
    def is_active(self) -> bool:
        """Whether the broker has this consumer."""
        return self._is_consuming and not self.lost.is_set() and not self.connection.lost.is_set()

    @property
    def delivered(self) -> int:
        """How many messages have come."""
        return self._tags.delivered

    @property
    def is_drained(self) -> bool:
        """Whether everything delivered is settled."""
        return self._tags.is_empty

    def take(self, kind: int, payload: bytes) -> bool:
        """Deliveries; everything else is aiormq's, too."""
        if kind == frames.METHOD:
            method = frames.method_id.unpack_from(payload)[0]
            if method == frames.DELIVER:
                self._method = frames.decode_deliver(payload)
                return True
            if method == frames.CANCEL:
                self.lost.set()
            return False
        if kind == frames.HEADER:
            self._missing, self._properties = frames.decode_header(payload)
            if not self._missing:
                self._deliver(b"")
            return True
        self._missing -= len(payload)
        if self._missing > 0:
            self._pieces.append(payload)
        elif self._pieces:
            body = b"".join((*self._pieces, payload))
            self._pieces.clear()
            self._deliver(body)
        else:
            self._deliver(payload)
        return True

    def ack(self, tags: Sequence[int]) -> None:
        """Settle for good."""
        upto, single = self._tags.settle(tags)
        number = self._number
        if upto:
            self.connection.send(frames.encode_ack(number, upto, multiple=True))
        if single:
            self.connection.send(b"".join([frames.encode_ack(number, tag, multiple=False) for tag in single]))
        if self._tags.is_empty:
            self.drained.set()

    def nack(self, tags: Sequence[int], *, requeue: bool) -> None:
        """Give back, or to the dead-letter queue."""
        upto, single = self._tags.settle(tags)
        number = self._number
        if upto:
            self.connection.send(frames.encode_nack(number, upto, multiple=True, requeue=requeue))
        for tag in single:
            self.connection.send(frames.encode_nack(number, tag, multiple=False, requeue=requeue))
        if self._tags.is_empty:
            self.drained.set()

    async def cancel(self) -> None:
        """Stop the deliveries; the channel stays for what is unsettled. Raises `BrokerUnavailable`."""
        with translated(self.connection.where):
            async with awake_timeout(_CANCEL_SECONDS):
                await self._low.basic_cancel(self._tag)

    async def close(self) -> None:
        """Close the channel; what is unsettled goes back to the queue. Never raises."""
        self.connection.detach(self._number)
        self.lost.set()
        if self.connection.lost.is_set():
            return
        self.connection.flush()
        try:
            with translated(self.connection.where):
                async with awake_timeout(_CANCEL_SECONDS):
                    if not self._channel.is_closed:
                        await self._channel.close()
        except BrokerError:
            self.connection.abort()  # a channel that cannot be closed would keep its deliveries

    def _deliver(self, body: bytes) -> None:
        tag, redelivered, exchange, routing_key = self._method
        headers, correlation_id, reply_to, message_id = self._properties
        count = headers.get(_DELIVERY_COUNT, 0) if headers else 0
        if type(count) is not int or count < 0:  # a header as any other, which anybody can set
            count = 0
        if redelivered and count == 0:
            count = None  # a classic queue says that it is not the first time, and no more
        self._tags.delivered = tag
        self._on_delivery(
            Delivery(
                body,
                self._queue,
                exchange,
                routing_key,
                headers,
                redelivered,
                count,
                reply_to,
                correlation_id,
                message_id,
                tag,
                self.epoch,
            )
        )

    def _on_closing(self, closing: asyncio.Future[object]) -> None:
        if not closing.cancelled():
            closing.exception()
        self.lost.set()


async def _unreachable(_: object) -> None:
    """aiormq wants a callback; deliveries never reach it."""
