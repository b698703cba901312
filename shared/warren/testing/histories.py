"""The history of a run in a test."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from warren.contracts.messages import RunEvent
from warren.engine import Command


class Transition(NamedTuple):
    """One row of a history."""

    seq: int
    at: datetime
    event: RunEvent
    commands: list[Command]
