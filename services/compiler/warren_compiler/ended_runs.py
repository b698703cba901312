"""A request to a run that has ended is a repetition of one that the run took, or comes too late."""

from __future__ import annotations

from warren.contracts import messages, wire
from warren.errors import RunEnded
from warren.ports import RunStore, StoredRun
from warren.runs.chains import recorded_among


async def check_taken(store: RunStore, run: StoredRun, event: messages.Event) -> None:
    """Raise `RunEnded` unless the run, which has ended, took this event, or another one of its chain did."""
    if run.continued_from is None:
        rows = await store.find_transitions(run.run_id, event.subject)
        is_taken = any(event.is_recorded_as(wire.load_event(row.event)) for row in rows)
    else:
        rows = await store.find_in_chain(run.run_id, event.subject, whole=event.is_awaited)
        is_taken = recorded_among(rows, event) is not None
    if not is_taken:
        raise RunEnded(f"the run {run.run_id} of {run.workflow!r} has ended ({run.status}), and does not take this")
