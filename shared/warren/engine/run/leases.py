"""Leases of one run: which workers hold which attempts until when, and how often one was lost. Data; for their rules
see `engine.transitions`.

A long action's worker sends `ActionStarted`, acknowledges, and sends heartbeats, which only move the lease's end.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from warren.contracts.moments import moment_after

Json = Any


@dataclass(slots=True)
class Lease:
    """A worker's hold on an attempt until `expires_at`; each heartbeat makes that `seconds` from then."""

    attempt: int
    worker: str
    seconds: float
    expires_at: datetime


class Leases:
    """All leases of one run (`held`) and how many in a row were `lost`, by invocation."""

    __slots__ = ("held", "lost")

    def __init__(self) -> None:
        self.held: dict[int, Lease] = {}
        self.lost: dict[int, int] = {}

    @property
    def earliest(self) -> datetime | None:
        """When the first lease ends."""
        return min((lease.expires_at for lease in self.held.values()), default=None)

    def hold(self, invocation: int, attempt: int, worker: str, seconds: float, at: datetime) -> bool:
        """A worker holds an attempt from `at` on; whether that is news, and not the same hold prolonged."""
        known = self.held.get(invocation)
        self.held[invocation] = Lease(attempt, worker, seconds, moment_after(at, seconds))
        return known is None or (known.attempt, known.worker) != (attempt, worker)

    def lose(self, invocation: int) -> int:
        """A lease ran out; how many in a row did now."""
        self.held.pop(invocation, None)
        self.lost[invocation] = losses = self.lost.get(invocation, 0) + 1
        return losses

    def end(self, invocation: int) -> None:
        """The attempt was answered."""
        self.held.pop(invocation, None)
        self.lost.pop(invocation, None)

    def extend(self, now: datetime) -> None:
        """Where no heartbeat could arrive (the run was not loaded, the broker away): a full lease from now."""
        for lease in self.held.values():
            lease.expires_at = max(lease.expires_at, moment_after(now, lease.seconds))

    def dump(self) -> Json:
        """JSON data for a snapshot."""
        held = [
            [invocation, lease.attempt, lease.worker, lease.seconds, lease.expires_at.isoformat()]
            for invocation, lease in self.held.items()
        ]
        return {"held": held, "losses": list(self.lost.items())}

    @classmethod
    def load(cls, data: Json) -> Leases:
        """The inverse of `dump`."""
        leases = cls()
        for invocation, attempt, worker, seconds, expires_at in data["held"]:
            leases.held[invocation] = Lease(attempt, worker, seconds, datetime.fromisoformat(expires_at))
        leases.lost = dict(data["losses"])
        return leases
