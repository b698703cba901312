"""What a batch of events is made of: its items, and what went wrong with some of them. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from warren.contracts import messages
from warren.ports import Delivery

Item = tuple[Delivery, messages.RunEvent]
"""An event and the delivery that it came in."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something went wrong with a run. `event` is the one that did it, where that is known.

    `is_overdue` when the watchdog ended it; `fatal` says how it ended a child process that tried it.
    """

    error: BaseException
    event: messages.RunEvent | None = None
    is_overdue: bool = False
    fatal: str | None = None
