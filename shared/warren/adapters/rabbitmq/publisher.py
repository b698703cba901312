"""Publishing until the broker has confirmed: through lost connections, closed channels, alarms and refusals.

It knows nothing of queues and subscriptions, and leaves frames to `ConfirmChannel`.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from functools import partial

from warren.adapters.rabbitmq.confirms import Batch, ConfirmChannel
from warren.adapters.rabbitmq.declarations import Declarations
from warren.adapters.rabbitmq.link import Link, LinkKeeper
from warren.adapters.rabbitmq.patience import ended, first_of
from warren.adapters.rabbitmq.translation import BrokerClosed
from warren.adapters.rabbitmq.unconfirmed import UnconfirmedChannel
from warren.errors import BrokerError, BrokerUnavailable, UnroutableMessage
from warren.ports.broker import OutgoingMessage

log = logging.getLogger(__name__)

_CHUNK_MESSAGES = 512
_NACK_PAUSE_SECONDS = 0.2
_FORGOTTEN_SECONDS = 20.0
"""Without any confirm for so long, while something waits for one, the broker has forgotten it."""
_HOPELESS_AFTER = 5
"""How many channels may break under one list of messages before it is taken for the cause."""


class Publisher:
    """Publishes over one link, through outages, until the broker has confirmed."""

    def __init__(self, keeper: LinkKeeper, declarations: Declarations) -> None:
        self._keeper = keeper
        self._declarations = declarations
        self._channel: ConfirmChannel | None = None
        self._link: Link | None = None
        self._aside: UnconfirmedChannel | None = None
        self._usable = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._is_stopped = True
        self.epoch = 0

    @property
    def is_ready(self) -> bool:
        """Whether a message published now would leave now."""
        return self._usable.is_set() and self._keeper.link is not None

    async def ready(self) -> None:
        """Wait until publishing is possible. Raises `BrokerUnavailable` once stopped."""
        await self._usable_channel()

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
            await ended(self._task)
            self._task = None
        channel, self._channel = self._channel, None
        if channel is not None:
            channel.give_up(lambda _: BrokerClosed("the broker object"))
        self._usable.set()

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send until confirmed. Raises `UnroutableMessage`, or `BrokerError` for what no repetition can mend."""
        returned: list[tuple[str, str]] = []
        if len(messages) <= _CHUNK_MESSAGES:
            await self._publish(messages, returned)
        else:
            await self._publish_long(messages, returned)
        if returned:
            names = ", ".join(sorted({f"{exchange or '(default)'} / {key}" for exchange, key in returned})[:5])
            raise UnroutableMessage(
                f"no queue takes messages to {names}; declare the queue (a worker or `warren topology` does)",
                routes=returned,
            )

    def keep_alive(self, messages: Sequence[OutgoingMessage]) -> bool:
        """From another thread, while the event loop stands still: a sign of life, and these messages without confirms.

        Whether both were written. Never raises.
        """
        link, aside = self._keeper.link, self._aside
        if link is None:
            return False
        if not messages:
            return link.keep_alive()
        if aside is None or aside.link is not link or not aside.is_usable:
            link.keep_alive()
            return False
        try:
            return link.keep_alive(aside.encode(messages))
        except BrokerError:
            return False

    async def _publish(self, messages: Sequence[OutgoingMessage], returned: list[tuple[str, str]]) -> None:
        failures = 0
        while messages:
            channel = self._channel if self._usable.is_set() else None
            if channel is None:
                channel = await self._usable_channel()
            batch = channel.send(messages)
            if channel.is_congested:
                await self._drain(channel)
            await batch.done
            if batch.is_clean:
                return
            failures += 1
            messages = await self._settled(batch, returned, failures)

    async def _publish_long(self, messages: Sequence[OutgoingMessage], returned: list[tuple[str, str]]) -> None:
        """In chunks that are all in flight together; when one of them fails, on from its first unconfirmed message."""
        failures = 0
        while messages:
            channel = await self._usable_channel()
            batches: list[Batch] = []
            for start in range(0, len(messages), _CHUNK_MESSAGES):
                batches.append(channel.send(messages[start : start + _CHUNK_MESSAGES]))
                if channel.is_congested:
                    await self._drain(channel)
                if self._channel is not channel:
                    break
            sent = 0
            again: list[OutgoingMessage] = []
            for batch in batches:
                await batch.done
                again += await self._settled(batch, returned, failures + 1)
                sent += len(batch.messages)
            failures += 1
            messages = [*again, *messages[sent:]]

    async def _settled(self, batch: Batch, returned: list[tuple[str, str]], failures: int) -> Sequence[OutgoingMessage]:
        """What of a batch must be sent again."""
        returned += batch.unroutable
        if batch.error is not None:
            raise batch.error
        again = batch.unconfirmed
        if batch.refused is not None:
            await asyncio.sleep(min(failures * _NACK_PAUSE_SECONDS, 3.0))
        elif again and failures >= _HOPELESS_AFTER and self._keeper.link is self._link is not None:
            raise BrokerError(f"the broker closed the channel {failures} times under the same messages; see its log")
        return again

    async def _drain(self, channel: ConfirmChannel) -> None:
        try:
            await channel.drain()
        except BrokerUnavailable:
            log.debug("the connection broke while publishing")  # the batch says what has to be sent again

    async def _usable_channel(self) -> ConfirmChannel:
        while True:
            if self._is_stopped:
                raise BrokerClosed("the broker object")
            await self._usable.wait()
            if self._channel is not None and self._usable.is_set() and not self._is_stopped:
                return self._channel

    async def _keep_channel(self) -> None:
        while not self._is_stopped:
            link = await self._keeper.up()
            try:
                channel = await ConfirmChannel.open(link)
            except BrokerError as exc:
                log.debug("no channel to publish on: %s", exc)
                await first_of(link.lost.wait(), asyncio.sleep(0.1))
                continue
            self._channel, self._link = channel, link
            self.epoch = self._keeper.generation
            link.on_blocked(self._on_blocked)
            self._on_blocked()
            await self._open_aside(link)
            await first_of(link.lost.wait(), channel.lost.wait(), self._until_forgotten(link, channel))
            self._channel = None
            self._usable.clear()
            channel.give_up(partial(self._blame, close_reason=channel.close_reason))
            if channel.close_reason is not None:
                log.warning("the broker closed the publishing channel: %s", channel.close_reason[1])
                await self._restore(link)

    async def _open_aside(self, link: Link) -> None:
        if self._aside is not None and self._aside.link is link and self._aside.is_usable:
            return
        try:
            self._aside = await UnconfirmedChannel.open(link)
        except BrokerError as exc:
            log.debug("no channel to publish on while the loop stands still: %s", exc)

    async def _until_forgotten(self, link: Link, channel: ConfirmChannel) -> None:
        """Drop the link when the broker, which answers otherwise, confirms nothing any more."""
        waited, oldest = 0, channel.oldest
        while waited < _FORGOTTEN_SECONDS:
            await asyncio.sleep(1.0)
            is_taken = not link.is_blocked and not link.is_congested  # what is on its way there cannot be confirmed
            is_waiting = is_taken and oldest is not None and oldest == channel.oldest
            waited, oldest = waited + 1 if is_waiting else 0, channel.oldest
        log.warning("%s has confirmed nothing for %d seconds: connecting again", link.where, waited)
        link.abort()

    def _on_blocked(self) -> None:
        if self._link is None or self._channel is None:
            return
        if self._link.is_blocked:
            log.warning("%s has an alarm (memory or disk) and takes no messages: waiting", self._link.where)
            self._usable.clear()
        else:
            self._usable.set()

    async def _restore(self, link: Link) -> None:
        try:
            await self._declarations.restore(link, private=False)
        except BrokerError as exc:
            log.debug("declaring again: %s", exc)

    def _blame(self, batch: Batch, close_reason: tuple[int, str] | None) -> BrokerError | None:
        """The error for a batch that closed the channel; None for one that was only on it at the wrong moment."""
        if close_reason is None:
            return None
        code, text = close_reason
        for message in batch.messages:
            if code == 406 and f"size {len(message.body)} " in text:
                return BrokerError(f"a message is larger than the broker takes: {text}")
            if f"exchange '{message.exchange}'" in text and not (
                code == 404 and self._declarations.knows_exchange(message.exchange)
            ):
                return BrokerError(f"the broker refused a message: {text}; declare the exchange (`warren topology`)")
        return None
