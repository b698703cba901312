"""Leases in memory whose time is up: `LeaseExpired` to the run's own shard, whose coordinator decides."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from warren.contracts import messages
from warren.engine import expired_leases, extend_leases
from warren.ports import OutgoingMessage
from warren.runs.outbox import event_messages
from warren.runtime.clock import Clock
from warren_coordinator.run_cache import RunCache

_CHECK_SECONDS: Final = 1.0
_REPEAT_AFTER: Final = timedelta(seconds=15)
"""After so long an end that nobody answered is reported once more."""
_TIMES: Final = 3
"""After so many the run is not ours (its shard moved away while it was cached here) and is forgotten."""


class ExpiredLeases:
    """Checks the cached runs with leases. `publish` must not return before everything is confirmed.

    While the broker is away (not `is_connected`) no heartbeat can come, which is no worker's fault: leases start again.
    """

    def __init__(
        self,
        *,
        cache: RunCache,
        clock: Clock,
        publish: Callable[[list[OutgoingMessage]], Awaitable[None]],
        is_connected: Callable[[], bool],
    ) -> None:
        self._cache = cache
        self._clock = clock
        self._publish = publish
        self._is_connected = is_connected
        self._reported: dict[tuple[UUID, int], tuple[datetime, int]] = {}

    async def run(self) -> None:
        """Check until cancelled; run it as a task."""
        while True:
            await self._clock.sleep(_CHECK_SECONDS)
            if not self._is_connected():
                self._extend()
            elif events := self._over():
                await self._publish(event_messages(events))

    def _extend(self) -> None:
        now = self._clock.now()
        for entry in self._cache.leased():
            extend_leases(entry.state, now)

    def _over(self) -> list[tuple[int, messages.Event]]:
        now = self._clock.now()
        events: list[tuple[int, messages.Event]] = []
        reported: dict[tuple[UUID, int], tuple[datetime, int]] = {}
        for entry in self._cache.leased():
            run_id = entry.header.run_id
            for event in expired_leases(entry.state, now):
                invocation = event.invocation
                at, times = self._reported.get((run_id, invocation), (now - _REPEAT_AFTER, 0))
                if at <= now - _REPEAT_AFTER:
                    events.append((entry.header.shard, event))
                    at, times = now, times + 1
                if times < _TIMES:
                    reported[run_id, invocation] = (at, times)
                else:
                    self._cache.forget_soon([run_id])
        self._reported = reported
        return events
