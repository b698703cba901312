"""A request to a run that has ended is a repetition of one that the run took, or comes too late."""

from __future__ import annotations

from warren.contracts import messages, wire
from warren.errors import RunEnded
from warren.ports import RunStore, StoredRun


async def check_taken(store: RunStore, run: StoredRun, event: messages.Event) -> None:
    """Raise `RunEnded` unless the run, which has ended, took this event."""
    rows = await store.find_transitions(run.run_id, event.subject)
    if not any(event.is_recorded_as(wire.load_event(row.event)) for row in rows):
        raise RunEnded(f"the run {run.run_id} of {run.workflow!r} has ended ({run.status}), and does not take this")
