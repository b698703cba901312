"""A channel without confirms, opened beforehand for what another thread publishes while the event loop is blocked.

It is a channel of its own because the tags of a confirming channel count what is published there, and because the loop
may stand still in the middle of a message. It must not know what is published.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import aio_pika

from warren.adapters.rabbitmq import frames
from warren.adapters.rabbitmq.connection import Connection
from warren.adapters.rabbitmq.translation import translated
from warren.ports.broker import OutgoingMessage


class UnconfirmedChannel:
    """One channel of one connection."""

    def __init__(self, connection: Connection, channel: aio_pika.abc.AbstractChannel, number: int) -> None:
        self.connection = connection
        self._channel = channel
        self._encoder = frames.PublishEncoder(number, frame_max=connection.frame_max)

    @classmethod
    async def open(cls, connection: Connection) -> UnconfirmedChannel:
        """Open a channel on a connection. Raises `BrokerUnavailable`."""
        channel = await connection.open_channel()
        with translated(connection.where):
            low = await channel.get_underlay_channel()
        return cls(connection, channel, low.number)

    @property
    def is_usable(self) -> bool:
        """Whether it is open, as far as is known here, and the broker takes messages."""
        return not (self._channel.is_closed or self.connection.lost.is_set() or self.connection.is_blocked)

    def encode(self, messages: Sequence[OutgoingMessage]) -> bytes:
        """The frames that publish these, without mandatory ones. Raises `BrokerError` for a name that is too long."""
        return b"".join([self._encoder.encode(replace(message, mandatory=False)) for message in messages])
