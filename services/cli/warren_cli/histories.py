"""Histories of runs as people read them: a line of text for each event and for each command."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, assert_never

from rich.markup import escape
from rich.table import Table

from warren.client import HistoryEntry
from warren.contracts import messages
from warren.contracts.plain import mask_secrets, to_plain
from warren.engine import (
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
)
from warren_cli.output import error_data, out, when

_STOPPED_SHOWN = 5


def print_history(entries: Sequence[HistoryEntry]) -> None:
    """A table of transitions."""
    table = Table("seq", "after", "event", "commands", box=None, header_style="bold")
    for entry in entries:
        table.add_row(
            str(entry.seq),
            f"{(entry.at - entries[0].at).total_seconds():.3f} s",
            escape(event_text(entry.event)),
            escape("; ".join(map(command_text, entry.commands))),
        )
    out.print(table)


def history_data(entries: Sequence[HistoryEntry]) -> list[dict[str, Any]]:
    """Transitions as JSON."""
    return [
        {
            "seq": entry.seq,
            "at": entry.at.isoformat(),
            "event": mask_secrets(entry.event.model_dump(mode="json")),
            "commands": mask_secrets(commands_data(entry.commands)),
        }
        for entry in entries
    ]


def event_text(event: messages.RunEvent) -> str:
    """One line about an event."""
    match event:
        case messages.RunStarted():
            return f"run started with {_short(event.input)}"
        case messages.ActionSucceeded():
            return f"#{event.invocation} returned {_short(event.result)} ({event.duration_ms:.1f} ms)"
        case messages.ActionFailed():
            error = error_data(event.error)
            return f"#{event.invocation} attempt {event.attempt} raised {error['type']}: {error['message']}"
        case messages.ChildStarted():
            return f"#{event.invocation} is there"
        case messages.RequestAnswered() if event.error is None:
            return f"#{event.invocation} was taken"
        case messages.RequestAnswered():
            error = error_data(event.error)
            return f"#{event.invocation} was refused: {error['type']}: {error['message']}"
        case messages.ChildFinished() if event.error is None:
            return f"#{event.invocation} returned {_short(event.result)}"
        case messages.ChildFinished():
            error = error_data(event.error)
            return f"#{event.invocation} raised {error['type']}: {error['message']}"
        case messages.TimerDue():
            return f"timer {event.timer} is due"
        case messages.CancelRequested():
            return f"cancel requested{_because(event.reason)}"
        case messages.TerminateRequested():
            return f"terminated{_because(event.reason)}"
        case messages.PauseRequested():
            return f"paused{_because(event.reason)}"
        case messages.ResumeRequested():
            return f"resumed{_because(event.reason)}"
        case messages.SignalReceived():
            return f"signal {event.name} received with {_short(event.payload)}"
        case messages.UpdateRequested():
            return f"update {event.name} requested with {_short(event.arguments)}"
        case messages.ActionStarted():
            return f"#{event.invocation} attempt {event.attempt} is leased to {event.worker}"
        case messages.LeaseExpired():
            return f"#{event.invocation} attempt {event.attempt}: the lease of {event.worker} expired"
        case messages.ActionDeferred():
            return f"#{event.invocation} attempt {event.attempt} is completed elsewhere"
        case messages.ActionAnswered() if event.error is None:
            return f"#{event.invocation} was completed elsewhere with {_short(event.result)}"
        case messages.ActionAnswered():
            error = error_data(event.error)
            return f"#{event.invocation} failed elsewhere: {error['type']}: {error['message']}"
        case messages.ActionProgressed():
            return f"#{event.invocation} attempt {event.attempt} is at {_short(event.details)}"
        case messages.EventRejected():
            error = error_data(event.error)
            return f"{event.rejected.replace('_', ' ')} rejected: {error['type']}: {error['message']}"
        case messages.ContinuationDue() | messages.ActionHeartbeat() | messages.QueryAsked():
            return event.type.replace("_", " ")
        case _:
            assert_never(event)


def _because(reason: str | None) -> str:
    return f": {reason}" if reason else ""


def command_text(command: Command) -> str:
    """One line about a command."""
    match command:
        case DispatchAction():
            again = f", attempt {command.attempt}" if command.attempt > 1 else ""
            return f"run #{command.invocation} {command.action.rpartition(':')[2]}{again}"
        case StartTimer():
            return f"timer {command.timer} until {when(command.due_at)}"
        case StartChild():
            key = "" if command.key is None else f" with the key {command.key}"
            return f"run #{command.invocation} {command.workflow} as {command.run_id}{key}"
        case CancelChild():
            return f"cancel {command.run_id}"
        case AnswerUpdate():
            return f"answer the update {command.id}" + (" with an error" if command.error is not None else "")
        case CancelActions():
            numbers = [f"#{invocation}" for invocation, _ in command.attempts]
            more = f" and {len(numbers) - _STOPPED_SHOWN} more" if len(numbers) > _STOPPED_SHOWN else ""
            return f"stop {', '.join(numbers[:_STOPPED_SHOWN]) or 'all actions'}{more}"
        case TerminateChild():
            return f"terminate {command.run_id}"
        case AskRun(request="signal"):
            return f"#{command.invocation} signal {command.name} to {command.run_id} with {_short(command.value)}"
        case AskRun():
            return f"#{command.invocation} cancel {command.run_id}{f': {command.value}' if command.value else ''}"
        case LogMessage():
            return f"log {command.level}: {command.message}"
        case UpsertAttributes():
            return f"set attributes {_short(command.attributes)}"
        case ContinueRun():
            return "go on"
        case ContinueAsNew():
            return f"go on as the new run {command.run_id}"
        case FinishRun():
            return f"end the run: {command.status.value}"


def _short(value: Any) -> str:
    text = json.dumps(to_plain(value), ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
