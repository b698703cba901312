"""Timers held in memory by the process that handled the transition which started them.

A timer that is due is published as `TimerDue` to the run's shard, at or after its time. Losing this memory loses
nothing: `runs.wake_at` is in the store and coordinators look there for what is overdue. Firing twice is harmless.
"""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from warren.contracts import messages
from warren.ports import OutgoingMessage
from warren.runs.outbox import event_messages
from warren.runtime.clock import Clock

HORIZON: Final = timedelta(hours=1)
"""Timers due later than this are left to the store."""
_LONGEST_WAIT: Final = 60.0
_AT_ONCE: Final = 2_000

Publish = Callable[[list[OutgoingMessage]], Awaitable[None]]


class Timers:
    """A heap of timers. `publish` must not return before everything is confirmed."""

    def __init__(self, *, clock: Clock, publish: Publish) -> None:
        self._clock = clock
        self._publish = publish
        self._heap: list[tuple[datetime, UUID, int, int]] = []
        self._known: set[tuple[UUID, int]] = set()
        self._earlier = asyncio.Event()

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, *, run_id: UUID, shard: int, timer: int, due_at: datetime) -> None:
        """Remember a timer that has been committed; one that is remembered already is not added again."""
        if (run_id, timer) in self._known or due_at > self._clock.now() + HORIZON:
            return
        self._known.add((run_id, timer))
        heapq.heappush(self._heap, (due_at, run_id, shard, timer))
        if self._heap[0][0] == due_at:
            self._earlier.set()

    async def run(self) -> None:
        """Publish what becomes due, until cancelled; run it as a task."""
        while True:
            self._earlier.clear()
            now = self._clock.now()
            if self._heap and self._heap[0][0] <= now:
                await self._publish(self._pop_due(now))
                continue
            wait = _LONGEST_WAIT if not self._heap else (self._heap[0][0] - now).total_seconds()
            await self._clock.wait(self._earlier, min(wait, _LONGEST_WAIT))

    def _pop_due(self, now: datetime) -> list[OutgoingMessage]:
        due: list[tuple[int, messages.Event]] = []
        while self._heap and self._heap[0][0] <= now and len(due) < _AT_ONCE:
            _, run_id, shard, timer = heapq.heappop(self._heap)
            self._known.discard((run_id, timer))
            due.append((shard, messages.TimerDue(run_id=run_id, timer=timer)))
        return event_messages(due)
