"""Running runs, loaded and replayed. One that cannot be is reported apart, and does not affect the others."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from warren.contracts.messages import RunStatus
from warren.engine import Executable, RunState
from warren.engine.values.limits import Stop
from warren.errors import InfrastructureError, InternalError
from warren.ports import LoadedRun, RunStore
from warren.runs.programs import Programs
from warren.runs.replay import load_state
from warren.runtime.logs import get_logger

log = get_logger(__name__)


class RunningRun(NamedTuple):
    """A run as of its last stored transition."""

    loaded: LoadedRun
    executable: Executable
    state: RunState


@dataclass(slots=True)
class RunningRuns:
    """`running` runs, those that have `ended`, those among them that have `continued` as new, and those that cannot be
    replayed (`failed`), with the reason."""

    running: list[RunningRun] = field(default_factory=list)
    ended: list[UUID] = field(default_factory=list)
    continued: set[UUID] = field(default_factory=set)
    failed: dict[UUID, Exception] = field(default_factory=dict)


async def load_running(run_ids: Collection[UUID], *, store: RunStore, programs: Programs) -> RunningRuns:
    """Load what exists of these runs. What cannot be replayed is logged."""
    found = RunningRuns()
    for run_id, loaded in (await store.load_runs(list(run_ids))).items():
        if loaded.run.status is not RunStatus.RUNNING:
            found.ended.append(run_id)
            if loaded.run.status is RunStatus.CONTINUED:
                found.continued.add(run_id)
            continue
        try:
            found.running.append(RunningRun(loaded, *await load_state(loaded, store=store, programs=programs)))
        except InfrastructureError:
            raise
        except Stop as stop:
            found.failed[run_id] = InternalError(str(stop))
        except Exception as error:  # noqa: BLE001 - whatever it is, it is this run's alone
            found.failed[run_id] = error
    for run_id, failure in found.failed.items():
        log.error("cannot load a run", run_id=str(run_id), error=f"{type(failure).__name__}: {failure}"[:1_000])
    return found
