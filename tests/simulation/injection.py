# mypy: disable-error-code="attr-defined"
# it replaces names that modules import: mypy need not say so
"""Faults of single events, injected where they are decoded, applied, encoded, stored, published or loaded.

A hostile run leaves its kind as a mark in what is about it; whatever has the mark goes wrong, and nothing else does.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from warren.contracts import messages, names
from warren.contracts.messages import RunEvent
from warren.engine import Decision, DispatchAction, Executable
from warren.errors import InternalError, InvalidInput, Refusal, StoreError
from warren.ports import OutgoingMessage, TransitionRow
from warren.runs.outbox import Outbox
from warren.runs.run_loader import RunningRuns
from warren_compiler import first_transition
from warren_coordinator import run_cache, run_loader

CURED_SECONDS: Final = 20.0
"""A full queue has room, and a run that cannot be loaded can be, so long after its start."""


def corrupted(message: OutgoingMessage) -> OutgoingMessage:
    """An event with the mark, as a worker with a fault would send it."""
    if message.exchange != names.EVENTS_EXCHANGE or b'"result":"decode"' not in message.body:
        return message
    data = json.loads(message.body)
    for item in data["items"]:
        if item.get("result") == "decode":
            item["duration_ms"] = "a while"
    return OutgoingMessage(message.exchange, message.routing_key, json.dumps(data).encode(), message.headers)


def refusal_of(message: OutgoingMessage, now: float, started_at: Callable[[bytes], float]) -> Refusal | None:
    """What the broker does not take: for ever, or until there is room."""
    if message.exchange == names.ACTIONS_EXCHANGE:
        if b'"args":["publish!"]' in message.body:
            return Refusal("injected")
        if b'"args":["full!"]' in message.body and now < started_at(message.body) + CURED_SECONDS:
            return Refusal("injected: full", may_pass=True)
    return None


def refuse_rows(transitions: Iterable[TransitionRow]) -> None:
    """What the store does not take."""
    for row in transitions:
        if '"result":"store"' in row.event:
            raise InvalidInput("injected") if row.run_id.int % 2 else StoreError("injected")


@contextmanager
def faults_in_services(now: Callable[[], float], started_at: Callable[[UUID], float]) -> Iterator[None]:
    """While it is open, the services' own code raises where a mark is met."""
    apply, add_action = run_cache.apply, Outbox.add_action
    load_running, start_run = run_loader.load_running, first_transition.start_run

    def faulty_apply(program: Executable, state: Any, event: RunEvent, at: datetime, **limits: Any) -> Decision | None:
        if isinstance(event, messages.ActionSucceeded) and event.result == "apply":
            state.pending.clear()
            raise RecursionError("injected")
        return apply(program, state, event, at, **limits)

    def faulty_add_action(outbox: Outbox, header: Any, command: DispatchAction) -> None:
        if command.args == ["encode!"]:
            raise ValueError("injected")
        add_action(outbox, header, command)

    async def faulty_load_running(run_ids: Collection[UUID], **options: Any) -> RunningRuns:
        found = await load_running(run_ids, **options)
        for each in list(found.running):
            run = each.loaded.run
            if run.input == '{"kind":"load"}' and now() < started_at(run.run_id) + CURED_SECONDS:
                found.running.remove(each)
                found.failed[run.run_id] = InternalError("injected")
        return found

    def faulty_start(executable: Executable, **arguments: Any) -> Any:
        if arguments["input"].get("kind") == "start":
            raise ZeroDivisionError("injected")
        return start_run(executable, **arguments)

    run_cache.apply, first_transition.start_run = faulty_apply, faulty_start
    run_loader.load_running = faulty_load_running
    Outbox.add_action = faulty_add_action  # type: ignore[method-assign]  # put back below
    try:
        yield
    finally:
        run_cache.apply, Outbox.add_action = apply, add_action  # type: ignore[method-assign]  # as it was
        run_loader.load_running, first_transition.start_run = load_running, start_run
