"""The events of a delivery, as far as they can be read.

What a worker says about an attempt must reach the run, also when its words cannot be read: then the attempt has failed.
Must not know runs.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from pydantic_core import from_json

from warren.contracts import messages, wire
from warren.contracts.limits import encode_error
from warren.contracts.messages import RunStatus
from warren.errors import ActionError, MessageError, UnsupportedVersion, WarrenError
from warren.ports import Delivery

_OURS_ALONE: Final = frozenset({messages.EventRejected, messages.RunStarted})
"""What no message may bring: it is made where a transition is."""
_SET_APART: Final = _OURS_ALONE | {messages.QueryAsked}
"""What no transition comes of."""


@dataclass(slots=True)
class Incoming:
    """What a delivery holds. `fault` says what of it could not be read."""

    events: list[messages.RunEvent] = field(default_factory=list)
    questions: list[messages.QueryAsked] = field(default_factory=list)
    seeds: tuple[str, ...] = ()
    fault: MessageError | None = None

    @property
    def is_for_later(self) -> bool:
        """Whether a newer Warren can read it."""
        return isinstance(self.fault, UnsupportedVersion)


def read_events(delivery: Delivery) -> Incoming:
    """Read a delivery of an event queue. Never raises: what cannot be read is the `fault`."""
    try:
        batch = wire.load(messages.EventBatch, delivery.body)
    except UnsupportedVersion as error:
        return Incoming(fault=error)
    except MessageError as error:
        return Incoming(_salvaged(delivery.body), fault=error)
    except Exception as error:  # noqa: BLE001 - whatever a peer sends, it must not reach the other deliveries
        return Incoming(fault=MessageError(f"not an EventBatch: {type(error).__name__}: {error}"))
    taken = [event for event in batch.items if type(event) not in _SET_APART]
    if len(taken) == len(batch.items):
        return Incoming(taken, seeds=batch.seeds)
    questions = [event for event in batch.items if isinstance(event, messages.QueryAsked)]
    return Incoming(taken, questions, batch.seeds)


def _salvaged(body: bytes) -> list[messages.RunEvent]:
    """The events of a batch that is ill-formed as a whole: those that are well-formed, and failures for the others."""
    try:
        data = from_json(body)
    except ValueError:
        return []
    items = data.get("items") if isinstance(data, dict) else None
    if not isinstance(items, list):
        return []
    found = (_salvaged_event(item) for item in items)
    return [event for event in found if event is not None and type(event) not in _SET_APART]


def _salvaged_event(item: Any) -> messages.RunEvent | None:
    try:
        return wire.check_event(item)
    except MessageError as error:
        fault = error
    kind = item.get("type") if isinstance(item, dict) else None
    make = _FAILURES.get(kind) if isinstance(kind, str) else None
    if make is None:
        return None
    try:
        return make(item, ActionError(f"its answer could not be read: {fault}"))
    except (KeyError, TypeError, ValueError):
        return None  # it does not even say what it is about


def _attempt_failed(item: dict[str, Any], error: WarrenError) -> messages.RunEvent:
    return messages.ActionFailed(
        run_id=UUID(str(item["run_id"])),
        invocation=item["invocation"],
        attempt=item["attempt"],
        error=encode_error(error),
    )


def _child_failed(item: dict[str, Any], error: WarrenError) -> messages.RunEvent:
    return messages.ChildFinished(
        run_id=UUID(str(item["run_id"])),
        invocation=item["invocation"],
        status=RunStatus.FAILED,
        error=encode_error(error),
    )


_FAILURES: dict[Any, Callable[[dict[str, Any], WarrenError], messages.RunEvent]] = {
    "action_succeeded": _attempt_failed,
    "action_failed": _attempt_failed,
    "action_deferred": _attempt_failed,
    "child_finished": _child_failed,
}
