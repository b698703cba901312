"""Keeping in the store what can neither be published nor applied now, so that it holds nothing up and is not lost.

A coordinator publishes it again later (`warren_coordinator.sweeps.quarantine_sweep`); `warren doctor` lists it. Must
not know why something is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from warren.contracts import messages, names, wire
from warren.errors import Refusal
from warren.ports import Delivery, OutgoingMessage, QuarantinedMessage, RunStore
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren.runtime.replacements import run_of

log = get_logger(__name__)

_HEADERS: Final = (names.HEADER_TRACEPARENT, names.HEADER_TRACESTATE)
_FIRST_PAUSE: Final = timedelta(seconds=5)
_LONGEST_PAUSE: Final = timedelta(hours=1)
_MOST_DOUBLINGS: Final = 12
MOST_TRIES_OF_EARLY: Final = 9
"""So often an event is tried again whose run is not there yet: for three quarters of an hour."""
_REASON_CHARACTERS: Final = 4_000


class Quarantine:
    """What compiler and coordinators set aside."""

    def __init__(self, store: RunStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def keep(self, refused: Sequence[tuple[OutgoingMessage, Refusal]]) -> None:
        """Keep messages that the broker refuses."""
        await self._keep([(message, refusal.reason, 0) for message, refusal in refused])

    async def keep_event(self, event: messages.Event, delivery: Delivery, reason: str) -> None:
        """Keep one event of a delivery, which can be applied only when something else has changed."""
        message = OutgoingMessage(
            names.EVENTS_EXCHANGE,
            delivery.routing_key,
            wire.dump(messages.EventBatch(items=(event,))),  # type: ignore[arg-type]  # one of the union
        )
        await self._keep([(message, reason, tries_of(delivery))])

    async def keep_delivery(self, delivery: Delivery, reason: str) -> None:
        """Keep a delivery as it is."""
        message = OutgoingMessage(
            delivery.exchange,
            delivery.routing_key,
            delivery.body,
            headers={key: value for key, value in delivery.headers.items() if key in _HEADERS},
            reply_to=delivery.reply_to,
            correlation_id=delivery.correlation_id,
            message_id=delivery.message_id,
        )
        await self._keep([(message, reason, tries_of(delivery))])

    async def keep_again(self, kept: QuarantinedMessage, reason: str) -> None:
        """A message that was tried once more, in vain."""
        await self._keep([(message_of(kept), reason, kept.tries + 1)])

    async def _keep(self, messages_: Sequence[tuple[OutgoingMessage, str, int]]) -> None:
        now = self._clock.now()
        kept = [
            QuarantinedMessage(
                id=_identity(message),
                exchange=message.exchange,
                routing_key=message.routing_key,
                body=message.body,
                headers={key: value for key, value in message.headers.items() if key != names.HEADER_TRIES},
                reason=reason[:_REASON_CHARACTERS],
                since=now,
                next_try_at=now + _pause(tries),
                tries=tries,
                run_id=run_of(message),
                mandatory=message.mandatory,
                reply_to=message.reply_to,
                correlation_id=message.correlation_id,
                message_id=message.message_id,
            )
            for message, reason, tries in messages_
        ]
        await self._store.quarantine(kept)
        for each in kept:
            log.error(
                "message quarantined",
                id=str(each.id),
                exchange=each.exchange,
                routing_key=each.routing_key,
                run_id=each.run_id and str(each.run_id),
                size=len(each.body),
                tries=each.tries,
                reason=each.reason[:500],
            )


def message_of(kept: QuarantinedMessage) -> OutgoingMessage:
    """The message to publish again; a process that sets it aside once more sees in its header how often that was."""
    headers = dict(kept.headers) | {names.HEADER_TRIES: str(kept.tries + 1)}
    return OutgoingMessage(
        kept.exchange,
        kept.routing_key,
        kept.body,
        headers=headers,
        mandatory=kept.mandatory,
        reply_to=kept.reply_to,
        correlation_id=kept.correlation_id,
        message_id=kept.message_id,
    )


def tries_of(delivery: Delivery) -> int:
    """How often a delivery came back from the quarantine."""
    text = delivery.headers.get(names.HEADER_TRIES)
    return int(text) if isinstance(text, str) and text.isascii() and text.isdigit() and len(text) < 6 else 0


def _pause(tries: int) -> timedelta:
    return min(_FIRST_PAUSE * (1 << min(tries, _MOST_DOUBLINGS)), _LONGEST_PAUSE)


def _identity(message: OutgoingMessage) -> UUID:
    """The same for the same message, so that it is kept once."""
    digest = hashlib.sha256()
    for part in (message.exchange.encode(), message.routing_key.encode(), message.body):
        digest.update(b"%d:" % len(part) + part)
    return UUID(bytes=digest.digest()[:16])
