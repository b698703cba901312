"""Acknowledgements that need not be sent at once: they wait a few milliseconds for others to join them.

A quorum queue writes and syncs each acknowledgement to its log, in the way of the next message. Nothing waits for an
acknowledgement but the broker's prefetch, and one that is lost means a redelivery, which changes nothing; so several
go out together. Must not know what was acknowledged.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Final

from warren.ports import Delivery, Subscription
from warren.runtime.batching import DELAYED_ACK_BATCHES

DELAY_SECONDS: Final = 0.005
MOST_DELIVERIES: Final = 64
"""A fraction of the prefetch, so that the broker never has to wait for an acknowledgement to deliver more."""


Chunk = tuple[Subscription, list[Delivery]]
"""Deliveries of one subscription, in the order of their arrival."""


class Acknowledgements:
    """Deliveries that may be acknowledged, on their way to the broker. Call `flush` before leaving, or `drop`."""

    def __init__(self) -> None:
        self._waiting: dict[Subscription, list[Delivery]] = {}
        self._batches = 0
        self._deliveries = 0
        self._timer: asyncio.TimerHandle | None = None

    def add(self, chunks: Iterable[Chunk]) -> None:
        """One batch is done: acknowledge it soon."""
        for subscription, deliveries in chunks:
            self._waiting.setdefault(subscription, []).extend(deliveries)
            self._deliveries += len(deliveries)
        self._batches += 1
        if self._batches >= DELAYED_ACK_BATCHES or self._deliveries >= MOST_DELIVERIES:
            self.flush()
        elif self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(DELAY_SECONDS, self.flush)

    def flush(self) -> None:
        """Acknowledge what waits, now."""
        waiting = self._waiting
        self.drop()
        for subscription, deliveries in waiting.items():
            subscription.ack(deliveries)

    def drop(self) -> None:
        """Forget what waits: it will be delivered again."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._waiting = {}
        self._batches = self._deliveries = 0
