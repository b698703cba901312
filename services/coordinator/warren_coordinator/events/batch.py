"""What a batch of events is made of: its items, what went wrong with some of them, and what comes of it. Data only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from warren.contracts.messages import Identity, RunEvent
from warren.ports import Delivery
from warren.runs.outbox import Outbox


class Item(NamedTuple):
    """An event and the delivery that it came in."""

    delivery: Delivery
    event: RunEvent


@dataclass(frozen=True, slots=True)
class Fault:
    """Something went wrong with a run. `event` is the one that did it, where that is known.

    `is_overdue` when the watchdog ended it; `fatal` says how it ended a child process that tried it.
    """

    error: BaseException
    event: RunEvent | None = None
    is_overdue: bool = False
    fatal: str | None = None


@dataclass(slots=True)
class Effects:
    """What handling a batch causes: messages to publish, and the events whose transitions are committed."""

    outbox: Outbox
    causes: list[Identity] = field(default_factory=list)


@dataclass(slots=True)
class BatchOutcome:
    """Events of a batch that changed nothing, and what went wrong.

    `doubtful` ones may be about what this process has not seen: they deserve a second look at a run that was loaded
    again. `repeated` ones were handled before, by this process or another one. `faults` are by run: nothing of such a
    run is taken from this batch.
    """

    doubtful: list[Item] = field(default_factory=list)
    repeated: list[Item] = field(default_factory=list)
    unknown: dict[int, Delivery] = field(default_factory=dict)
    early: list[Item] = field(default_factory=list)
    """Events of runs that are not there yet."""
    unanswered: list[RunEvent] = field(default_factory=list)
    """Events of runs that there are not."""
    moved: list[Item] = field(default_factory=list)
    """Requests to runs that have just continued as new: they are for those that go on in their places."""
    faults: dict[UUID, Fault] = field(default_factory=dict)
