"""The run that goes on in the place of one that continued as new: how it begins, and what it has of the other."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple

from warren.contracts import messages as m
from warren.engine.commands import Command
from warren.engine.program.executable import Executable
from warren.engine.run.state import RunState
from warren.engine.transitions import start_run
from warren.errors import InternalError


class Successor(NamedTuple):
    """A run after its first transition: the event that the history records, the state and the commands."""

    event: m.RunStarted
    state: RunState
    commands: list[Command]


def start_successor(executable: Executable, ended: RunState, at: datetime) -> Successor:
    """The first transition of the run that continues `ended`, of the same program: the same whenever it is made again.

    Raises:
        Exception: a fault of the engine.
    """
    if ended.successor is None:
        raise InternalError(f"the run {ended.run_id} did not continue as new")
    run_id, bound = ended.successor.run_id, ended.successor.input
    carried = _carried(executable, ended)
    found: dict[str, Any] = {"attributes": dict(ended.attributes) or None, "carried": carried}
    event = m.RunStarted(run_id=run_id, version=executable.version, input=bound, **found)
    state, commands = start_run(executable, run_id=run_id, input=bound, at=at, **found)
    return Successor(event, state, commands)


def must_begin(executable: Executable, run: RunState, event: m.RunEvent) -> bool:
    """Whether the `ContinuationDue` with which the run's code begins is to be applied before this event: a handler or a
    validator must not see `self` as it was before `run()` had its first turn."""
    return run.seq == 1 and executable.continues_as_new and run.continuing and not event.lets_a_run_go_on


def _carried(executable: Executable, ended: RunState) -> m.Carried:
    mailboxes = {}
    with executable.budget.unlimited():  # it is what the run holds already, within the limits of a run
        for signal in executable.requests.signals.values():
            if not signal.handler:
                waiting = _items(ended.instance, signal.name)
                if waiting:
                    what = f"a payload of the signal {signal.name!r}"
                    mailboxes[signal.name] = [executable.guards.payload(item, what) for item in waiting]
    return m.Carried(previous=ended.run_id, mailboxes=mailboxes, requests=list(ended.requests))


def _items(instance: Any, signal: str) -> Any:
    """What lies in a mailbox, the first first."""
    queue = instance.__dict__[signal].__dict__["queue"]
    return queue.__dict__["_items"]
