"""A request to a run that has ended is a repetition of one that the run took, or comes too late."""

from __future__ import annotations

from warren.contracts import messages, wire
from warren.errors import RunEnded
from warren.ports import RunStore, StoredRun


async def check_taken(store: RunStore, run: StoredRun, event: messages.Event) -> None:
    """Raise `RunEnded` unless the run, which has ended, took this event, or another one of its chain did."""
    if run.continued_from is None:
        rows = await store.find_transitions(run.run_id, event.subject)
    else:
        rows = await store.find_in_chain(run.run_id, event.subject, whole=event.is_awaited)
    moved = [(event.model_copy(update={"run_id": row.run_id}), row) for row in rows]
    if not any(each.is_recorded_as(wire.load_event(row.event)) for each, row in moved):
        raise RunEnded(f"the run {run.run_id} of {run.workflow!r} has ended ({run.status}), and does not take this")
