"""The rules of a run: what each event changes, and which commands come of it. Nothing else changes a run's state.

    event               applies when                                     what it does
    ------------------  -----------------------------------------------  -------------------------------------------
    RunStarted          first (`start_run`)                              the first strand runs
    ActionSucceeded     the invocation is pending with this attempt      its future is done; its lease ends
    ActionFailed        as for ActionSucceeded                           another attempt (now or after a backoff
                                                                         timer) if the policy says so, else its
                                                                         future fails; its lease ends
    ActionStarted       the same, and no lease of this worker is held    a worker holds a lease: nobody else is sent
                                                                         the attempt until the lease ends
    LeaseExpired        that lease is held and its end has passed        the attempt is dispatched again; after
                                                                         `max_losses` in a row it fails: WorkerLost
    TimerDue            the timer is pending and due                     a sleep is over, or the next attempt starts
    ContinuationDue     it is the one that was asked for                 what was left waiting goes on
    ChildFinished       the child run is pending                         its future is done, or fails as the child did
    CancelRequested     the run is running                               CancelledError in run(), where it waits
    SignalReceived      the workflow has this signal, and the run has    it lies in its mailbox, or its handler runs
                        not taken it before
    UpdateRequested     the workflow has this update, its validator      its method runs, at once or as a task; what it
                        does not refuse it, and it is new, or somebody   returns or raises is its answer
                        new waits for its answer
    EventRejected       the run is running                               the run fails with its error, at once
    anything late or twice                                               nothing: no transition

    ActionHeartbeat     a lease of this worker is held                   moves the end of the lease: never a transition
    QueryAsked          never                                            is answered (`engine.queries`)

Whatever became ready then runs until everything waits. Pure: no I/O, no clock, no randomness.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from warren.contracts import messages as m
from warren.contracts.policies import is_retried
from warren.contracts.values import decode, encode_exception
from warren.engine.arrivals import arrived, decoded, take_signal, take_update
from warren.engine.commands import Command
from warren.engine.program.executable import Executable
from warren.engine.queries import refusal_of
from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.run.leases import Lease
from warren.engine.run.state import PendingAction, PendingTimer, RunState
from warren.engine.values.calls import Coroutine
from warren.engine.values.futures import FutureState, Strand
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import Stop
from warren.errors import InvalidInput, UserError, WorkerLost, WorkflowCancelledError

Json = Any
MAX_LOSSES: Final = 3
"""So many expired leases in a row are one failed attempt, where nobody says otherwise."""


class Decision(NamedTuple):
    """A transition: the event that the history records, and the commands that come of it.

    The event is the one that was applied, but for a lease that expired too often: then it is the attempt's failure.
    """

    event: m.RunEvent
    commands: list[Command]


class Refusal(NamedTuple):
    """No transition: the workflow itself refuses a request, and who made it gets the error."""

    event: m.RunEvent
    error: UserError


def start_run(
    executable: Executable,
    *,
    run_id: UUID,
    input: dict[str, Json],
    at: datetime,
    attributes: Mapping[str, Json] | None = None,
) -> tuple[RunState, list[Command]]:
    """Transition 1: bind the input to `run()` and run it to its first wait. It has the `attributes` before that.

    Raises:
        InvalidInput: the input does not bind to the parameters of `run()`, or a value of it cannot be decoded.
        Exception: a fault of the engine.
    """
    run = RunState(run_id=run_id, input=input)
    if attributes:
        run.attributes = dict(attributes)
    executable.begin(run, at)
    transition, interpreter = executable.transition, executable.interpreter
    try:
        instance, coroutine = _bound(executable, run)
        initialise = executable.initialiser
        run.seq = 1
        run.strands = 1
        run.main = Strand(1, [])
        if executable.requests.keep_instance:
            run.instance = instance
            executable.make_mailboxes(instance)
        interpreter.begin(run.main, coroutine, None if initialise is None else lambda: initialise(instance))
        interpreter.advance()
        commands = transition.commands
    finally:
        transition.end()
    return run, commands


def _bound(executable: Executable, run: RunState) -> tuple[Any, Coroutine]:
    """`self`, and the call of `run()` with the run's input."""
    types, workflow = executable.types, executable.workflow
    try:
        values = {name: arrived(run, decode(value, types)) for name, value in run.input.items()}
        instance = types.get(executable.program.ref)()
    except InvalidInput:
        raise
    except BaseException as error:  # of a `__hash__` of the user's, or of what is nested too deeply
        if ends_the_process(error):
            raise
        why = str(error) if isinstance(error, Stop | RecursionError) else type(error).__name__
        raise InvalidInput(f"the input of {workflow} cannot be read: {why}") from error
    try:
        return instance, executable.coroutine(executable.entry, (instance,), values)
    except TypeError as error:
        raise InvalidInput(f"the input does not fit {workflow}: {error}") from error


def apply(
    executable: Executable,
    run: RunState,
    event: m.RunEvent,
    at: datetime,
    *,
    max_losses: int = MAX_LOSSES,
    is_recorded: bool = False,
) -> Decision | Refusal | None:
    """Apply one event to a run of this program; the transition, or None when there is none.

    With `is_recorded` the event is one of the run's history: it was decided once that it applies. What goes wrong with
    the run's own values and code (a `__hash__` of the user's raises, a limit is exceeded) ends the run, as failed.

    Raises:
        Exception: a fault of the engine; the run is in no state to go on with, and has to be loaded again.
    """
    if run.status is not m.RunStatus.RUNNING:
        return None
    kind = type(event)
    if kind in _OF_LEASES:
        return _about_a_lease(executable, run, event, at, max_losses=max_losses, is_recorded=is_recorded)
    if kind is m.UpdateRequested and not is_recorded:
        assert isinstance(event, m.UpdateRequested)
        refused = refusal_of(executable, run, event, at)
        if refused is not None:
            return Refusal(event, refused)
    executable.begin(run, at)
    transition, interpreter = executable.transition, executable.interpreter
    run.seq += 1
    try:
        try:
            if not _RULES[kind](executable, run, event):
                run.seq -= 1
                return None
        except BaseException as error:  # noqa: BLE001 - what is not the run's own is raised again there
            executable.ending.over(error)
        interpreter.advance()
        commands = transition.commands
    finally:
        transition.end()
    return Decision(event, commands)


def overdue(run: RunState, now: datetime) -> list[m.TimerDue | m.LeaseExpired]:
    """The events for what should have happened by `now`: timers that are due, leases whose end has passed.

    They are proposals, to be sent to the run; applying one decides.
    """
    due: list[m.TimerDue | m.LeaseExpired] = [
        m.TimerDue(run_id=run.run_id, timer=number) for number, timer in run.timers.items() if timer.due_at <= now
    ]
    return due + expired_leases(run, now)


def expired_leases(run: RunState, now: datetime) -> list[m.LeaseExpired]:
    """Those among them that are about leases."""
    return [
        m.LeaseExpired(run_id=run.run_id, invocation=invocation, attempt=lease.attempt, worker=lease.worker)
        for invocation, lease in run.leases.held.items()
        if lease.expires_at <= now
    ]


def extend_leases(run: RunState, now: datetime) -> None:
    """A full lease from now for every worker: where no heartbeat could arrive, which is no worker's fault.

    Like a heartbeat it makes no transition: the run was not loaded, or the broker was away.
    """
    run.leases.extend(now)


# --- leases: rules without workflow code ------------------------------------------------------------------------------


def _about_a_lease(
    executable: Executable, run: RunState, event: m.RunEvent, at: datetime, *, max_losses: int, is_recorded: bool
) -> Decision | Refusal | None:
    leases = run.leases
    if isinstance(event, m.LeaseExpired):
        lease = held(run, event)
        if not is_recorded and (lease is None or lease.expires_at > at):
            return None
        losses = leases.lose(event.invocation)
        if losses >= max_losses and not is_recorded:
            return apply(executable, run, _worker_lost(event, losses), at)
        run.seq += 1
        return Decision(event, [run.dispatch(event.invocation)])
    assert isinstance(event, m.ActionStarted | m.ActionHeartbeat)
    if not run.is_open(event.invocation, event.attempt):
        return None
    if isinstance(event, m.ActionHeartbeat):
        if held(run, event) is not None:  # without one, the start is yet to come, and must be news then
            leases.hold(event.invocation, event.attempt, event.worker, event.lease_seconds, at)
        return None
    if not is_recorded and held(run, event) is not None:
        return None  # it comes again; what moves the end of a lease is a heartbeat
    leases.hold(event.invocation, event.attempt, event.worker, event.lease_seconds, at)
    run.seq += 1
    return Decision(event, [])


def held(run: RunState, event: m.LeaseExpired | m.ActionStarted | m.ActionHeartbeat) -> Lease | None:
    """The lease that an event is about, while it is held."""
    lease = run.leases.held.get(event.invocation)
    return lease if lease and (lease.attempt, lease.worker) == (event.attempt, event.worker) else None


def _worker_lost(event: m.LeaseExpired, losses: int) -> m.ActionFailed:
    error = encode_exception(
        WorkerLost(f"{losses} workers in a row stopped sending heartbeats while running this action")
    )
    return m.ActionFailed(run_id=event.run_id, invocation=event.invocation, attempt=event.attempt, error=error)


# --- rules: whether the event changes what it is about ----------------------------------------------------------------


def _attempt(run: RunState, event: m.ActionSucceeded | m.ActionFailed) -> PendingAction | None:
    """The pending attempt that an event answers; its lease ends."""
    pending = run.pending.get(event.invocation)
    if pending is None or pending.attempt != event.attempt or pending.backoff:
        return None
    leases = run.leases
    if leases.held or leases.lost:
        leases.end(event.invocation)
    return pending


def _succeeded(executable: Executable, run: RunState, event: m.ActionSucceeded) -> bool:
    pending = _attempt(run, event)
    if pending is None:
        return False
    del run.pending[event.invocation]
    completion = executable.completion
    try:
        value = arrived(run, decoded(executable, event.result))
    except InvalidInput as error:
        completion.fail(pending.future, error)
    else:
        completion.complete(pending.future, FutureState.DONE, value)
    return True


def _failed(executable: Executable, run: RunState, event: m.ActionFailed) -> bool:
    pending = _attempt(run, event)
    if pending is None:
        return False
    try:
        error = decoded(executable, event.error)
        if not isinstance(error, BaseException):
            error = InvalidInput(f"an action failed with something that is no exception: {error!r}")
    except InvalidInput as problem:
        error = problem
    call, transition = pending.call, executable.transition
    if pending.attempt < call.attempts and is_retried(error, call.retry_on):
        pending.attempt += 1
        if call.backoff_seconds > 0:
            timer = PendingTimer(transition.now, invocation=event.invocation)
            pending.backoff = transition.add_timer(call.backoff_seconds, timer)
        else:
            transition.commands.append(run.dispatch(event.invocation))
        return True
    del run.pending[event.invocation]
    executable.completion.fail(pending.future, error)
    return True


def _child_finished(executable: Executable, run: RunState, event: m.ChildFinished) -> bool:
    child = run.children.pop(event.invocation, None)
    if child is None:
        return False
    completion = executable.completion
    try:
        value = decoded(executable, event.result if event.status is m.RunStatus.COMPLETED else event.error)
    except InvalidInput as error:
        completion.fail(child.future, error)
        return True
    if event.status is m.RunStatus.COMPLETED:
        completion.complete(child.future, FutureState.DONE, value)
        return True
    if event.status is m.RunStatus.CANCELLED or not isinstance(value, BaseException):
        value = WorkflowCancelledError(f"the child run {child.run_id} of {child.workflow} was cancelled")
    completion.fail(child.future, value)
    return True


def _timer_due(executable: Executable, run: RunState, event: m.TimerDue) -> bool:
    timer, transition = run.timers.get(event.timer), executable.transition
    if timer is None or transition.now < timer.due_at:
        return False
    del run.timers[event.timer]
    if timer.target is not None:
        executable.cancellation.expire(timer.target)
    elif timer.future is not None:
        executable.completion.complete(timer.future, FutureState.DONE, timer.result)
    else:
        pending = run.pending.get(timer.invocation)
        if pending is not None:
            pending.backoff = 0
            transition.commands.append(run.dispatch(timer.invocation))
    return True


def _continue(_: Executable, run: RunState, event: m.ContinuationDue) -> bool:
    if not run.continuing or event.number != run.continues:
        return False
    run.continuing = False
    return True


def _cancel(executable: Executable, run: RunState, _: m.CancelRequested) -> bool:
    strand = run.main
    if strand is None or run.cancelling:
        return False
    run.cancelling = True
    executable.cancellation.cancel_strand(strand, CancelledError())
    return True


def _rejected(executable: Executable, _: RunState, event: m.EventRejected) -> bool:
    executable.ending.rejected(event.error)
    return True


def _never(*_: Any) -> bool:
    return False


_RULES: Final[Mapping[type[m.Event], Callable[[Executable, RunState, Any], bool]]] = {
    m.RunStarted: _never,
    m.ActionSucceeded: _succeeded,
    m.ActionFailed: _failed,
    m.TimerDue: _timer_due,
    m.ContinuationDue: _continue,
    m.ChildFinished: _child_finished,
    m.CancelRequested: _cancel,
    m.SignalReceived: take_signal,
    m.UpdateRequested: take_update,
    m.QueryAsked: _never,
    m.EventRejected: _rejected,
}
_OF_LEASES: Final = frozenset({m.ActionStarted, m.ActionHeartbeat, m.LeaseExpired})
EVENTS: Final = frozenset(_RULES) | _OF_LEASES
"""All that there is a rule for; a test compares it with the messages."""
