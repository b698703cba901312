"""The rules of how attempts of actions end: on their worker, or elsewhere.

Each says whether the event changes anything, or gives the event that the history records in its place.
"""

from __future__ import annotations

from typing import Any

from warren.contracts import messages as m
from warren.contracts.policies import is_retried
from warren.engine.arrivals import arrived, decoded
from warren.engine.lease_rules import with_details
from warren.engine.program.executable import Executable
from warren.engine.run.state import PendingAction, PendingTimer, RunState
from warren.engine.values.futures import FutureState
from warren.errors import ActionTimeout, InvalidInput


def _open(run: RunState, event: m.AttemptEvent) -> PendingAction | None:
    """The pending attempt that an event is about."""
    return run.pending[event.invocation] if run.is_open(event.invocation, event.attempt) else None


def _on_worker(run: RunState, event: m.AttemptEvent) -> PendingAction | None:
    """The same, as long as it is a worker that answers it."""
    return None if event.invocation in run.leases.elsewhere else _open(run, event)


def succeeded(executable: Executable, run: RunState, event: m.ActionSucceeded) -> bool:
    """The invocation's future is done; its lease ends."""
    pending = _on_worker(run, event)
    if pending is None:
        return False
    _succeed(executable, run, event.invocation, pending, event.result)
    return True


def failed(executable: Executable, run: RunState, event: m.ActionFailed) -> bool | m.RunEvent:
    """Another attempt, now or after a backoff, if the policy says so; else the future fails. The lease ends."""
    pending = _on_worker(run, event)
    if pending is None:
        return False
    event = with_details(run, event)
    _fail(executable, run, event.invocation, pending, _exception(executable, event.error))
    return event


def deferred(executable: Executable, run: RunState, event: m.ActionDeferred) -> bool | m.RunEvent:
    """Another system completes the attempt: nobody is sent it any more. Its timeout goes on."""
    pending = _on_worker(run, event)
    if pending is None:
        return False
    event = with_details(run, event)
    timer, timeout = 0, pending.call.timeout_seconds
    if timeout is not None:
        transition = executable.transition
        left = max(timeout - event.duration_ms / 1_000, 0.0)
        timer = transition.add_timer(left, PendingTimer(transition.now, invocation=event.invocation))
    run.leases.defer(event.invocation, timer)
    return event


def answered(executable: Executable, run: RunState, event: m.ActionAnswered) -> bool | m.RunEvent:
    """Another system has completed the attempt, be its worker still at it or not."""
    pending = _open(run, event)
    if pending is None:
        return False
    event = with_details(run, event)
    if event.error is None:
        _succeed(executable, run, event.invocation, pending, event.result)
    else:
        _fail(executable, run, event.invocation, pending, _exception(executable, event.error))
    return event


def progressed(_: Executable, run: RunState, event: m.ActionProgressed) -> bool | m.RunEvent:
    """Another system says how far it is: for the next attempt. The history has the number that it gets."""
    leases = run.leases
    if _open(run, event) is None or not leases.hear(event.invocation, event.request_number):
        return False
    if event.number is None:
        known = leases.details.get(event.invocation)
        event = event.model_copy(update={"number": 1 if known is None else known.number + 1})
    assert event.number is not None
    leases.note(event.invocation, m.Details(number=event.number, value=event.details))
    return event


def timer_due(executable: Executable, run: RunState, timer: int, invocation: int) -> None:
    """A timer of an invocation: the next attempt's turn has come, or one that is completed elsewhere has timed out."""
    pending = run.pending.get(invocation)
    if pending is None:
        return
    if pending.backoff == timer:
        pending.backoff = 0
        executable.transition.commands.append(run.dispatch(invocation))
    elif run.leases.elsewhere.get(invocation) == timer:
        call = pending.call
        error = ActionTimeout(
            f"the action {call.action!r} took longer than {call.timeout_seconds:g} s; it was to be completed elsewhere"
        )
        _fail(executable, run, invocation, pending, error)


def _succeed(executable: Executable, run: RunState, invocation: int, pending: PendingAction, result: m.Json) -> None:
    if run.leases.is_used:
        run.end_attempts(invocation)
    del run.pending[invocation]
    completion = executable.completion
    try:
        value = arrived(run, decoded(executable, result))
    except InvalidInput as error:
        completion.fail(pending.future, error)
    else:
        completion.complete(pending.future, FutureState.DONE, value)


def _fail(executable: Executable, run: RunState, invocation: int, pending: PendingAction, error: BaseException) -> None:
    call, transition = pending.call, executable.transition
    if pending.attempt < call.attempts and is_retried(error, call.retry_on):
        if run.leases.is_used:
            run.timers.pop(run.leases.answered(invocation), None)
        pending.attempt += 1
        if call.backoff_seconds > 0 or run.paused_at is not None:
            timer = PendingTimer(transition.now, invocation=invocation)
            pending.backoff = transition.add_timer(call.backoff_seconds, timer)
        else:
            transition.commands.append(run.dispatch(invocation))
        return
    if run.leases.is_used:
        run.end_attempts(invocation)
    del run.pending[invocation]
    executable.completion.fail(pending.future, error)


def _exception(executable: Executable, data: m.Json) -> BaseException:
    try:
        error: Any = decoded(executable, data)
    except InvalidInput as problem:
        return problem
    if not isinstance(error, BaseException):
        return InvalidInput(f"an action failed with something that is no exception: {error!r}")
    return error
