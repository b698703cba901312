"""Safeguards that a simulation can do without, to show that it would notice: of the services, and of the store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest.mock import patch

from pydantic import TypeAdapter
from tests.simulation.injection import refuse_rows
from tests.simulation.network import NotedRunStore
from tests.support.controls import CONTROLS as OF_SERVICES
from tests.support.controls import Control

from warren.contracts import messages, wire
from warren.contracts.attempt_events import ActionAnswered, AttemptEvent
from warren.contracts.shared_values import put_back
from warren.contracts.values import decode
from warren.engine import attempts, succession, transitions
from warren.engine.run.leases import Leases
from warren.engine.run.state import RunState
from warren.runs.outbox import Outbox
from warren.runs.stops import Stops
from warren.sdk import input_checks
from warren_coordinator.events import handler, questions
from warren_coordinator.events import transitions as coordinator_transitions
from warren_coordinator.events.republisher import Republisher

AGAINST_NEIGHBOURS: Final = ("salvage", "single", "halves", "replacement", "quarantine")
"""What keeps bad neighbours from others."""


def _unfenced(store: Any, transitions: Any) -> None:
    """A store that would take a second transition of the same number."""
    refuse_rows(transitions)


@contextmanager
def _common_copies() -> Iterator[None]:
    """What actions of one message share is decoded once for all of them."""
    kept: dict[int, tuple[Any, Any]] = {}

    def decode_once(data: Any, types: Any) -> Any:
        if not isinstance(data, list):
            return decode(data, types)
        return kept.setdefault(id(data), (data, decode(data, types)))[1]

    with patch("warren.sdk.invoke.decode", decode_once):
        yield


async def _nothing(*_: Any, **__: Any) -> None:
    pass


def _reversed_values(args: Any, kwargs: Any, shared: Any, values: Any) -> Any:
    return put_back(args, kwargs, shared, values[::-1])


def _only_recorded(_: Any, run: RunState, event: Any) -> bool:
    """A pause that is in the history, and changes nothing."""
    if (is_new := event.subject not in run.requests) and event.subject:
        run.note_request(event.subject)
    return is_new


def _forgotten(run: RunState, number: int) -> list[Any]:
    """A child that nobody wants any more, and that does not learn of it."""
    del run.children[number]
    return []


def _deciding(kind: type[messages.Event], rule: Any) -> Control:
    return lambda: patch.dict(transitions._RULES, {kind: rule})


async def _as_they_are(items: Any, **_: Any) -> Any:
    """Requests that stay with a run that has continued as new."""
    return list(items)


_carried = succession._carried


def _without_requests(*args: Any) -> messages.Carried:
    """A run that does not know what the one before it was sent."""
    return _carried(*args).model_copy(update={"requests": []})


CONTROLS: Final[dict[str, Control]] = {
    **{name: control for name, control in OF_SERVICES.items() if name != "watchdog"},  # a simulated loop does not block
    "fence": lambda: patch.object(NotedRunStore, "_refuse_taken", _unfenced),
    "copies": _common_copies,
    "places": lambda: patch.object(wire, "put_back", _reversed_values),
    "answers": lambda: patch.object(Republisher, "_answer", _nothing),
    "update_answers": lambda: patch.object(Republisher, "_answer_again", _nothing),
    "attributes": lambda: patch.object(coordinator_transitions, "_changed", lambda _: {}),
    "followed_requests": lambda: patch.object(handler, "follow", _as_they_are),
    "successors": lambda: patch.object(Republisher, "_finish_again", _nothing),
    "carried_requests": lambda: patch.object(succession, "_carried", _without_requests),
    "second_look": lambda: patch.object(handler, "may_be_ahead", lambda *_: False),
    "pauses": _deciding(messages.PauseRequested, _only_recorded),
    "terminations": _deciding(messages.TerminateRequested, lambda *_: True),
    "stops": lambda: patch.object(Stops, "messages", lambda _: []),
    "deferral": lambda: patch.object(Leases, "defer", lambda *_: None),
    "details": lambda: patch.object(attempts, "with_details", lambda _, event: event),
    "completions": lambda: patch.object(ActionAnswered, "identity", AttemptEvent.identity),
    "request_ids": lambda: patch.object(RunState, "note_request", lambda *_: None),
    "fresh": lambda: patch.object(questions.Questions, "_fresh", lambda asked, run_id: asked._loader.open(run_id)),
    "renewal": lambda: patch("warren.client.following.RENEW_SECONDS", 1e9),
    "early": lambda: patch.object(handler, "MOST_TRIES_OF_EARLY", 0),
    "policies": lambda: patch.object(RunState, "end_child", _forgotten),
    "child_starts": lambda: patch.object(Outbox, "add_child_started", lambda *_: None),
    "input_check": lambda: patch.object(input_checks, "_adapter", lambda *_: TypeAdapter(Any)),
}


@contextmanager
def without(name: str | None) -> Iterator[None]:
    """Take one safeguard away."""
    if name is None:
        yield
        return
    with CONTROLS[name]():
        yield
