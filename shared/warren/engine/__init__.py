"""The engine: pure decisions about runs. `start_run` and `apply` are its whole surface; the rest serves them."""

from warren.engine.commands import (
    CancelChild,
    Command,
    ContinueRun,
    DispatchAction,
    FinishRun,
    LogMessage,
    StartChild,
    StartTimer,
    dump_commands,
    load_commands,
)
from warren.engine.program.executable import Executable
from warren.engine.run.state import RunState
from warren.engine.snapshots.writing import restore
from warren.engine.transitions import apply, start_run

__all__ = [
    "CancelChild",
    "Command",
    "ContinueRun",
    "DispatchAction",
    "Executable",
    "FinishRun",
    "LogMessage",
    "RunState",
    "StartChild",
    "StartTimer",
    "apply",
    "dump_commands",
    "load_commands",
    "restore",
    "start_run",
]
