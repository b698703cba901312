"""Timers and leases that nobody holds in memory: a look into the store every second, and an event for what is overdue.

These are those of a coordinator that died, timers further away than the heap's horizon, and, at start-up, whatever came
due while no coordinator ran. An event that is published twice is harmless.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from warren.contracts import messages
from warren.engine import overdue
from warren.errors import WarrenError
from warren.ports import DueRun, OutgoingMessage, RunStore
from warren.runs.outbox import event_messages
from warren.runs.programs import Programs
from warren.runs.run_loader import load_running
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger

log = get_logger(__name__)

_GRACE: Final = timedelta(seconds=1)
"""How late a timer must be before it is taken for forgotten."""
_REPEAT_AFTER: Final = timedelta(seconds=15)
"""How long a run has to deal with an event before it is published again."""
_PAGE: Final = 500


class OverdueTimers:
    """Looks for overdue runs. `publish` must not return before everything is confirmed."""

    def __init__(
        self,
        *,
        store: RunStore,
        programs: Programs,
        clock: Clock,
        publish: Callable[[list[OutgoingMessage]], Awaitable[None]],
        seconds: float,
    ) -> None:
        self._store = store
        self._programs = programs
        self._clock = clock
        self._publish = publish
        self._seconds = seconds
        self._published_at: dict[UUID, datetime] = {}

    async def run(self) -> None:
        """Check until cancelled, at once and then every so many seconds; run it as a task."""
        while True:
            try:
                more = await self._check()
            except WarrenError as error:
                log.warning("sweep for overdue timers failed", error=f"{type(error).__name__}: {error}")
                more = False
            if not more:
                await self._clock.sleep(self._seconds)

    async def _check(self) -> bool:
        now = self._clock.now()
        self._published_at = {run_id: at for run_id, at in self._published_at.items() if at > now - _REPEAT_AFTER}
        page = _PAGE + len(self._published_at)
        overdue = await self._store.due_runs(before=now - _GRACE, limit=page)
        fresh = [run for run in overdue if run.run_id not in self._published_at][:_PAGE]
        if not fresh:
            return False
        due = await self._due_events(fresh, now)
        for run in fresh:
            self._published_at[run.run_id] = now
        if due:
            log.info("firing overdue timers", runs=len(fresh), events=len(due))
            await self._publish(event_messages(due))
        return len(overdue) == page

    async def _due_events(self, runs: list[DueRun], now: datetime) -> list[tuple[int, messages.Event]]:
        due: list[tuple[int, messages.Event]] = []
        found = await load_running([run.run_id for run in runs], store=self._store, programs=self._programs)
        for running in found.running:
            due += [(running.loaded.run.shard, event) for event in overdue(running.state, now)]
        return due
