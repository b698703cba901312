"""Carrying out committed commands: each kind goes to the outbox or to the timers. Knows no service."""

from __future__ import annotations

from collections.abc import Iterable
from typing import assert_never

from warren.engine.commands import (
    CancelChild,
    Command,
    ContinueRun,
    DispatchAction,
    FinishRun,
    LogMessage,
    StartChild,
    StartTimer,
)
from warren.runtime.logs import get_logger
from warren.runtime.outbox import Outbox, RunHeader
from warren.runtime.timers import Timers

log = get_logger("warren.workflow")


def carry_out(commands: Iterable[Command], header: RunHeader, *, outbox: Outbox, timers: Timers) -> None:
    """Hand over commands whose transition is in the store.

    `FinishRun` is passed over: its announcement needs the stored row (`Outbox.add_finish`).
    """
    for command in commands:
        match command:
            case DispatchAction():
                outbox.add_action(header, command)
            case StartTimer():
                timers.add(run_id=header.run_id, shard=header.shard, timer=command.timer, due_at=command.due_at)
            case ContinueRun():
                outbox.add_continue(header, command)
            case StartChild():
                outbox.add_child(header, command)
            case CancelChild():
                outbox.add_cancel(command.run_id)
            case LogMessage():
                getattr(log, command.level)(command.message, run_id=str(header.run_id))
            case FinishRun():
                pass
            case _:
                assert_never(command)


def finish_of(commands: Iterable[Command]) -> FinishRun | None:
    """The command that ends the run, if it is among them (it is the last one)."""
    for command in commands:
        if isinstance(command, FinishRun):
            return command
    return None
