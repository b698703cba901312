"""What a worker holds of a message: the delivery until it is acknowledged or a lease, and each attempt in it.

Must not know how an attempt is run or published.
"""

from __future__ import annotations

from uuid import UUID

from warren.contracts.messages import Details, RunAction
from warren.ports import Delivery, Subscription
from warren.sdk.attempt_handle import AttemptHandle

Key = tuple[UUID, int, int]
"""What makes two messages mean the same attempt: run, invocation, attempt."""


class DeliveryHold:
    """One delivery, which the broker gives to nobody else. `unsettled` counts its attempts; at 0 it is acknowledged.

    `arrived_at` is the event loop's time.
    """

    __slots__ = ("arrived_at", "begun", "delivery", "subscription", "unsettled")

    def __init__(
        self, subscription: Subscription, delivery: Delivery, attempts: int, *, arrived_at: float = 0.0
    ) -> None:
        self.subscription = subscription
        self.delivery = delivery
        self.unsettled = attempts
        self.begun = False
        self.arrived_at = arrived_at


class Lease:
    """A lease of this worker's: the coordinator gives the attempt to nobody else as long as heartbeats come.

    `next_heartbeat` is the event loop's time.
    """

    __slots__ = ("next_heartbeat",)

    def __init__(self, next_heartbeat: float) -> None:
        self.next_heartbeat = next_heartbeat


class Attempt:
    """One action attempt, and by what it is held here: the delivery that it came in, or, after that, a lease.

    `suspect_since` is when a suspect began to wait (the event loop's time). `handle` is there once its function runs.
    """

    __slots__ = ("action", "handle", "hold", "key", "suspect_since")

    def __init__(self, action: RunAction, hold: DeliveryHold) -> None:
        self.action = action
        self.hold: DeliveryHold | Lease = hold
        self.key: Key = (action.run_id, action.invocation, action.attempt)
        self.suspect_since = 0.0
        self.handle: AttemptHandle | None = None

    @property
    def is_leased(self) -> bool:
        """Whether a lease holds it, and no delivery."""
        return isinstance(self.hold, Lease)

    @property
    def details(self) -> Details | None:
        """What its last heartbeat said. Another thread may ask, too."""
        return None if self.handle is None else self.handle.latest

    def note_cancelled(self, reason: str) -> None:
        """Tell its function that nobody waits for it any more."""
        if self.handle is not None:
            self.handle.cancel(reason)
