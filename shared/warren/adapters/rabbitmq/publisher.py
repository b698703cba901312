"""Publishing until the broker has confirmed: through lost connections, closed channels, alarms and refusals.

It knows nothing of queues and subscriptions, and leaves frames to `ConfirmChannel`.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Sequence

from warren.adapters.rabbitmq.confirm_channel import ConfirmChannel
from warren.adapters.rabbitmq.connection import Connection, ConnectionKeeper
from warren.adapters.rabbitmq.declarations import Declarations
from warren.adapters.rabbitmq.frames import Unsendable
from warren.adapters.rabbitmq.publication import CHUNK_MESSAGES, FULL_SECONDS, Publication, Route
from warren.adapters.rabbitmq.translation import BrokerClosed
from warren.adapters.rabbitmq.unconfirmed import UnconfirmedChannel
from warren.errors import BrokerError
from warren.ports.broker import OutgoingMessage
from warren.tasks import cancel, first_of

log = logging.getLogger(__name__)

_FORGOTTEN_SECONDS = 20.0
"""Without any confirm for so long, while something waits for one, the broker has forgotten it."""
_TOO_LARGE = re.compile(r"larger than (?:configured )?max size (\d+)")


class Publisher:
    """Publishes over one connection, through outages, until the broker has confirmed."""

    def __init__(
        self, keeper: ConnectionKeeper, declarations: Declarations, *, full_seconds: float = FULL_SECONDS
    ) -> None:
        self._keeper = keeper
        self._declarations = declarations
        self._channel: ConfirmChannel | None = None
        self._connection: Connection | None = None
        self._aside: UnconfirmedChannel | None = None
        self._usable = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = True
        self._body_limit: int | None = None
        self.full: set[Route] = set()
        self.full_seconds = full_seconds
        self.epoch = 0

    @property
    def is_ready(self) -> bool:
        """Whether a message published now would leave now."""
        return self._usable.is_set() and self._keeper.connection is not None

    async def ready(self) -> None:
        """Wait until publishing is possible. Raises `BrokerUnavailable` once stopped."""
        await self.shared()

    def start(self) -> None:
        """Begin to keep a channel open."""
        self._is_stopped = False
        if self._task is None:
            self._usable.clear()
            self._task = asyncio.create_task(self._keep_channel(), name="publisher")

    async def stop(self) -> None:
        """Stop; what is in flight fails with `BrokerUnavailable`. Idempotent."""
        self._is_stopped = True
        if self._task is not None:
            await cancel([self._task])
            self._task = None
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.give_up()
        self._usable.set()

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send until confirmed. Raises what `Publication.run` raises."""
        if not messages:
            return
        channel = self._channel if self._usable.is_set() else None
        if channel is not None and len(messages) <= CHUNK_MESSAGES and not channel.is_congested:
            try:
                batch = channel.send(messages)
            except Unsendable:
                pass
            else:
                await batch.done
                if batch.is_clean:
                    return
                await Publication(self, messages, begun=batch).run()
                return
        await Publication(self, messages).run()

    def keep_alive(self, messages: Sequence[OutgoingMessage]) -> bool:
        """From another thread, while the event loop is blocked: a heartbeat, and these messages without confirms.

        Whether both were written. Never raises.
        """
        connection, aside = self._keeper.connection, self._aside
        if connection is None:
            return False
        if not messages:
            return connection.keep_alive()
        if aside is None or aside.connection is not connection or not aside.is_usable:
            connection.keep_alive()
            return False
        try:
            return connection.keep_alive(aside.encode(messages))
        except BrokerError:
            return False

    async def shared(self) -> ConfirmChannel:
        """The channel of all publications, once it can be used. Raises `BrokerUnavailable` once stopped."""
        while True:
            if self._is_stopped:
                raise BrokerClosed("the broker object")
            await self._usable.wait()
            if self._channel is not None and self._usable.is_set() and not self._is_stopped:
                return self._channel

    async def apart(self) -> ConfirmChannel:
        """A channel for the caller alone. Raises `BrokerUnavailable`; it may work later."""
        return await ConfirmChannel.open(await self._keeper.up(), body_limit=self._body_limit)

    def is_usable(self, channel: ConfirmChannel) -> bool:
        """Whether this still is the shared channel."""
        return channel is self._channel

    async def _keep_channel(self) -> None:
        while not self._is_stopped:
            connection = await self._keeper.up()
            try:
                channel = await ConfirmChannel.open(connection, body_limit=self._body_limit)
            except BrokerError as exc:
                log.debug("no channel to publish on: %s", exc)
                await first_of(connection.lost.wait(), asyncio.sleep(0.1))
                continue
            if self.epoch != self._keeper.generation:
                self._body_limit = None  # the broker may have been started with another one
            self._channel, self._connection = channel, connection
            self.epoch = self._keeper.generation
            connection.on_blocked(self._on_blocked)
            self._on_blocked()
            await self._open_aside(connection)
            await first_of(connection.lost.wait(), channel.lost.wait(), self._until_forgotten(connection, channel))
            self._channel = None
            self._usable.clear()
            channel.give_up()
            if channel.close_reason is not None:
                self._learn(channel.close_reason[1])
                log.warning("the broker closed the publishing channel: %s", channel.close_reason[1])
                await self._restore(connection)

    async def _open_aside(self, connection: Connection) -> None:
        if self._aside is not None and self._aside.connection is connection and self._aside.is_usable:
            return
        try:
            self._aside = await UnconfirmedChannel.open(connection)
        except BrokerError as exc:
            log.debug("no channel to publish on while the event loop is blocked: %s", exc)

    async def _until_forgotten(self, connection: Connection, channel: ConfirmChannel) -> None:
        """Drop the connection when the broker, which answers otherwise, confirms nothing any more."""
        waited, oldest = 0, channel.oldest
        while waited < _FORGOTTEN_SECONDS:
            await asyncio.sleep(1.0)
            is_taken = (
                not connection.is_blocked and not connection.is_congested
            )  # what is on its way there cannot be confirmed
            is_waiting = is_taken and oldest is not None and oldest == channel.oldest
            waited, oldest = waited + 1 if is_waiting else 0, channel.oldest
        log.warning("%s confirmed nothing for %d seconds; reconnecting", connection.where, waited)
        connection.abort()

    def _on_blocked(self) -> None:
        if self._connection is None or self._channel is None:
            return
        if self._connection.is_blocked:
            log.warning("%s has a memory or disk alarm and accepts no messages; waiting", self._connection.where)
            self._usable.clear()
        else:
            self._usable.set()

    async def _restore(self, connection: Connection) -> None:
        try:
            await self._declarations.restore(connection, private=False)
        except BrokerError as exc:
            log.debug("re-declaring the topology: %s", exc)

    def _learn(self, close_text: str) -> None:
        """Remember the most bytes that a message may have, which a broker says only when one has more."""
        if (found := _TOO_LARGE.search(close_text)) is not None:
            limit = int(found[1])
            self._body_limit = limit if self._body_limit is None else min(limit, self._body_limit)
