"""Requests to runs that continued as new: whether one of their chain has taken a request before."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from warren.contracts import wire
from warren.contracts.messages import Event
from warren.ports import TransitionRow

E = TypeVar("E", bound=Event)


def recorded_among(rows: Iterable[TransitionRow], event: E) -> E | None:
    """The event as one of the run of a chain that has recorded it; None where none of these transitions has."""
    for row in rows:
        moved = event.model_copy(update={"run_id": row.run_id})
        if moved.is_same_request_as(wire.load_event(row.event)):
            return moved
    return None
