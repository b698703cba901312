"""One event at one run: the engine's decision, or that about a lease, which the engine knows nothing of."""

from __future__ import annotations

from datetime import datetime

from warren.contracts import messages
from warren.engine import Command, apply
from warren.runs.leases import worker_lost
from warren_coordinator.run_cache import RunEntry

Decision = tuple[messages.RunEvent, list[Command]]


def decide(entry: RunEntry, event: messages.RunEvent, at: datetime, *, max_losses: int) -> Decision | None:
    """The transition that an event makes: the event to record and its commands; None when it makes none.

    So many expired leases in a row (`max_losses`) are one failed attempt.
    """
    state, leases = entry.state, entry.leases
    match event:
        case messages.ActionStarted():
            if not leases.start(state, event, at):
                return None
            state.seq += 1
            return event, []
        case messages.ActionHeartbeat():
            leases.renew(state, event, at)
            return None
        case messages.LeaseExpired():
            if not leases.expire(event, at):
                return None
            losses = leases.lost[event.invocation]
            if losses < max_losses:
                state.seq += 1
                return event, [state.dispatch(event.invocation)]
            leases.end(event.invocation)
            event = worker_lost(event.run_id, event.invocation, event.attempt, losses=losses)
    commands = apply(state, event, at)
    if commands is None:
        return None
    if leases.held or leases.lost:
        _end_lease(entry, event)
    return event, commands


def _end_lease(entry: RunEntry, event: messages.RunEvent) -> None:
    if isinstance(event, messages.ActionSucceeded | messages.ActionFailed):
        entry.leases.end(event.invocation)


def may_be_stale(entry: RunEntry, event: messages.RunEvent) -> bool:
    """Whether an event that changed nothing may be about what another coordinator did since the run was loaded.

    That is: dispatched something, or was told that a worker holds it. What the state has seen answered stays answered,
    so a late event for that needs no second look.
    """
    state = entry.state
    match event:
        case (
            messages.ActionSucceeded()
            | messages.ActionFailed()
            | messages.ActionStarted()
            | messages.ActionHeartbeat()
            | messages.LeaseExpired()
        ):
            pending = state.pending.get(event.invocation)
            if pending is None:
                return event.invocation > state.numbers
            if isinstance(event, messages.LeaseExpired) and event.attempt == pending.attempt:
                return entry.leases.meant(event) is None
            return event.attempt > pending.attempt or (event.attempt == pending.attempt and bool(pending.backoff))
        case messages.ChildFinished():
            return event.invocation > state.numbers
        case messages.TimerDue():
            return event.timer > state.numbers
        case messages.Continue():
            return event.number > state.continues
        case _:
            return False
