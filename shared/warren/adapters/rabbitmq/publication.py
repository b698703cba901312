"""One list of messages on its way: until the broker has taken each, has no queue for it, or refuses it for good.

A message that has the broker close the channel takes everything else on that channel along. So a list that has met that
gets a channel of its own, and then each half of it, until the message is found that breaks its channel all alone: that
one is refused, and everything else has passed. It knows nothing of how connections and channels are kept.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from typing import Final, Protocol

from warren.adapters.rabbitmq.confirm_channel import Batch, ConfirmChannel
from warren.adapters.rabbitmq.frames import Unsendable
from warren.errors import BrokerUnavailable, MessageRefused, Refusal, UnroutableMessage
from warren.ports.broker import OutgoingMessage
from warren.tasks import first_of

log = logging.getLogger(__name__)

CHUNK_MESSAGES: Final = 512
_LOST_TIMES: Final = 5
"""So often the connection may break under a list before that is taken for a reason; it may have others."""
FULL_SECONDS: Final = 0.3
"""For so long a queue may reject what is sent to it before that is handed back, so that nothing else waits for it."""
_NACK_PAUSE_SECONDS: Final = 0.2
_ALONE_TRIES: Final = 3
_ALONE_LOST: Final = 10
_NOT_FOUND: Final = 404
_ANSWER_SECONDS: Final = 20.0
"""Within so long a broker that is not blocked confirms a message that is alone on its channel."""


Route = tuple[str, str]
"""Exchange and routing key."""


class Channels(Protocol):
    """Where a publication gets channels from. `full` has the routes whose queues rejected something a moment ago.

    `full_seconds` is for how long a publication waits for a queue that rejects what is sent to it.
    """

    full: set[Route]
    full_seconds: float

    async def shared(self) -> ConfirmChannel:
        """The channel of all publications, once it can be used. Raises `BrokerUnavailable` when there will be none."""
        ...

    async def apart(self) -> ConfirmChannel:
        """A channel for the caller alone, who closes it. Raises `BrokerUnavailable`; it may work later."""
        ...

    def is_usable(self, channel: ConfirmChannel) -> bool:
        """Whether this still is the shared channel."""
        ...


class Publication:
    """Publishes `messages`; call `run` once. `begun` is a first try of all of them, if there was one."""

    def __init__(self, channels: Channels, messages: Sequence[OutgoingMessage], *, begun: Batch | None = None) -> None:
        self._channels = channels
        self._messages = messages
        self._routes: list[Route] = []
        self._refused: dict[int, Refusal] = {}
        """By the identity of the message."""
        self._closed = self._lost = 0
        self._full_since: float | None = None
        self._begun = begun

    async def run(self) -> None:
        """Return when all are taken.

        Raises:
            MessageRefused: some are not.
            UnroutableMessage: some have no queue.
            BrokerUnavailable: the broker object was closed.
        """
        messages = self._messages if self._begun is None else await self._rest_of([self._begun])
        while messages:
            messages = await self._send(messages)
            if messages and self._is_suspect():
                log.warning("the broker refuses at least one of %d messages; bisecting", len(messages))
                await self._apart(messages)
                break
        self._raise_for_rest()

    def _raise_for_rest(self) -> None:
        if self._refused:
            refusals = {
                index: self._refused[id(message)]
                for index, message in enumerate(self._messages)
                if id(message) in self._refused
            }
            raise MessageRefused.among(len(self._messages), refusals, routes=self._routes)
        if self._routes:
            raise UnroutableMessage.to(self._routes)

    def _is_suspect(self) -> bool:
        is_full = self._full_since is not None and _now() - self._full_since > self._channels.full_seconds
        return is_full or self._closed > 0 or self._lost >= _LOST_TIMES

    # together, on the channel that all share

    async def _send(self, messages: Sequence[OutgoingMessage]) -> Sequence[OutgoingMessage]:
        """Send all in chunks that are in flight together; returns what has to be sent again, in order."""
        channel = await self._channels.shared()
        batches: list[Batch] = []
        sent = 0
        while sent < len(messages) and (not batches or self._channels.is_usable(channel)):
            chunk = messages[sent : sent + CHUNK_MESSAGES] if sent or len(messages) > CHUNK_MESSAGES else messages
            sent += len(chunk)
            batches.append(self._send_chunk(channel, chunk))
            if channel.is_congested:
                await _drain(channel)
        return [*await self._rest_of(batches), *messages[sent:]]

    async def _rest_of(self, batches: Sequence[Batch]) -> Sequence[OutgoingMessage]:
        again: list[OutgoingMessage] = []
        for batch in batches:
            await batch.done
            self._routes += batch.unroutable
            again += batch.unconfirmed
        self._note(batches)
        if self._full_since is not None:
            await asyncio.sleep(_NACK_PAUSE_SECONDS)
        return again

    def _send_chunk(self, channel: ConfirmChannel, chunk: Sequence[OutgoingMessage]) -> Batch:
        try:
            return channel.send(chunk)
        except Unsendable:
            return channel.send([message for message in chunk if not self._is_unsendable(channel, message)])

    def _is_unsendable(self, channel: ConfirmChannel, message: OutgoingMessage) -> bool:
        try:
            channel.check(message)
        except Unsendable as error:
            self._refused[id(message)] = error.refusal
            return True
        return False

    def _note(self, batches: Sequence[Batch]) -> None:
        """Count what went wrong: several batches that one end of the channel has met count once."""
        self._closed += any(batch.close_reason is not None for batch in batches)
        self._lost += any(batch.is_open and batch.close_reason is None for batch in batches)
        if any(batch.refused is not None for batch in batches):
            self._full_since = _now() if self._full_since is None else self._full_since
        else:
            self._full_since = None

    # apart from the others

    async def _apart(self, messages: Sequence[OutgoingMessage]) -> None:
        """Publish on a channel of their own, in halves where that breaks; what breaks it alone is refused."""
        if len(messages) == 1:
            refusal = await self._alone(messages[0])
            if refusal is not None:
                self._refused[id(messages[0])] = refusal
            return
        await self._channels.shared()  # the broker takes messages at all
        left: Sequence[OutgoingMessage] = messages
        with contextlib.suppress(BrokerUnavailable, Unsendable):
            batch = await self._try(messages)
            self._routes += batch.unroutable
            left = batch.unconfirmed
        middle = (len(left) + 1) // 2
        for half in (left[:middle], left[middle:]):
            if half:
                await self._apart(half)

    async def _alone(self, message: OutgoingMessage) -> Refusal | None:
        """Publish one message on a channel of its own; the reason when it is not taken."""
        refusal = Refusal("the connection breaks each time it is sent")
        tries = lost = 0
        while tries < _ALONE_TRIES and lost < _ALONE_LOST:
            await self._channels.shared()  # the broker takes messages at all
            try:
                batch = await self._try([message])
            except Unsendable as error:
                return error.refusal
            except BrokerUnavailable as error:
                batch, refusal = None, Refusal(str(error), may_pass=True)
            if batch is not None and not batch.unconfirmed:
                self._routes += batch.unroutable
                self._channels.full.discard((message.exchange, message.routing_key))
                return None
            if batch is None or (batch.is_open and batch.close_reason is None):
                lost += 1
            else:
                tries, refusal = tries + 1, _why(batch)
                if refusal.may_pass and self._is_known_as_full(message):
                    break
            await asyncio.sleep(_NACK_PAUSE_SECONDS)
        return refusal

    def _is_known_as_full(self, message: OutgoingMessage) -> bool:
        """Whether something of this list was rejected by the same queue already; from now on it is known."""
        route = (message.exchange, message.routing_key)
        is_known = route in self._channels.full
        self._channels.full.add(route)
        return is_known

    async def _try(self, messages: Sequence[OutgoingMessage]) -> Batch:
        """What became of messages on a channel of their own."""
        channel = await self._channels.apart()
        try:
            batch = channel.send(messages)
            await _drain(channel)
            ends = (asyncio.shield(batch.done), channel.lost.wait(), channel.connection.lost.wait())
            await first_of(*ends, asyncio.sleep(_ANSWER_SECONDS))
            if batch.is_open and not channel.lost.is_set() and not channel.connection.lost.is_set():
                batch.settle(batch.low, multiple=False, is_ack=False)  # a queue that never answers is as good as full
        finally:
            await channel.close()
        return batch


def _why(batch: Batch) -> Refusal:
    if batch.close_reason is None:
        return Refusal("its queue rejects it, or does not answer: the queue is full, or ill", may_pass=True)
    code, text = batch.close_reason
    remedy = "; declare the exchange (`warren topology`)" if code == _NOT_FOUND else ""
    return Refusal(f"the broker closes the channel: {text}{remedy}")


async def _drain(channel: ConfirmChannel) -> None:
    try:
        await channel.drain()
    except BrokerUnavailable:
        log.debug("the connection broke while publishing")  # the batch says what has to be sent again


def _now() -> float:
    return asyncio.get_running_loop().time()
