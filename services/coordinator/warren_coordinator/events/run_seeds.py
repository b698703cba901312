"""Runs that begin in memory: from the seed that came with their first result, without being loaded.

A seed says how a run began, and nothing of what came after. If something did, the store refuses what is decided from it
(`SequenceConflict`), and the run is loaded as any other. Must not know events.
"""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from warren.contracts import messages, wire
from warren.engine import start_run
from warren.engine.values.limits import Stop
from warren.errors import InfrastructureError
from warren.runs.outbox import RunHeader
from warren.runs.programs import Programs
from warren.runtime.logs import get_logger
from warren_coordinator.run_cache import RunCache, RunEntry

log = get_logger(__name__)


async def load_seeds(seeds: Iterable[str], *, cache: RunCache, programs: Programs) -> list[UUID]:
    """Put the runs that are not known here into the cache as they began; returns them."""
    seeded = []
    for text in seeds:
        try:
            seed = wire.load(messages.RunSeed, text.encode())
            if cache.get(seed.run_id) is not None or cache.is_finished(seed.run_id):
                continue
            executable = await programs.get(seed.version)
            state, _ = start_run(executable, run_id=seed.run_id, input=seed.input, at=seed.at)
        except InfrastructureError:
            raise
        except (Exception, Stop) as error:  # noqa: BLE001 - it is only a help: the run is loaded
            log.debug("ignoring an unusable seed", error=f"{type(error).__name__}: {error}"[:500])
            continue
        cache.put(RunEntry(executable, state, RunHeader.of(seed), stored_wake_at=state.wake_at))
        seeded.append(seed.run_id)
    return seeded
