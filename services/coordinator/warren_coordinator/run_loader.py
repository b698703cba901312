"""Loading runs into the cache. One that cannot be loaded is told from the others, and is not held against them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from warren.contracts.messages import RunStatus
from warren.engine.values.limits import Stop
from warren.errors import InfrastructureError, InternalError
from warren.ports import LoadedRun, RunStore
from warren.runs.programs import Programs
from warren.runs.replay import load_state
from warren.runtime.clock import Clock
from warren.runtime.logs import get_logger
from warren_coordinator.run_cache import RunCache, RunEntry

log = get_logger(__name__)


@dataclass(slots=True)
class Loads:
    """`opened` are the open runs that were loaded now; `failed` those that cannot be, and why."""

    opened: list[UUID] = field(default_factory=list)
    failed: dict[UUID, Exception] = field(default_factory=dict)


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
        loads = Loads()
        if not missing:
            return loads
        for run_id, loaded in (await self._store.load_runs(missing)).items():
            if loaded.run.status is not RunStatus.RUNNING:
                self._cache.finish(run_id)
                continue
            try:
                self._cache.put(await self._entry(loaded))
            except InfrastructureError:
                raise
            except Stop as stop:
                loads.failed[run_id] = InternalError(str(stop))
            except Exception as error:  # noqa: BLE001 - whatever it is, it is this run's alone
                loads.failed[run_id] = error
            else:
                loads.opened.append(run_id)
        for run_id, failure in loads.failed.items():
            log.error(
                "a run cannot be loaded", run_id=str(run_id), error=f"{type(failure).__name__}: {failure}"[:1_000]
            )
        return loads

    async def _entry(self, loaded: LoadedRun) -> RunEntry:
        executable, state = await load_state(loaded, store=self._store, programs=self.programs)
        state.leases.extend(self._clock.now())
        return RunEntry.of(loaded, executable, state)
