"""What the engine decides: the commands of a transition. Data only; others carry them out.

Arguments, results and errors in them are tagged JSON. `dump_commands` and `load_commands` are their history form, a
list of objects with `c` naming the kind. Large values that several calls have in common stand before all others, as
`{"c": "shared", "values": [...]}` (`contracts.shared_values`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, assert_never
from uuid import UUID

from pydantic_core import from_json, to_json

from warren.contracts.messages import ClosePolicy, Details, RunStatus
from warren.contracts.shared_values import Table, put_back
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
    details: Details | None = None


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
    """Start a run of another workflow; its outcome comes back as `ChildFinished(invocation)`.

    With `awaits_start` somebody waits for `ChildStarted(invocation)`, too. `key` is a name for it, `policy` is what
    becomes of it when its parent ends.
    """

    invocation: int
    run_id: UUID
    workflow: str
    input: dict[str, Json] = field(default_factory=dict)
    key: str | None = None
    awaits_start: bool = False
    policy: ClosePolicy = "cancel"


@dataclass(frozen=True, slots=True)
class CancelChild:
    """Ask for the end of a child run whose outcome nobody waits for any more."""

    run_id: UUID


@dataclass(frozen=True, slots=True)
class CancelActions:
    """Have workers stop these attempts (invocation and attempt), or all of the run where there are none: nobody waits
    for them any more. A hint: what comes of it changes nothing."""

    attempts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class TerminateChild:
    """End such a child run at once."""

    run_id: UUID


@dataclass(frozen=True, slots=True)
class AskRun:
    """Send another run a signal, with `name` and `value`, or ask for its end, for the reason `value`; the answer comes
    back as `RequestAnswered(invocation)`.
    """

    invocation: int
    run_id: UUID
    request: Literal["signal", "cancel"]
    name: str | None = None
    value: Json = None


@dataclass(frozen=True, slots=True)
class LogMessage:
    """Write a log line with the run's id; `level` is "debug", "info", "warning" or "error". Once, never again."""

    message: str
    level: str = "info"


@dataclass(frozen=True, slots=True)
class UpsertAttributes:
    """The run can be searched by these values from now on; None removes one. Carried out by the commit itself."""

    attributes: dict[str, Json]


@dataclass(frozen=True, slots=True)
class FinishRun:
    """The run is over; `result` when completed, else `error` (an encoded exception)."""

    status: RunStatus
    result: Json = None
    error: Json = None


@dataclass(frozen=True, slots=True)
class ContinueAsNew:
    """The run is over, and a new run of its program goes on in its place, with this input and this id."""

    run_id: UUID
    input: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerUpdate:
    """Tell who asked for an update what came of it: `result`, or `error` (an encoded exception).

    `replies` are the queues that wait, each with its correlation id.
    """

    id: str
    result: Json = None
    error: Json = None
    replies: tuple[tuple[str, str | None], ...] = ()


Command = (
    AnswerUpdate
    | DispatchAction
    | StartTimer
    | StartChild
    | CancelChild
    | TerminateChild
    | CancelActions
    | AskRun
    | ContinueRun
    | LogMessage
    | UpsertAttributes
    | FinishRun
    | ContinueAsNew
)


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
        case CancelActions():
            return (CancelActions, command.attempts)
        case CancelChild() | TerminateChild():
            return (type(command), command.run_id)
        case AskRun():
            return (AskRun, command.invocation)
        case LogMessage():
            return (LogMessage, command.level, command.message)
        case AnswerUpdate():
            return (AnswerUpdate, command.id)
        case UpsertAttributes():
            return (UpsertAttributes, *command.attributes)
        case FinishRun():
            return (FinishRun,)
        case ContinueAsNew():
            return (ContinueAsNew,)
        case _:
            assert_never(command)


def dump_commands(commands: Sequence[Command]) -> str:
    """Commands as compact JSON text."""
    written = commands_data(commands)
    if len(written) > 1:
        table = Table(_values_of(commands))
        if table.values:
            written = [_without(data, table) if data["c"] in _CALLS else data for data in written]
            written.insert(0, {"c": "shared", "values": table.values})
    return to_json(written).decode()


def _values_of(commands: Sequence[Command]) -> list[Json]:
    """All arguments of calls."""
    values = [value for command in commands if command.__class__ is DispatchAction for value in command.args]
    for command in commands:
        if command.__class__ is DispatchAction:
            if command.kwargs:
                values += command.kwargs.values()
        elif command.__class__ is StartChild:
            values += command.input.values()
    return values


def commands_data(commands: Sequence[Command]) -> list[dict[str, Json]]:
    """Commands as JSON data, each whole: for people and programs that read them one by one."""
    return [_to_json(command) for command in commands]


def load_commands(text: str) -> list[Command]:
    """The inverse of `dump_commands`, whichever version wrote it; raises `MessageError` for what none did."""
    try:
        read = from_json(text)
        if read and read[0]["c"] == "shared":
            values = read[0]["values"]
            return [_from_json(_with(data, values) if "shared" in data else data) for data in read[1:]]
        return [_from_json(data) for data in read]
    except (ValueError, KeyError, TypeError) as error:
        raise MessageError(f"not a list of commands: {error!r}") from error


_CALLS: Final = {"action": "kwargs", "child": "input"}
"""The kinds that have arguments, and where those with a name are."""


def _arguments(data: dict[str, Json]) -> tuple[list[Json], dict[str, Json]]:
    return data.get("args", []), data.get(_CALLS[data["c"]], {})


def _without(data: dict[str, Json], table: Table) -> dict[str, Json]:
    args, kwargs, places = table.taken_out(*_arguments(data))
    return _given(data, args, kwargs) | {"shared": places} if places else data


def _with(data: dict[str, Json], values: list[Json]) -> dict[str, Json]:
    return _given(data, *put_back(*_arguments(data), data["shared"], values))


def _given(data: dict[str, Json], args: Sequence[Json], kwargs: Mapping[str, Json]) -> dict[str, Json]:
    """The same with other arguments, where it has some."""
    return data | ({"args": args} if args else {}) | ({_CALLS[data["c"]]: kwargs} if kwargs else {})


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
            if command.details is not None:
                data["details"] = [command.details.number, command.details.value]
            return data
        case StartTimer():
            return {"c": "timer", "i": command.timer, "due": command.due_at.isoformat()}
        case ContinueRun():
            return {"c": "continue", "n": command.number}
        case StartChild():
            child = str(command.run_id)
            data = {"c": "child", "i": command.invocation, "run": child, "of": command.workflow, "input": command.input}
            if command.key is not None:
                data["key"] = command.key
            if command.awaits_start:
                data["awaits"] = True
            if command.policy != "cancel":
                data["policy"] = command.policy
            return data
        case CancelChild():
            return {"c": "cancel", "run": str(command.run_id)}
        case CancelActions():
            return {"c": "stop", "attempts": [list(attempt) for attempt in command.attempts]}
        case TerminateChild():
            return {"c": "terminate", "run": str(command.run_id)}
        case AskRun():
            data = {"c": "ask", "i": command.invocation, "run": str(command.run_id), "request": command.request}
            if command.name is not None:
                data["name"] = command.name
            return data | {"value": command.value}
        case LogMessage():
            return {"c": "log", "level": command.level, "message": command.message}
        case AnswerUpdate():
            return {
                "c": "answer",
                "id": command.id,
                "result": command.result,
                "error": command.error,
                "to": [list(reply) for reply in command.replies],
            }
        case UpsertAttributes():
            return {"c": "attributes", "set": command.attributes}
        case ContinueAsNew():
            return {"c": "as_new", "run": str(command.run_id), "input": command.input}
        case FinishRun():
            return {"c": "finish", "status": command.status.value, "result": command.result, "error": command.error}


def _from_json(data: dict[str, Json]) -> Command:
    match data["c"]:
        case "action":
            args, kwargs = data.get("args", []), data.get("kwargs", {})
            details = Details(number=data["details"][0], value=data["details"][1]) if "details" in data else None
            return DispatchAction(
                data["i"], data["n"], data["action"], data["queue"], args, kwargs, data.get("timeout"), details
            )
        case "timer":
            return StartTimer(data["i"], datetime.fromisoformat(data["due"]))
        case "continue":
            return ContinueRun(data["n"])
        case "child":
            key, awaits_start, policy = data.get("key"), data.get("awaits", False), data.get("policy", "cancel")
            return StartChild(data["i"], UUID(data["run"]), data["of"], data["input"], key, awaits_start, policy)
        case "cancel":
            return CancelChild(UUID(data["run"]))
        case "stop":
            return CancelActions(tuple((number, attempt) for number, attempt in data["attempts"]))
        case "terminate":
            return TerminateChild(UUID(data["run"]))
        case "ask":
            return AskRun(data["i"], UUID(data["run"]), data["request"], data.get("name"), data["value"])
        case "log":
            return LogMessage(data["message"], data["level"])
        case "answer":
            replies = tuple((queue, correlation) for queue, correlation in data["to"])
            return AnswerUpdate(data["id"], data.get("result"), data.get("error"), replies)
        case "attributes":
            return UpsertAttributes(data["set"])
        case "as_new":
            return ContinueAsNew(UUID(data["run"]), data["input"])
        case "finish":
            return FinishRun(RunStatus(data["status"]), data.get("result"), data.get("error"))
        case other:
            raise ValueError(f"unknown command {other!r}")
