"""One request to start a run, between being understood and being stored."""

from __future__ import annotations

from dataclasses import dataclass

from warren.contracts import messages
from warren.engine import Command
from warren.ports import Delivery, NewRun


@dataclass(slots=True)
class Start:
    """A start that is ready to be stored; `commands` are those of the run's first transition, `signal` goes with it."""

    delivery: Delivery
    request: messages.StartRun
    run: NewRun
    commands: list[Command]
    signal: messages.SignalReceived | None = None
