"""Leases of one run: which workers hold which attempts, and how often one was lost. The engine knows nothing of them.

A long action's worker sends `ActionStarted`, acknowledges, and sends heartbeats. The coordinator records the start as a
transition without commands; heartbeats only move the end in memory. When a lease runs out, `LeaseExpired` becomes a
transition that dispatches the same attempt again, or, after too many of them, fails it with `WorkerLost`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from warren.contracts import messages
from warren.contracts.moments import moment_after
from warren.contracts.values import encode_exception
from warren.engine import RunState
from warren.errors import WorkerLost

Json = Any


@dataclass(slots=True)
class Lease:
    """A worker's hold on an attempt until `expires_at`."""

    attempt: int
    worker: str
    seconds: float
    expires_at: datetime


class Leases:
    """All leases of one run (`held`) and how many were `lost`, by invocation."""

    __slots__ = ("held", "lost")

    def __init__(self) -> None:
        self.held: dict[int, Lease] = {}
        self.lost: dict[int, int] = {}

    @property
    def earliest(self) -> datetime | None:
        """When the first lease ends."""
        return min((lease.expires_at for lease in self.held.values()), default=None)

    def start(self, state: RunState, event: messages.ActionStarted, at: datetime) -> bool:
        """A worker begins to hold an attempt; whether that is news, and so a transition."""
        if not _is_pending(state, event.invocation, event.attempt):
            return False
        known = self.held.get(event.invocation)
        self.held[event.invocation] = Lease(
            event.attempt, event.worker, event.lease_seconds, moment_after(at, event.lease_seconds)
        )
        return known is None or (known.attempt, known.worker) != (event.attempt, event.worker)

    def renew(self, state: RunState, event: messages.ActionHeartbeat, at: datetime) -> bool:
        """A heartbeat; false if nobody waits for that attempt any more."""
        if not _is_pending(state, event.invocation, event.attempt):
            return False
        self.held[event.invocation] = Lease(
            event.attempt, event.worker, event.lease_seconds, moment_after(at, event.lease_seconds)
        )
        return True

    def expire(self, event: messages.LeaseExpired, at: datetime) -> bool:
        """The lease is over, if it still is the one that was meant and has not been renewed; whether it is."""
        lease = self.meant(event)
        if lease is None or lease.expires_at > at:
            return False
        self._lose(event.invocation)
        return True

    def meant(self, event: messages.LeaseExpired) -> Lease | None:
        """The lease that an event is about, while it is held."""
        lease = self.held.get(event.invocation)
        return lease if lease and (lease.attempt, lease.worker) == (event.attempt, event.worker) else None

    def end(self, invocation: int) -> None:
        """The attempt was answered."""
        self.held.pop(invocation, None)
        self.lost.pop(invocation, None)

    def replay(self, state: RunState, event: messages.RunEvent, at: datetime) -> bool:
        """Take a stored transition into account; whether it was one that the engine does not know."""
        match event:
            case messages.ActionStarted():
                self.start(state, event, at)
                return True
            case messages.LeaseExpired():
                self._lose(event.invocation)
                return True
            case messages.ActionSucceeded() | messages.ActionFailed():
                self.end(event.invocation)
        return False

    def extend_all(self, now: datetime) -> None:
        """Where no heartbeat could be heard (the run was not loaded, the broker away): a full lease from now."""
        for lease in self.held.values():
            lease.expires_at = max(lease.expires_at, moment_after(now, lease.seconds))

    def _lose(self, invocation: int) -> None:
        self.held.pop(invocation, None)
        self.lost[invocation] = self.lost.get(invocation, 0) + 1

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


def expired(run_id: UUID, invocation: int, lease: Lease) -> messages.LeaseExpired:
    """The event that a lease whose time is up is to cause; whoever owns the run decides whether it really is."""
    return messages.LeaseExpired(run_id=run_id, invocation=invocation, attempt=lease.attempt, worker=lease.worker)


def worker_lost(run_id: UUID, invocation: int, attempt: int, *, losses: int) -> messages.ActionFailed:
    """What the engine is told when an attempt's workers were lost too often."""
    error = WorkerLost(f"{losses} workers in a row stopped sending heartbeats while they ran this action")
    return messages.ActionFailed(run_id=run_id, invocation=invocation, attempt=attempt, error=encode_exception(error))


def _is_pending(state: RunState, invocation: int, attempt: int) -> bool:
    pending = state.pending.get(invocation)
    return pending is not None and pending.attempt == attempt and not pending.backoff
