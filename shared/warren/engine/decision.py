"""What the engine makes of an event."""

from __future__ import annotations

from typing import NamedTuple

from warren.contracts import messages as m
from warren.engine.commands import Command


class Decision(NamedTuple):
    """A transition: the event that the history records, and the commands that come of it.

    The event is the one that was applied, but for a lease that expired too often, which is recorded as the attempt's
    failure, and for the end of an attempt of which the run knows later details, which are recorded with it.
    """

    event: m.RunEvent
    commands: list[Command]
