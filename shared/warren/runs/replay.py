"""A stored run back in memory: its snapshot, or its first event, and every transition after it.

A snapshot is only a short cut. One that this version of Warren cannot read is left aside, and the run is replayed from
its first event.
"""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID

from pydantic_core import to_json

from warren.contracts.messages import RunStarted
from warren.contracts.wire import load_event
from warren.engine import Executable, RunState, apply, restore, start_run, take_snapshot
from warren.errors import InternalError, SnapshotUnreadable
from warren.ports import LoadedRun, RunStore, TransitionRow
from warren.runs.programs import Programs
from warren.runtime.logs import get_logger

log = get_logger(__name__)


async def load_state(loaded: LoadedRun, *, store: RunStore, programs: Programs) -> tuple[Executable, RunState]:
    """A run's program, and its state as of its last stored transition; leases end as if no heartbeat had come.

    Raises:
        InternalError: the history has a gap, or does not lead from one transition to the next.
        MessageError: the program or an event cannot be read.
    """
    executable = await programs.get(loaded.run.version)
    try:
        return executable, replay(executable, loaded)
    except SnapshotUnreadable as error:
        run_id = loaded.run.run_id
        log.warning("snapshot unreadable: replaying the whole history", run_id=str(run_id), error=str(error))
        whole = replace(loaded, snapshot=None, transitions=await _whole_history(store, run_id))
        return executable, replay(executable, whole)


async def _whole_history(store: RunStore, run_id: UUID) -> list[TransitionRow]:
    rows: list[TransitionRow] = []
    while page := await store.history(run_id, after_seq=rows[-1].seq if rows else 0):
        rows += page
    return rows


def replay(executable: Executable, loaded: LoadedRun) -> RunState:
    """Rebuild a run.

    Raises:
        SnapshotUnreadable: its snapshot is of no use.
        InternalError: the history has a gap, or does not lead from one transition to the next.
    """
    rows = iter(loaded.transitions)
    if loaded.snapshot is not None:
        run = _restored(executable, loaded.snapshot.snapshot)
    else:
        first = next(rows, None)
        started = None if first is None else load_event(first.event)
        if first is None or not isinstance(started, RunStarted):
            raise InternalError(f"the history of run {loaded.run.run_id} does not begin with RunStarted")
        run, _ = start_run(
            executable,
            run_id=loaded.run.run_id,
            input=started.input,
            at=first.at,
            attributes=started.attributes,
            carried=started.carried,
        )
    for row in rows:
        apply(executable, run, load_event(row.event), row.at, is_recorded=True)
        if run.seq != row.seq:
            raise InternalError(
                f"run {loaded.run.run_id} replayed to transition {run.seq} where its history says {row.seq}"
            )
    return run


def _restored(executable: Executable, text: str) -> RunState:
    try:
        data = json.loads(text)
    except ValueError as error:
        raise SnapshotUnreadable(f"the snapshot is no JSON: {error}") from error
    return restore(executable, data)


def dump_snapshot(executable: Executable, run: RunState) -> str:
    """What `replay` can begin with, as JSON text."""
    return to_json(take_snapshot(executable, run)).decode()
