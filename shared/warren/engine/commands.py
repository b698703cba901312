"""What the engine decides: the commands of a transition. Data only; others carry them out.

Arguments, results and errors in them are tagged JSON. `dump_commands` and `load_commands` are their history form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, assert_never
from uuid import UUID

from pydantic_core import from_json, to_json

from warren.contracts.messages import RunStatus
from warren.errors import MessageError

Json = Any


@dataclass(frozen=True, slots=True)
class DispatchAction:
    """Have a worker run this attempt of an action invocation."""

    invocation: int
    attempt: int
    action: str
    queue: str
    args: list[Json] = field(default_factory=list)
    kwargs: dict[str, Json] = field(default_factory=dict)
    timeout_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Send `TimerDue(timer)` at or after `due_at` (UTC)."""

    timer: int
    due_at: datetime


@dataclass(frozen=True, slots=True)
class ContinueRun:
    """Send `ContinuationDue(number)` to the run itself: more commands are waiting."""

    number: int


@dataclass(frozen=True, slots=True)
class StartChild:
    """Start a run of another workflow; its outcome comes back as `ChildFinished(invocation)`."""

    invocation: int
    run_id: UUID
    workflow: str
    input: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CancelChild:
    """Ask for the end of a child run whose outcome nobody waits for any more."""

    run_id: UUID


@dataclass(frozen=True, slots=True)
class LogMessage:
    """Write a log line with the run's id; `level` is "debug", "info", "warning" or "error". Once, never again."""

    message: str
    level: str = "info"


@dataclass(frozen=True, slots=True)
class FinishRun:
    """The run is over; `result` when completed, else `error` (an encoded exception)."""

    status: RunStatus
    result: Json = None
    error: Json = None


Command = DispatchAction | StartTimer | StartChild | CancelChild | ContinueRun | LogMessage | FinishRun


def identity_of(command: Command) -> tuple[object, ...]:
    """The same for two commands that ask for the same thing, whatever else is in them."""
    match command:
        case DispatchAction():
            return (DispatchAction, command.invocation, command.attempt)
        case StartTimer():
            return (StartTimer, command.timer)
        case StartChild():
            return (StartChild, command.invocation)
        case ContinueRun():
            return (ContinueRun, command.number)
        case CancelChild():
            return (CancelChild, command.run_id)
        case LogMessage():
            return (LogMessage, command.level, command.message)
        case FinishRun():
            return (FinishRun,)
        case _:
            assert_never(command)


def dump_commands(commands: Sequence[Command]) -> str:
    """Commands as compact JSON text: a list of objects with `c` naming the kind."""
    return to_json([_to_json(command) for command in commands]).decode()


def load_commands(text: str) -> list[Command]:
    """The inverse of `dump_commands`; raises `MessageError` for what it did not write."""
    try:
        return [_from_json(item) for item in from_json(text)]
    except (ValueError, KeyError, TypeError) as error:
        raise MessageError(f"not a list of commands: {error!r}") from error


def _to_json(command: Command) -> dict[str, Json]:
    match command:
        case DispatchAction():
            data: dict[str, Json] = {
                "c": "action",
                "i": command.invocation,
                "n": command.attempt,
                "action": command.action,
                "queue": command.queue,
            }
            if command.args:
                data["args"] = command.args
            if command.kwargs:
                data["kwargs"] = command.kwargs
            if command.timeout_seconds is not None:
                data["timeout"] = command.timeout_seconds
            return data
        case StartTimer():
            return {"c": "timer", "i": command.timer, "due": command.due_at.isoformat()}
        case ContinueRun():
            return {"c": "continue", "n": command.number}
        case StartChild():
            child = str(command.run_id)
            return {"c": "child", "i": command.invocation, "run": child, "of": command.workflow, "input": command.input}
        case CancelChild():
            return {"c": "cancel", "run": str(command.run_id)}
        case LogMessage():
            return {"c": "log", "level": command.level, "message": command.message}
        case FinishRun():
            return {"c": "finish", "status": command.status.value, "result": command.result, "error": command.error}


def _from_json(data: dict[str, Json]) -> Command:
    match data["c"]:
        case "action":
            args, kwargs = data.get("args", []), data.get("kwargs", {})
            return DispatchAction(
                data["i"], data["n"], data["action"], data["queue"], args, kwargs, data.get("timeout")
            )
        case "timer":
            return StartTimer(data["i"], datetime.fromisoformat(data["due"]))
        case "continue":
            return ContinueRun(data["n"])
        case "child":
            return StartChild(data["i"], UUID(data["run"]), data["of"], data["input"])
        case "cancel":
            return CancelChild(UUID(data["run"]))
        case "log":
            return LogMessage(data["message"], data["level"])
        case "finish":
            return FinishRun(RunStatus(data["status"]), data.get("result"), data.get("error"))
        case other:
            raise ValueError(f"unknown command {other!r}")
