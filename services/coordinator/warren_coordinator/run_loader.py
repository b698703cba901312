"""Loading runs into the cache."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from warren.engine import Executable, RunState, extend_leases
from warren.errors import RunNotFound
from warren.ports import RunStore
from warren.runs.programs import Programs
from warren.runs.replay import load_state
from warren.runs.run_loader import load_running
from warren.runtime.clock import Clock
from warren_coordinator.run_cache import RunCache, RunEntry


@dataclass(slots=True)
class Loads:
    """`opened` are the open runs that were loaded now; `failed` those that cannot be, and why."""

    opened: list[UUID] = field(default_factory=list)
    failed: dict[UUID, Exception] = field(default_factory=dict)

    def add(self, others: Loads) -> None:
        """Add what was loaded after these."""
        self.opened += others.opened
        self.failed |= others.failed


class RunLoader:
    """Loads what the cache has not got."""

    def __init__(self, *, store: RunStore, programs: Programs, cache: RunCache, clock: Clock) -> None:
        self._store = store
        self.programs = programs
        self._cache = cache
        self._clock = clock

    async def load(self, run_ids: Iterable[UUID]) -> Loads:
        """Have these runs in the cache, or known as ended, as far as they exist."""
        missing = [
            run_id for run_id in run_ids if self._cache.get(run_id) is None and not self._cache.is_finished(run_id)
        ]
        if not missing:
            return Loads()
        found = await load_running(missing, store=self._store, programs=self.programs)
        for run_id in found.ended:
            self._cache.finish(run_id, is_continued=run_id in found.continued)
        opened = []
        for running in found.running:
            extend_leases(running.state, self._clock.now())
            self._cache.put(RunEntry.of(running.loaded, running.executable, running.state))
            opened.append(running.loaded.run.run_id)
        return Loads(opened, found.failed)

    async def open(self, run_id: UUID) -> RunEntry | None:
        """A run that has not ended, from the cache or loaded into it; raises why it cannot be loaded."""
        loads = await self.load([run_id])
        if run_id in loads.failed:
            raise loads.failed[run_id]
        return self._cache.get(run_id)

    async def last_of(self, run_id: UUID) -> UUID:
        """The run that goes on in the place of this one, where it has continued as new; else itself."""
        await self.load([run_id])
        if not self._cache.is_continued(run_id):
            return run_id
        return (await self._store.last_of_chains([run_id]))[run_id].run_id

    async def state_of(self, run_id: UUID) -> tuple[Executable, RunState]:
        """A run's program and its state as of what was committed last, open or ended.

        Raises:
            RunNotFound: there is no such run.
            Exception: why it cannot be loaded.
        """
        entry = await self.open(run_id)
        if entry is not None:
            return entry.executable, entry.state
        loaded = (await self._store.load_runs([run_id])).get(run_id)
        if loaded is None:
            raise RunNotFound(f"there is no run with the id {run_id}")
        return await load_state(loaded, store=self._store, programs=self.programs)
