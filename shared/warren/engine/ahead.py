"""Whether an event may be about what a state has not seen: then the run is loaded again before the event is dropped."""

from __future__ import annotations

from typing import assert_never

from warren.contracts import messages as m
from warren.engine.lease_rules import held
from warren.engine.run.state import RunState


def may_be_ahead(run: RunState, event: m.RunEvent) -> bool:
    """Whether an event that changed nothing may be about a transition that this state has not seen.

    Another coordinator may have dispatched something since the run was loaded, have been informed that a worker holds
    it, or have paused or resumed the run. What the state has seen answered stays answered: that needs no second look.
    """
    match event:
        case m.LeaseExpired():
            pending = run.pending.get(event.invocation)
            if pending is not None and event.attempt == pending.attempt:
                return held(run, event) is None or run.paused_at is not None
            return _is_unseen(run, event)
        case (
            m.ActionSucceeded()
            | m.ActionFailed()
            | m.ActionStarted()
            | m.ActionHeartbeat()
            | m.ActionDeferred()
            | m.ActionAnswered()
            | m.ActionProgressed()
        ):
            return _is_unseen(run, event)
        case m.ChildStarted() | m.ChildFinished() | m.RequestAnswered():
            return event.invocation > run.numbers
        case m.TimerDue():
            return event.timer > run.numbers or run.paused_at is not None
        case m.ContinuationDue():
            return event.number > run.continues
        case m.PauseRequested() | m.ResumeRequested():
            return event.subject not in run.requests
        case (
            m.CancelRequested()
            | m.TerminateRequested()
            | m.EventRejected()
            | m.RunStarted()
            | m.SignalReceived()
            | m.UpdateRequested()
            | m.QueryAsked()
        ):
            return False
        case _:
            assert_never(event)


def _is_unseen(run: RunState, event: m.AttemptEvent) -> bool:
    pending = run.pending.get(event.invocation)
    if pending is None:
        return event.invocation > run.numbers
    return event.attempt > pending.attempt or (event.attempt == pending.attempt and bool(pending.backoff))
