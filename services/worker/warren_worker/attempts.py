"""What a worker holds of a message: the delivery on its way to its acknowledgement, and each attempt in it.

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


class Job:
    """One delivery. `open` counts its attempts that are not settled; at 0 it may be acknowledged.

    `since` is when it came (the event loop's time).
    """

    __slots__ = ("begun", "delivery", "open", "since", "subscription")

    def __init__(self, subscription: Subscription, delivery: Delivery, attempts: int, *, since: float = 0.0) -> None:
        self.subscription = subscription
        self.delivery = delivery
        self.open = attempts
        self.begun = False
        self.since = since


class Attempt:
    """One action attempt and the job that it settles; without a job it has been promoted to a lease.

    `since` is when a suspect began to wait (the event loop's time).
    """

    __slots__ = ("action", "job", "key", "since")

    def __init__(self, action: RunAction, job: Job) -> None:
        self.action = action
        self.job: Job | None = job
        self.key: Key = (action.run_id, action.invocation, action.attempt)
        self.since = 0.0


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
