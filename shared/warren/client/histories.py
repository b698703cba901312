"""A run's history as Python objects: its transitions with their events and commands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from warren.contracts.messages import RunEvent
from warren.contracts.wire import load_event
from warren.engine import Command, load_commands
from warren.ports import TransitionRow


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One transition: what happened, and what the run did about it. `at` is UTC."""

    seq: int
    at: datetime
    event: RunEvent
    commands: list[Command]


def entries_of(rows: Iterable[TransitionRow]) -> list[HistoryEntry]:
    """Parse stored transitions; raises `MessageError` for what no Warren wrote."""
    return [HistoryEntry(row.seq, row.at, load_event(row.event), load_commands(row.commands)) for row in rows]
