"""Requests that end a run, have it stand still or go on. Each rule says whether it changes anything.

While a run is paused, `transitions` takes in what comes and runs no code; timers that come due are refused, and started
again when the run goes on.
"""

from __future__ import annotations

import heapq

from warren.contracts import messages as m
from warren.contracts.limits import encode_error
from warren.engine.commands import StartTimer
from warren.engine.program.executable import Executable
from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.run.state import RunState
from warren.engine.run.transition import Transition
from warren.engine.values.limits import MAX_COMMANDS
from warren.errors import RunTerminated


def cancel(executable: Executable, run: RunState, event: m.CancelRequested) -> bool:
    """CancelledError in run(), with the reason as asyncio has it. A run that is paused goes on, to clean up."""
    strand, was_paused = run.main, run.paused_at is not None
    run.paused_at = None
    if strand is None or run.cancelling:
        return was_paused
    run.cancelling = True
    error = CancelledError() if event.reason is None else CancelledError(event.reason)
    executable.cancellation.cancel_strand(strand, error)
    return True


def terminate(executable: Executable, _: RunState, event: m.TerminateRequested) -> bool:
    """The run has failed, and none of its handlers ran."""
    text = "the run was terminated" + (f": {event.reason}" if event.reason else "")
    executable.ending.terminated(encode_error(RunTerminated(text)))
    return True


def pause(executable: Executable, run: RunState, event: m.PauseRequested) -> bool:
    """From now on nothing of the run goes on."""
    if run.paused_at is not None or event.subject in run.requests:
        return False
    run.note_request(event.subject)
    run.paused_at = executable.transition.now
    return True


def resume(_: Executable, run: RunState, event: m.ResumeRequested) -> bool:
    """What has become ready meanwhile goes on."""
    if run.paused_at is None or event.subject in run.requests:
        return False
    run.note_request(event.subject)
    run.paused_at = None
    return True


def restart_timers(transition: Transition) -> None:
    """Start the timers of a run that goes on: those that came due were refused, and others may be known to nobody.

    Where there are more than one transition may command, those that are due last are left to who looks for overdue
    ones in the store.
    """
    timers = transition.run.timers
    room = max(MAX_COMMANDS - len(transition.commands), 0)
    first = heapq.nsmallest(room, timers.items(), key=lambda item: (item[1].due_at, item[0]))
    known = {command.timer for command in transition.commands if isinstance(command, StartTimer)}
    transition.commands += [StartTimer(number, timer.due_at) for number, timer in first if number not in known]
