"""How much of a queue a worker holds: as many messages as it can run actions, less what it runs on leases.

The broker counts unacknowledged deliveries, and those of an attempt with a lease are acknowledged: without this, a
worker that is full of long actions would be sent more and more that an idle worker could run. Must not know what a
delivery holds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from warren.contracts.topology import Queue
from warren.ports import Broker, Delivery, Subscription
from warren.runtime.service import StopRequested, retry_infrastructure, unless_stopped

_GROW_SECONDS: Final = 5.0
"""What a worker holds shrinks at once and grows no more often than this, since each change is a new consumer."""
_MOST: Final = 65_535


Take = Callable[[Subscription, Delivery], None]


class Consumers:
    """Consumes some action queues. `limit` is how many deliveries of each it holds unacknowledged at most."""

    def __init__(self, broker: Broker, queues: Sequence[Queue], *, limit: int) -> None:
        self._intakes = [_Consumer(broker, queue, limit=limit) for queue in queues]

    @property
    def is_active(self) -> bool:
        """Whether the broker has every consumer that is needed now."""
        return all(intake.is_active for intake in self._intakes)

    async def open(self) -> None:
        """Begin to consume. Raises `BrokerError` when a queue is missing."""
        for intake in self._intakes:
            await intake.open()

    async def run(self, stop: asyncio.Event, take: Take) -> None:
        """Call `take` for each delivery, and return when `stop` is set and no more come."""
        async with asyncio.TaskGroup() as group:
            for intake in self._intakes:
                group.create_task(intake.run(stop, take))

    async def make_room(self, leased: int) -> None:
        """So many attempts have leases: hold less, or nothing, beside them; more when there are fewer again."""
        for intake in self._intakes:
            await intake.resize(leased)


class _Consumer:
    """One queue."""

    def __init__(self, broker: Broker, queue: Queue, *, limit: int) -> None:
        self._broker = broker
        self._queue = queue
        self._limit = limit
        self._prefetch = min(limit, _MOST)
        self._changed = asyncio.Event()
        self._changed_at = float("-inf")
        self._subscription: Subscription | None = None

    @property
    def is_active(self) -> bool:
        return not self._prefetch or (self._subscription is not None and self._subscription.is_active)

    async def open(self) -> None:
        self._subscription = await self._broker.subscribe(self._queue.name, prefetch=self._prefetch)

    async def run(self, stop: asyncio.Event, take: Take) -> None:
        stopper = asyncio.ensure_future(self._cancel_when(stop))
        try:
            while not stop.is_set():
                if self._subscription is not None:
                    await self._receive(self._subscription, take)
                await unless_stopped(stop, self._renew())
        except StopRequested:
            pass
        finally:
            stopper.cancel()
        if self._subscription is not None:
            await self._subscription.cancel()

    async def resize(self, leased: int) -> None:
        now = asyncio.get_running_loop().time()
        size = _step_below(self._limit - leased, self._limit)
        if size == self._prefetch or (0 < self._prefetch < size and now - self._changed_at < _GROW_SECONDS):
            return
        self._prefetch, self._changed_at = size, now
        self._changed.set()
        if self._subscription is not None:
            await self._subscription.cancel()

    async def _receive(self, subscription: Subscription, take: Take) -> None:
        while deliveries := await subscription.receive(self._limit):
            for delivery in deliveries:
                take(subscription, delivery)

    async def _renew(self) -> None:
        """A subscription as large as it should be now; the one before is cancelled."""
        self._subscription = None
        while not self._prefetch:
            self._changed.clear()
            await self._changed.wait()
        wanted = self._prefetch
        subscription = await retry_infrastructure(partial(self._subscribe, wanted), what="consumer")
        if wanted == self._prefetch:
            self._subscription = subscription
        else:
            await subscription.cancel()

    async def _subscribe(self, prefetch: int) -> Subscription:
        await self._broker.declare_queue(self._queue)  # it may have gone while nobody here consumed it
        return await self._broker.subscribe(self._queue.name, prefetch=prefetch)

    async def _cancel_when(self, stop: asyncio.Event) -> None:
        await stop.wait()
        if self._subscription is not None:
            await self._subscription.cancel()


def _step_below(room: int, limit: int) -> int:
    """The largest of `limit`, a half of it, a quarter, ... that fits into `room`; 0 when none does."""
    size = min(limit, _MOST)
    while size > max(room, 0):
        size //= 2
    return size
