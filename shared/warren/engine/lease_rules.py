"""The rules of leases: they concern no code of the workflow, only who has an attempt and whether it is sent again."""

from __future__ import annotations

from datetime import datetime
from typing import Final, TypeVar

from warren.contracts import messages as m
from warren.contracts.values import encode_exception
from warren.engine.decision import Decision
from warren.engine.run.leases import Lease
from warren.engine.run.state import RunState
from warren.errors import WorkerLost

MAX_LOSSES: Final = 3
"""So many expired leases in a row are one failed attempt, where nobody says otherwise."""

E = TypeVar("E", m.LeaseExpired, m.ActionFailed, m.ActionDeferred, m.ActionAnswered)


def about_a_lease(
    run: RunState,
    event: m.LeaseExpired | m.ActionStarted | m.ActionHeartbeat,
    at: datetime,
    *,
    max_losses: int,
    is_recorded: bool,
) -> Decision | m.ActionFailed | None:
    """The transition; or, where workers were lost too often, the failure of the attempt, which is to be applied."""
    if isinstance(event, m.LeaseExpired):
        lease = held(run, event)
        if not is_recorded and (lease is None or lease.expires_at > at or run.paused_at is not None):
            return None
        losses = run.leases.lose(event.invocation)
        event = with_details(run, event)
        if losses >= max_losses and not is_recorded:
            return _worker_lost(event, losses)
        run.seq += 1
        return Decision(event, [run.dispatch(event.invocation)])
    if not run.is_open(event.invocation, event.attempt) or event.invocation in run.leases.elsewhere:
        return None
    is_held = held(run, event) is not None
    if isinstance(event, m.ActionHeartbeat) and not is_held:
        return None  # the start is yet to come, and must be news then
    return _hold(run, event, at, is_news=not is_held or is_recorded)


def _hold(run: RunState, event: m.ActionStarted | m.ActionHeartbeat, at: datetime, *, is_news: bool) -> Decision | None:
    """The worker has the attempt. A transition where that is news, or it is time to record its details."""
    leases, invocation = run.leases, event.invocation
    if is_news or isinstance(event, m.ActionHeartbeat):  # a start that comes again moves nothing
        leases.hold(invocation, event.attempt, event.worker, event.lease_seconds, at)
    has_details = leases.note(invocation, event.details)
    if not is_news and not (has_details and leases.is_record_due(invocation, at)):
        return None
    leases.held[invocation].recorded = at
    run.seq += 1
    return Decision(event, [])


def held(run: RunState, event: m.LeaseExpired | m.ActionStarted | m.ActionHeartbeat) -> Lease | None:
    """The lease that an event is about, while it is held."""
    lease = run.leases.held.get(event.invocation)
    return lease if lease and (lease.attempt, lease.worker) == (event.attempt, event.worker) else None


def with_details(run: RunState, event: E) -> E:
    """The event with the latest details, its own or those that only heartbeats brought: the next attempt gets them, so
    they must be in the history."""
    leases = run.leases
    if event.details is None and not leases.details:
        return event
    leases.note(event.invocation, event.details)
    latest = leases.details.get(event.invocation)
    return event if latest is event.details else event.model_copy(update={"details": latest})


def _worker_lost(event: m.LeaseExpired, losses: int) -> m.ActionFailed:
    error = encode_exception(
        WorkerLost(f"{losses} workers in a row stopped sending heartbeats while running this action")
    )
    return m.ActionFailed(
        run_id=event.run_id,
        invocation=event.invocation,
        attempt=event.attempt,
        error=error,
        details=event.details,
    )


def expired_leases(run: RunState, now: datetime) -> list[m.LeaseExpired]:
    """The events for leases whose end has passed by `now`: proposals, to be sent to the run. None of a paused one."""
    if run.paused_at is not None:
        return []
    return [
        m.LeaseExpired(
            run_id=run.run_id,
            invocation=invocation,
            attempt=lease.attempt,
            worker=lease.worker,
            details=run.leases.details.get(invocation),
        )
        for invocation, lease in run.leases.held.items()
        if lease.expires_at <= now
    ]


def extend_leases(run: RunState, now: datetime) -> None:
    """A full lease from now for every worker: where no heartbeat could arrive, which is no worker's fault.

    Like a heartbeat it makes no transition: the run was not loaded, or the broker was away.
    """
    run.leases.extend(now)
