"""What must hold of attempts: of those that are completed elsewhere, and of the details that attempts hand on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from warren.contracts import messages, wire
from warren.engine import DispatchAction, load_commands
from warren.ports import TransitionRow


def of_attempts(rows: Sequence[TransitionRow]) -> Iterator[str]:
    """An attempt that is completed elsewhere is not run again; each gets the latest details that the history knows."""
    deferred: set[tuple[int, int]] = set()
    latest: dict[int, messages.Details] = {}
    steps: dict[int, int] = {}
    for row in rows:
        event: Any = wire.load_event(row.event)
        match event:
            case messages.ActionProgressed():
                known = latest.get(event.invocation)
                number = 1 if known is None else known.number + 1
                latest[event.invocation] = messages.Details(number=number, value=event.details)
                if (
                    steps.get(event.invocation, 0) > event.details
                ):  # who had no answer says it again, by another request
                    yield f"{event.details} arrived after {steps[event.invocation]} at invocation {event.invocation}"
                steps[event.invocation] = event.details
            case messages.ActionDeferred():
                if (event.invocation, event.attempt) in deferred:
                    yield f"attempt {event.attempt} of {event.invocation} was deferred twice"
                deferred.add((event.invocation, event.attempt))
        details = getattr(event, "details", None)
        if isinstance(details, messages.Details):
            known = latest.get(event.invocation)
            if known is None or known.number < details.number:
                latest[event.invocation] = details
        for command in load_commands(row.commands):
            if isinstance(command, DispatchAction):
                if (command.invocation, command.attempt) in deferred:
                    yield f"attempt {command.attempt} of {command.invocation} was dispatched after its deferral"
                if command.details != latest.get(command.invocation):
                    known = latest.get(command.invocation)
                    yield f"attempt {command.attempt} of {command.invocation} got {command.details} and not {known}"
