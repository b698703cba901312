"""The engine's surface: one event applied to one run gives commands. Pure: no I/O, no clock, no randomness.

    event               applies when                                     what it does
    ------------------  -----------------------------------------------  -------------------------------------------
    RunStarted          first                                            the first strand runs
    ActionSucceeded     the invocation is pending with this attempt      its future is done
    ActionFailed        likewise                                         another attempt (now or after a backoff
                                                                         timer) if the policy says so, else its
                                                                         future fails
    TimerDue            the timer is pending and due                     a sleep is over, or the next attempt starts
    Continue            it is the one that was asked for                 what was left waiting goes on
    ChildFinished       the child run is pending                         its future is done, or fails as the child did
    CancelRequested     the run is running                               CancelledError in run(), where it waits
    EventRejected       the run is running                               the run fails with its error, at once
    anything else, and anything late or twice                            nothing: no transition

Whatever became ready then runs until everything waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from warren.contracts import messages as m
from warren.contracts.values import decode
from warren.engine.commands import Command
from warren.engine.program.executable import Executable
from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.run.interpreter import Interpreter
from warren.engine.run.state import PendingAction, PendingTimer, RunState
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import Stop
from warren.engine.values.objects import Coroutine, FutureState, Strand
from warren.engine.values.sizes import memory_size
from warren.errors import ActionTimeout, InvalidInput, WorkflowCancelledError

Json = Any


def start_run(
    executable: Executable,
    *,
    run_id: UUID,
    input: dict[str, Json],
    at: datetime,
) -> tuple[RunState, list[Command]]:
    """Transition 1: bind the input to `run()` and run it to its first wait.

    Raises:
        InvalidInput: the input does not bind to the parameters of `run()`, or a value of it cannot be decoded.
        Exception: a fault of the engine.
    """
    run = RunState(run_id=run_id, executable=executable, input=input)
    executable.begin_transition()
    scheduler = executable.scheduler
    scheduler.begin(run, at)
    try:
        instance, coroutine = _bound(run)
        initialise = executable.initialiser
        interpreter = Interpreter(run, scheduler)
        run.seq = 1
        run.strands = 1
        run.main = Strand(1, [])
        interpreter.begin(run.main, coroutine, None if initialise is None else lambda: initialise(instance))
        interpreter.advance()
        commands = scheduler.commands
    finally:
        scheduler.end()
    return run, commands


def _bound(run: RunState) -> tuple[Any, Coroutine]:
    """`self`, and the call of `run()` with the run's input."""
    executable = run.executable
    types, workflow = executable.types, executable.workflow
    try:
        values = {name: _arrived(run, decode(value, types)) for name, value in run.input.items()}
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


def apply(run: RunState, event: m.RunEvent, at: datetime) -> list[Command] | None:
    """Apply one event; the commands of the transition, or None when it changes nothing.

    What goes wrong with the run's own values and code while the event is applied (a `__hash__` of the user's raises, a
    limit is exceeded) ends the run, as failed.

    Raises:
        Exception: a fault of the engine; the run is in no state to go on with, and has to be loaded again.
    """
    if run.status is not m.RunStatus.RUNNING:
        return None
    executable = run.executable
    executable.begin_transition()
    scheduler = executable.scheduler
    scheduler.begin(run, at)
    interpreter = Interpreter(run, scheduler)
    try:
        try:
            if type(event) is m.EventRejected:  # quicker than isinstance() where it is none, as a rule
                interpreter.finish_rejected(event.error)
            elif not _take(run, event, at):
                return None
        except BaseException as error:  # noqa: BLE001 - what is not the run's own is raised again there
            interpreter.end_with(error)
        run.seq += 1
        interpreter.advance()
        commands = scheduler.commands
    finally:
        scheduler.end()
    return commands


def _take(run: RunState, event: m.RunEvent, at: datetime) -> bool:
    """Let the event change what it is about; whether it did."""
    match event:
        case m.ActionSucceeded():
            return _succeeded(run, event)
        case m.ActionFailed():
            return _failed(run, event)
        case m.TimerDue():
            return _timer_due(run, event, at)
        case m.Continue():
            if not run.continuing or event.number != run.continues:
                return False
            run.continuing = False
            return True
        case m.CancelRequested():
            return _cancel(run)
        case m.ChildFinished():
            return _child_finished(run, event)
        case m.ActionStarted() | m.ActionHeartbeat() | m.LeaseExpired() | m.RunStarted() | m.EventRejected():
            return False
        case _:
            assert_never(event)


def _attempt(run: RunState, event: m.ActionSucceeded | m.ActionFailed) -> PendingAction | None:
    pending = run.pending.get(event.invocation)
    if pending is None or pending.attempt != event.attempt or pending.backoff:
        return None
    return pending


def _decoded(run: RunState, data: m.Json) -> Any:
    """A value that an event brings.

    Raises:
        InvalidInput: it is ill-formed, which the workflow can catch.
        Stop: code of the user's that makes it (a `__hash__`) raised something.
    """
    try:
        return decode(data, run.executable.types)
    except (InvalidInput, RecursionError, MemoryError):
        raise
    except Exception as error:
        raise Stop(error) from error


def _succeeded(run: RunState, event: m.ActionSucceeded) -> bool:
    pending = _attempt(run, event)
    if pending is None:
        return False
    del run.pending[event.invocation]
    scheduler = run.executable.scheduler
    try:
        value = _arrived(run, _decoded(run, event.result))
    except InvalidInput as error:
        scheduler.fail(pending.future, error)
    else:
        scheduler.complete(pending.future, FutureState.DONE, value)
    return True


def _child_finished(run: RunState, event: m.ChildFinished) -> bool:
    child = run.children.pop(event.invocation, None)
    if child is None:
        return False
    scheduler = run.executable.scheduler
    try:
        value = _decoded(run, event.result if event.status is m.RunStatus.COMPLETED else event.error)
    except InvalidInput as error:
        scheduler.fail(child.future, error)
        return True
    if event.status is m.RunStatus.COMPLETED:
        scheduler.complete(child.future, FutureState.DONE, value)
        return True
    if event.status is m.RunStatus.CANCELLED or not isinstance(value, BaseException):
        value = WorkflowCancelledError(f"the child run {child.run_id} of {child.workflow} was cancelled")
    scheduler.fail(child.future, value)
    return True


def _failed(run: RunState, event: m.ActionFailed) -> bool:
    pending = _attempt(run, event)
    if pending is None:
        return False
    scheduler = run.executable.scheduler
    try:
        error = _decoded(run, event.error)
        if not isinstance(error, BaseException):
            error = InvalidInput(f"an action failed with something that is no exception: {error!r}")
    except InvalidInput as problem:
        error = problem
    call = pending.call
    if pending.attempt < call.attempts and is_retried(error, call.retry_on):
        pending.attempt += 1
        if call.backoff_seconds > 0:
            timer = PendingTimer(scheduler.now, invocation=event.invocation)
            pending.backoff = scheduler.add_timer(call.backoff_seconds, timer)
        else:
            scheduler.commands.append(run.dispatch(event.invocation))
        return True
    del run.pending[event.invocation]
    scheduler.fail(pending.future, error)
    return True


def is_retried(error: BaseException, names: Sequence[str] | None) -> bool:
    """Whether a retry policy's `exception_types` cover an exception.

    A name is that of any class in its hierarchy, bare or with its module. No names, or "Exception", mean all but
    `ActionTimeout`, which must be named (waymark's rule).
    """
    found = {"Exception"} if names is None else set(names)
    hierarchy = type(error).__mro__
    if isinstance(error, ActionTimeout):
        hierarchy = hierarchy[: hierarchy.index(ActionTimeout) + 1]
    return any(cls.__name__ in found or f"{cls.__module__}.{cls.__qualname__}" in found for cls in hierarchy)


def _timer_due(run: RunState, event: m.TimerDue, at: datetime) -> bool:
    timer = run.timers.get(event.timer)
    if timer is None or at < timer.due_at:
        return False
    del run.timers[event.timer]
    scheduler = run.executable.scheduler
    if timer.target is not None:
        scheduler.contexts.expire(timer.target)
    elif timer.future is not None:
        scheduler.complete(timer.future, FutureState.DONE, timer.result)
    else:
        pending = run.pending.get(timer.invocation)
        if pending is not None:
            pending.backoff = 0
            scheduler.commands.append(run.dispatch(timer.invocation))
    return True


def _cancel(run: RunState) -> bool:
    strand = run.main
    if strand is None or run.cancelling:
        return False
    run.cancelling = True
    run.executable.scheduler.contexts.cancel_strand(strand, CancelledError())
    return True


def _arrived(run: RunState, value: Any) -> Any:
    """A value from outside, which is part of the run's cost from now on."""
    size = memory_size([value], lambda _: None)
    run.cost += size
    run.unmeasured += size
    return value
