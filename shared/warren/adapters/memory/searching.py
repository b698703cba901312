"""Whether a run is one that a list asks for. Must not know the store."""

from __future__ import annotations

from warren.contracts.conditions import holds, values_of
from warren.ports import RunDetails, RunFilter, StoredRun


def matches(filter: RunFilter, run: StoredRun, details: RunDetails) -> bool:  # noqa: A002 - the port's word for it
    """Whether the filter takes this run."""
    return (
        filter.workflow in (None, run.workflow)
        and filter.status in (None, run.status)
        and (filter.before is None or run.place < filter.before)
        and (filter.where is None or holds(filter.where, values_of(run, details.attributes)))
    )
