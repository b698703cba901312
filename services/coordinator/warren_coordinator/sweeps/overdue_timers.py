"""Timers and leases that nobody holds in memory: a look into the store every second, and an event for what is overdue.

These are those of a coordinator that died, timers further away than the heap's horizon, and, at start-up, whatever came
due while no coordinator ran. An event that is published twice is harmless.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from warren.contracts import messages
from warren.contracts.messages import RunStatus
from warren.engine import overdue
from warren.engine.values.limits import Stop
from warren.errors import InfrastructureError, WarrenError
from warren.ports import DueRun, OutgoingMessage, RunStore
from warren.runs.outbox import event_messages
from warren.runs.programs import Programs
from warren.runs.replay import load_state
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger

log = get_logger(__name__)

_GRACE: Final = timedelta(seconds=1)
"""How late a timer must be before it is taken for forgotten."""
_PATIENCE: Final = timedelta(seconds=15)
"""How long a run that was woken has to deal with it before it is woken again."""
_PAGE: Final = 500


class Wakeups:
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
        self._woken: dict[UUID, datetime] = {}

    async def run(self) -> None:
        """Look for ever, at once and then every so many seconds; run it as a task."""
        never = asyncio.Event()
        while True:
            try:
                more = await self._look()
            except WarrenError as error:
                log.warning("cannot look for overdue timers", error=f"{type(error).__name__}: {error}")
                more = False
            if not more:
                await self._clock.wait(never, self._seconds)

    async def _look(self) -> bool:
        now = self._clock.now()
        self._woken = {run_id: at for run_id, at in self._woken.items() if at > now - _PATIENCE}
        page = _PAGE + len(self._woken)
        overdue = await self._store.due_runs(before=now - _GRACE, limit=page)
        fresh = [run for run in overdue if run.run_id not in self._woken][:_PAGE]
        if not fresh:
            return False
        due = await self._due_events(fresh, now)
        for run in fresh:
            self._woken[run.run_id] = now
        if due:
            log.info("waking runs whose timers were overdue", runs=len(fresh), events=len(due))
            await self._publish(event_messages(due))
        return len(overdue) == page

    async def _due_events(self, runs: list[DueRun], now: datetime) -> list[tuple[int, messages.Event]]:
        due: list[tuple[int, messages.Event]] = []
        for run_id, loaded in (await self._store.load_runs([run.run_id for run in runs])).items():
            if loaded.run.status is not RunStatus.RUNNING:
                continue
            try:
                _, state = await load_state(loaded, store=self._store, programs=self._programs)
            except InfrastructureError:
                raise
            except (Exception, Stop) as error:  # noqa: BLE001 - whatever it is, it is this run's alone
                reason = f"{type(error).__name__}: {error}"[:1_000]
                log.error("a run cannot be woken", run_id=str(run_id), error=reason)  # noqa: TRY400 - one line
                continue
            due += [(loaded.run.shard, event) for event in overdue(state, now)]
        return due
