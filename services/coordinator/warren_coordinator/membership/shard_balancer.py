"""Shards spread over the coordinators. Every one subscribes to every shard, so that one that dies is followed at once.

Of the coordinators that are present, in the order of their ids, the one with rank `shard % n` should have a shard; the
broker gives it to the one that has waited longest. So when the first comes to be another one, those that should not
have the shard subscribe to it again, which puts them behind. One that still receives something (the right one was away
for a moment) does so again. Nothing here is needed for correctness: the fence is in the store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from warren.errors import WarrenError
from warren.ports import Subscription
from warren.runs.processor import Processor
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren_coordinator.membership.presence import Presence
from warren_coordinator.run_cache import RunCache

log = get_logger(__name__)

HEARTBEAT_SECONDS: Final = 5.0
PRESENT_SECONDS: Final = 3 * HEARTBEAT_SECONDS
_LEAVE_SECONDS: Final = 2.0


class ShardBalancer:
    """Keeps this coordinator announced and behind where it should be. `subscriptions` are by shard.

    `subscribe` makes another subscription to a shard, however long it takes.
    """

    def __init__(
        self,
        *,
        presence: Presence,
        processor: Processor,
        subscriptions: Sequence[Subscription],
        subscribe: Callable[[int], Awaitable[Subscription]],
        cache: RunCache,
        clock: Clock,
    ) -> None:
        self._presence = presence
        self._processor = processor
        self._subscriptions = list(subscriptions)
        self._subscribe = subscribe
        self._cache = cache
        self._clock = clock
        self._present = [presence.id]
        self._given: dict[int, datetime] = {}
        """Shards whose runs may still be cached here, and when they were left to others."""
        self._preferred = [presence.id] * len(self._subscriptions)
        """For whom there was made room, by shard."""

    async def run(self) -> None:
        """Announce and balance until cancelled; run it as a task, beside the processor's `run`."""
        while True:
            try:
                if self._processor.is_active:  # others must not wait for one that cannot consume
                    self._present = await self._presence.announce()
                    await self._balance(self._present)
                    self._forget()
            except WarrenError as error:
                log.warning("coordinator heartbeat failed", error=f"{type(error).__name__}: {error}")
            await self._clock.sleep(self._until_next())

    async def leave(self) -> None:
        """Have the others share what this one had; call it when `run` has ended. Without it, they notice later."""
        try:
            async with asyncio.timeout(_LEAVE_SECONDS):
                await self._presence.leave()
        except (WarrenError, TimeoutError) as error:
            log.info(
                "could not announce departure; peers notice when the heartbeat expires",
                error=f"{type(error).__name__}: {error}",
            )

    def _until_next(self) -> float:
        """Seconds. Everybody has another moment, so that no two write at once and have to do it again."""
        moment = self._present.index(self._presence.id) / len(self._present)
        seconds = (moment - self._clock.now().timestamp() / HEARTBEAT_SECONDS) % 1 * HEARTBEAT_SECONDS
        return seconds if seconds > HEARTBEAT_SECONDS / 2 else seconds + HEARTBEAT_SECONDS

    async def _balance(self, present: Sequence[str]) -> None:
        """Stand back where another one is preferred."""
        moved = []
        for shard, subscription in enumerate(self._subscriptions):
            owner = present[shard % len(present)]
            has_room = self._preferred[shard] == owner and not self._processor.has_received(subscription)
            if owner != self._presence.id and not has_room:
                new = await self._processor.replace(subscription, partial(self._subscribe, shard))
                if new is None:
                    break
                self._subscriptions[shard] = new
                moved.append(shard)
                self._given[shard] = self._clock.now()
            elif owner == self._presence.id:
                self._given.pop(shard, None)
            self._preferred[shard] = owner
        if moved:
            log.info("shards rebalanced", shards=moved, coordinators=len(present))

    def _forget(self) -> None:
        """Forget runs of shards that others have had for so long that they must be alive.

        Not sooner: a coordinator that is dead but still in the list takes nothing, and a run that is loaded again gets
        new leases.
        """
        since = self._clock.now() - timedelta(seconds=PRESENT_SECONDS)
        gone = [shard for shard, at in self._given.items() if at < since]
        if gone:
            self._cache.forget_shards(gone)
            for shard in gone:
                del self._given[shard]
