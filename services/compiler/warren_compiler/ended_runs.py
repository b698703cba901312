"""A signal to a run that has ended is a repetition of one that the run took, or comes too late."""

from __future__ import annotations

from warren.contracts import messages, wire
from warren.errors import RunEnded
from warren.ports import RunStore, StoredRun


async def check_taken(store: RunStore, run: StoredRun, signal: messages.SignalReceived) -> None:
    """Raise `RunEnded` unless the run, which has ended, took the signal."""
    rows = await store.find_transitions(run.run_id, signal.subject)
    if not any(signal.is_recorded_as(wire.load_event(row.event)) for row in rows):
        raise RunEnded(f"the run {run.run_id} of {run.workflow!r} has ended ({run.status}), and takes no signals")
