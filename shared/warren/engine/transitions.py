"""The rules of a run: what each event changes, and which commands come of it. Nothing else changes a run's state.

    event               applies when                                     what it does
    ------------------  -----------------------------------------------  -------------------------------------------
    RunStarted          first (`start_run`)                              the first strand runs
    ActionSucceeded     the invocation is pending with this attempt      its future is done; its lease ends
                        and a worker has it
    ActionFailed        as for ActionSucceeded                           another attempt (now or after a backoff
                                                                         timer) if the policy says so, else its
                                                                         future fails; its lease ends
    ActionStarted       the same, and no lease of this worker is held    a worker holds a lease: nobody else is sent
                                                                         the attempt until the lease ends
    LeaseExpired        that lease is held and its end has passed        the attempt is dispatched again; after
                                                                         `max_losses` in a row it fails: WorkerLost
    ActionDeferred      as for ActionSucceeded                           nobody is sent the attempt again; a timer ends
                                                                         it when its timeout has passed
    ActionAnswered      the invocation is pending with this attempt      as ActionSucceeded or ActionFailed
    ActionProgressed    the same, and it has not come before             the next attempt gets its details
    TimerDue            the timer is pending and due                     a sleep is over, the next attempt starts, or
                                                                         one that is completed elsewhere has timed out
    ContinuationDue     it is the one that was asked for                 what was left waiting goes on
    ChildStarted        somebody waits for the child run's start         its start is done
    ChildFinished       the child run is pending                         its future is done, or fails as the child did
    RequestAnswered     the run asked that of another one                its future is done, or fails: it was refused
    CancelRequested     the run was not cancelled before                 CancelledError in run(), where it waits; it is
                                                                         not paused any more
    TerminateRequested  the run is running                               the run fails at once: RunTerminated
    PauseRequested      it is not paused, and the request is new         it is paused, as said below
    ResumeRequested     it is paused, and the request is new             it goes on; its timers start again
    SignalReceived      the workflow has this signal, and the run has    it lies in its mailbox, or its handler runs
                        not taken it before
    UpdateRequested     the workflow has this update, its validator      its method runs, at once or as a task; what it
                        does not refuse it, and it is new, or somebody   returns or raises is its answer
                        new waits for its answer
    EventRejected       the run is running                               the run fails with its error, at once
    anything late or twice                                               nothing: no transition

    ActionHeartbeat     a lease of this worker is held                   moves the end of the lease, and brings details:
                                                                         a transition only where they are recorded,
                                                                         at a low rate
    QueryAsked          never                                            is answered (`engine.queries`)

Whatever became ready then runs until everything waits, unless the run is paused: then all rules hold but for `TimerDue`
and `LeaseExpired`, which do not apply; an action that is to be tried again waits for a timer; and what has become ready
runs when the run is resumed. Pure: no I/O, no clock, no randomness.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

from warren.contracts import messages as m
from warren.contracts.values import decode
from warren.engine import attempts
from warren.engine.arrivals import arrived, take_over, take_signal, take_update
from warren.engine.commands import Command
from warren.engine.control import cancel, pause, restart_timers, resume, terminate
from warren.engine.decision import Decision
from warren.engine.lease_rules import MAX_LOSSES, about_a_lease, expired_leases
from warren.engine.program.executable import Executable
from warren.engine.queries import refusal_of
from warren.engine.relations import child_finished, child_started, request_answered
from warren.engine.run.fresh_history import bytes_of
from warren.engine.run.state import RunState
from warren.engine.values.calls import Coroutine
from warren.engine.values.futures import FutureState, Strand
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import Stop
from warren.errors import InvalidInput, UserError

Json = Any


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
    carried: m.Carried | None = None,
) -> tuple[RunState, list[Command]]:
    """Transition 1: bind the input to `run()` and run it to its first wait. It has the `attributes` before that.

    The code of a workflow that may continue as new begins with the next transition, so that of a run which continues
    another one (`carried` is what it has from that) nothing but the beginning is decided when the other one ends.

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
        if carried is not None:
            take_over(executable, run, carried)
        interpreter.begin(run.main, coroutine, None if initialise is None else lambda: initialise(instance))
        interpreter.advance(at_once=not executable.continues_as_new)
        commands = transition.close()
    finally:
        transition.end()
    if executable.measures_history:
        given = None if not attributes else dict(attributes)
        event = m.RunStarted(run_id=run_id, version=executable.version, input=input, attributes=given, carried=carried)
        run.history_size += bytes_of(event, commands)
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
    decision = _decide(executable, run, event, at, max_losses=max_losses, is_recorded=is_recorded)
    if executable.measures_history and isinstance(decision, Decision):
        run.history_size += bytes_of(*decision)
    return decision


def _decide(
    executable: Executable, run: RunState, event: m.RunEvent, at: datetime, *, max_losses: int, is_recorded: bool
) -> Decision | Refusal | None:
    kind = type(event)
    if kind in _OF_LEASES:
        decision = about_a_lease(run, cast("Any", event), at, max_losses=max_losses, is_recorded=is_recorded)
        if not isinstance(decision, m.ActionFailed):
            return decision
        return _decide(executable, run, decision, at, max_losses=max_losses, is_recorded=False)
    if kind is m.UpdateRequested and not is_recorded:
        assert isinstance(event, m.UpdateRequested)
        refused = refusal_of(executable, run, event, at)
        if refused is not None:
            return Refusal(event, refused)
    executable.begin(run, at)
    transition, interpreter = executable.transition, executable.interpreter
    run.seq += 1
    was_paused = run.paused_at is not None
    try:
        try:
            changes = _RULES[kind](executable, run, event)
            if not changes:
                run.seq -= 1
                return None
            if changes is not True:
                event = changes
        except BaseException as error:  # noqa: BLE001 - what is not the run's own is raised again there
            executable.ending.over(error)
        if run.paused_at is not None:
            interpreter.account()
        else:
            interpreter.advance()
            if was_paused:
                restart_timers(transition)
        commands = transition.close()
    finally:
        transition.end()
    return Decision(event, commands)


def overdue(run: RunState, now: datetime) -> list[m.TimerDue | m.LeaseExpired]:
    """The events for what should have happened by `now`: timers that are due, leases whose end has passed.

    They are proposals, to be sent to the run; applying one decides. There are none for a run that is paused.
    """
    if run.paused_at is not None:
        return []
    due: list[m.TimerDue | m.LeaseExpired] = [
        m.TimerDue(run_id=run.run_id, timer=number) for number, timer in run.timers.items() if timer.due_at <= now
    ]
    return due + expired_leases(run, now)


# --- rules: whether the event changes what it is about ----------------------------------------------------------------


def _timer_due(executable: Executable, run: RunState, event: m.TimerDue) -> bool:
    timer, transition = run.timers.get(event.timer), executable.transition
    if timer is None or transition.now < timer.due_at or run.paused_at is not None:
        return False
    del run.timers[event.timer]
    if timer.target is not None:
        executable.cancellation.expire(timer.target)
    elif timer.future is not None:
        executable.completion.complete(timer.future, FutureState.DONE, timer.result)
    else:
        attempts.timer_due(executable, run, event.timer, timer.invocation)
    return True


def _continue(_: Executable, run: RunState, event: m.ContinuationDue) -> bool:
    if not run.continuing or event.number != run.continues:
        return False
    run.continuing = False
    return True


def _rejected(executable: Executable, _: RunState, event: m.EventRejected) -> bool:
    executable.ending.rejected(event.error)
    return True


def _never(*_: Any) -> bool:
    return False


_RULES: Final[Mapping[type[m.Event], Callable[[Executable, RunState, Any], bool | m.RunEvent]]] = {
    m.RunStarted: _never,
    m.ActionSucceeded: attempts.succeeded,
    m.ActionFailed: attempts.failed,
    m.ActionDeferred: attempts.deferred,
    m.ActionAnswered: attempts.answered,
    m.ActionProgressed: attempts.progressed,
    m.TimerDue: _timer_due,
    m.ContinuationDue: _continue,
    m.ChildStarted: child_started,
    m.ChildFinished: child_finished,
    m.RequestAnswered: request_answered,
    m.CancelRequested: cancel,
    m.TerminateRequested: terminate,
    m.PauseRequested: pause,
    m.ResumeRequested: resume,
    m.SignalReceived: take_signal,
    m.UpdateRequested: take_update,
    m.QueryAsked: _never,
    m.EventRejected: _rejected,
}
_OF_LEASES: Final = frozenset({m.ActionStarted, m.ActionHeartbeat, m.LeaseExpired})
EVENTS: Final = frozenset(_RULES) | _OF_LEASES
"""All that there is a rule for; a test compares it with the messages."""
