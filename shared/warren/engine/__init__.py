"""The engine: pure decisions about runs. These names are its whole surface; the rest serves them.

Folders import in one direction: values, guarded, library and classes, run, program, snapshots; `transitions` above all.
"""

from warren.engine.ahead import may_be_ahead
from warren.engine.arrivals import check_arrival
from warren.engine.commands import (
    AnswerUpdate,
    AskRun,
    CancelActions,
    CancelChild,
    Command,
    ContinueAsNew,
    ContinueRun,
    DispatchAction,
    FinishRun,
    LogMessage,
    StartChild,
    StartTimer,
    TerminateChild,
    UpsertAttributes,
    commands_data,
    dump_commands,
    identity_of,
    load_commands,
)
from warren.engine.decision import Decision
from warren.engine.lease_rules import expired_leases, extend_leases
from warren.engine.program.executable import Executable
from warren.engine.queries import answer_query, state_of
from warren.engine.run.state import RunState
from warren.engine.snapshots.writing import restore, take_snapshot
from warren.engine.succession import Successor, must_begin, start_successor
from warren.engine.transitions import Refusal, apply, overdue, start_run

__all__ = [
    "AnswerUpdate",
    "AskRun",
    "CancelActions",
    "CancelChild",
    "Command",
    "ContinueAsNew",
    "ContinueRun",
    "Decision",
    "DispatchAction",
    "Executable",
    "FinishRun",
    "LogMessage",
    "Refusal",
    "RunState",
    "StartChild",
    "StartTimer",
    "Successor",
    "TerminateChild",
    "UpsertAttributes",
    "answer_query",
    "apply",
    "check_arrival",
    "commands_data",
    "dump_commands",
    "expired_leases",
    "extend_leases",
    "identity_of",
    "load_commands",
    "may_be_ahead",
    "must_begin",
    "overdue",
    "restore",
    "start_run",
    "start_successor",
    "state_of",
    "take_snapshot",
]
