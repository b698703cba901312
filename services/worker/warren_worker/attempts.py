"""What a worker holds of a message: the delivery until it is acknowledged or a lease, and each attempt in it.

Also the JSON of the events that report an attempt, built as bytes because it is on the hot path (tests parse it with
the models of `contracts.messages`). Must not know how an attempt is run or published.
"""

from __future__ import annotations

from uuid import UUID

from pydantic_core import to_json

from warren.contracts.limits import MAX_PAYLOAD_BYTES, encode_error, too_large
from warren.contracts.messages import Json, RunAction
from warren.ports import Delivery, Subscription

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

    `suspect_since` is when a suspect began to wait (the event loop's time).
    """

    __slots__ = ("action", "hold", "key", "suspect_since")

    def __init__(self, action: RunAction, hold: DeliveryHold) -> None:
        self.action = action
        self.hold: DeliveryHold | Lease = hold
        self.key: Key = (action.run_id, action.invocation, action.attempt)
        self.suspect_since = 0.0

    @property
    def is_leased(self) -> bool:
        """Whether a lease holds it, and no delivery."""
        return isinstance(self.hold, Lease)


def succeeded(action: RunAction, result: Json, duration_ms: float) -> bytes:
    """`ActionSucceeded` as JSON; raises `ValueTooLarge` when the result is too large for a message."""
    text = to_json(result)
    if len(text) > MAX_PAYLOAD_BYTES:
        raise too_large(f"the result of the action {action.action!r}", len(text))
    return b'{"run_id":"%s","type":"action_succeeded","invocation":%d,"attempt":%d,"result":%s,"duration_ms":%.3f}' % (
        str(action.run_id).encode(),
        action.invocation,
        action.attempt,
        text,
        duration_ms,
    )


def failed(action: RunAction, error: BaseException, duration_ms: float = 0.0) -> bytes:
    """`ActionFailed` as JSON, with the traceback of what the action did; too large an error is replaced."""
    text = to_json(encode_error(error, with_traceback=True))
    return b'{"run_id":"%s","type":"action_failed","invocation":%d,"attempt":%d,"error":%s,"duration_ms":%.3f}' % (
        str(action.run_id).encode(),
        action.invocation,
        action.attempt,
        text,
        duration_ms,
    )
