"""A stored run back in memory: its snapshot, or its first event, and every transition after it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pydantic_core import to_json

from warren.contracts.messages import RunStarted
from warren.contracts.wire import load_event
from warren.engine import Command, DispatchAction, Executable, RunState, apply, restore, start_run
from warren.errors import InternalError
from warren.ports import LoadedRun
from warren.runs.leases import Leases


@dataclass(slots=True)
class Replayed:
    """A run as of its last stored transition; `leases` end when they were to end without any heartbeat."""

    state: RunState
    leases: Leases

    def pending_commands(self) -> list[Command]:
        """What is unanswered and nobody is at work on."""
        return [
            command
            for command in self.state.pending_commands()
            if not isinstance(command, DispatchAction) or command.invocation not in self.leases.held
        ]


def replay(executable: Executable, loaded: LoadedRun) -> Replayed:
    """Rebuild a run.

    Raises:
        InternalError: the history has a gap, or does not lead from one transition to the next.
    """
    rows = iter(loaded.transitions)
    leases = Leases()
    if loaded.snapshot is not None:
        data = json.loads(loaded.snapshot.snapshot)
        state = restore(executable, data["state"])
        leases = Leases.load(data["leases"])
    else:
        first = next(rows, None)
        event = None if first is None else load_event(first.event)
        if first is None or not isinstance(event, RunStarted):
            raise InternalError(f"the history of run {loaded.run.run_id} does not begin with RunStarted")
        state, _ = start_run(executable, run_id=loaded.run.run_id, input=event.input, at=first.at)
    for row in rows:
        event = load_event(row.event)
        if leases.replay(state, event, row.at):
            state.seq += 1
        else:
            apply(state, event, row.at)
        if state.seq != row.seq:
            raise InternalError(
                f"run {loaded.run.run_id} replayed to transition {state.seq} where its history says {row.seq}"
            )
    return Replayed(state, leases)


def dump_snapshot(state: RunState, leases: Leases) -> str:
    """What `replay` can begin with, as JSON text."""
    return to_json({"state": state.snapshot(), "leases": leases.dump()}).decode()
