"""What is sent in the place of a message that the broker refuses: the failure of just what that message was about.

A batch is taken apart first, so that one item takes no other one along. An action that cannot be sent fails, as does a
result that cannot be sent back, with an error that names the value and its size; a client that waits for a run's end is
informed that it has ended. Must not know how anything is published.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any, Final, assert_never
from uuid import UUID

from warren.contracts import messages, names, rendering, wire
from warren.contracts.limits import encode_error, json_size, too_large
from warren.contracts.messages import RunStatus
from warren.contracts.plain import exception_name
from warren.errors import ActionError, MessageError, Refusal, WarrenError
from warren.ports import OutgoingMessage

_TOO_LARGE: Final = "value_too_large"


@dataclass(frozen=True, slots=True)
class Replacement:
    """`messages` are sent instead; when they are final and are refused as well, nothing else can be sent."""

    messages: list[OutgoingMessage]
    is_final: bool


def replacement_of(message: OutgoingMessage, refusal: Refusal) -> Replacement | None:
    """What to send instead of a refused message; None when there is nothing that could be."""
    try:
        match message.exchange:
            case names.ACTIONS_EXCHANGE:
                return _of_actions(message, _actions(message), refusal)
            case names.EVENTS_EXCHANGE:
                return _of_events(message, wire.load(messages.EventBatch, message.body), refusal)
            case names.COMMANDS_EXCHANGE if message.routing_key == names.START_KEY:
                return _of_start(wire.load(messages.StartRun, message.body), message, refusal)
            case names.COMMANDS_EXCHANGE if message.routing_key == names.SIGNAL_KEY:
                return _of_signal(wire.load(messages.SignalRun, message.body), message, refusal)
            case names.DEFAULT_EXCHANGE if message.routing_key.startswith(names.suspect_queue("")):
                return _of_actions(message, _actions(message), refusal)
            case names.DEFAULT_EXCHANGE if message.routing_key != names.DEAD_QUEUE:
                return _of_reply(message, wire.load_reply(message.body), refusal)
            case names.LIFECYCLE_EXCHANGE:
                return _of_lifecycle(message, wire.load(messages.RunFinished, message.body), refusal)
    except MessageError:
        return None  # nothing of ours
    return None


def run_of(message: OutgoingMessage) -> UUID | None:
    """The run that a message is about, where it is about one."""
    try:
        if message.exchange == names.LIFECYCLE_EXCHANGE:
            return wire.load(messages.RunFinished, message.body).run_id
        batch = _batch_of(message)
    except MessageError:
        return None
    runs = {item.run_id for item in batch.items} if batch is not None else set()
    return runs.pop() if len(runs) == 1 else None


def by_run(message: OutgoingMessage) -> list[OutgoingMessage]:
    """A batch as one message for each run, so that none of them shares the fate of another; else the message alone."""
    try:
        batch = _batch_of(message)
    except MessageError:
        batch = None
    if batch is None or len({item.run_id for item in batch.items}) < 2:
        return [message]
    parts: dict[UUID, list[Any]] = {}
    for item in batch.items:
        parts.setdefault(item.run_id, []).append(item)
    make = type(batch)
    return [replace(message, body=wire.dump(make(items=tuple(items)))) for items in parts.values()]


def _batch_of(message: OutgoingMessage) -> messages.ActionBatch | messages.EventBatch | None:
    match message.exchange:
        case names.ACTIONS_EXCHANGE:
            return _actions(message)
        case names.EVENTS_EXCHANGE:
            return wire.load(messages.EventBatch, message.body)
        case names.DEFAULT_EXCHANGE if message.routing_key.startswith(names.suspect_queue("")):
            return _actions(message)
    return None


def _actions(message: OutgoingMessage) -> messages.ActionBatch:
    return messages.ActionBatch(items=wire.load_actions(message.body))


def _of_actions(message: OutgoingMessage, batch: messages.ActionBatch, refusal: Refusal) -> Replacement:
    if len(batch.items) > 1:
        return _apart(message, (wire.dump(messages.ActionBatch(items=(item,))) for item in batch.items))
    (action,) = batch.items
    sizes = {f"argument {number}": json_size(value) for number, value in enumerate(action.args, start=1)}
    sizes |= {f"argument {name!r}": json_size(value) for name, value in action.kwargs.items()}
    error = _why(f"the call of {action.action}", sum(sizes.values()), sizes, message, refusal)
    return _events([(action.shard, action_failed(action.run_id, action.invocation, action.attempt, error))])


def _of_events(message: OutgoingMessage, batch: messages.EventBatch, refusal: Refusal) -> Replacement | None:
    if len(batch.items) > 1 or batch.seeds:
        return _apart(message, (wire.dump(messages.EventBatch(items=(item,))) for item in batch.items))
    (event,) = batch.items
    match event:
        case messages.ActionSucceeded():
            error = _why(
                f"the result of an action (invocation {event.invocation})",
                json_size(event.result),
                {},
                message,
                refusal,
            )
        case messages.ActionFailed():
            what = f"the error of an action (invocation {event.invocation}, {exception_name(event.error)})"
            error = _why(what, json_size(event.error), {}, message, refusal)
        case messages.ChildFinished():
            what = f"the {'result' if event.error is None else 'error'} of a child run"
            error = _why(what, json_size(event.error or event.result), {}, message, refusal)
            return _events([(int(message.routing_key), child_failed(event.run_id, event.invocation, error))])
        case messages.RequestAnswered():
            why = _why("the refusal of a request", json_size(event.error), {}, message, refusal)
            return _events([(int(message.routing_key), request_failed(event.run_id, event.invocation, why))])
        case messages.ActionStarted() | messages.ActionHeartbeat() | messages.LeaseExpired() | messages.TimerDue():
            return None
        case messages.ActionDeferred() | messages.ActionAnswered() | messages.ActionProgressed():
            return None
        case messages.SignalReceived() | messages.UpdateRequested() | messages.QueryAsked() | messages.ChildStarted():
            return None
        case messages.TerminateRequested() | messages.PauseRequested() | messages.ResumeRequested():
            return None
        case messages.ContinuationDue() | messages.CancelRequested() | messages.EventRejected() | messages.RunStarted():
            return None
        case _:
            assert_never(event)
    failed = action_failed(event.run_id, event.invocation, event.attempt, error)
    return _events([(int(message.routing_key), failed)])


def _of_signal(request: messages.SignalRun, message: OutgoingMessage, refusal: Refusal) -> Replacement | None:
    asker = request.asker
    if asker is None:
        return None
    error = _why(f"the signal {request.signal!r}", json_size(request.payload), {}, message, refusal)
    return _events([(asker.shard, request_failed(asker.run_id, asker.invocation, error))])


def _of_start(request: messages.StartRun, message: OutgoingMessage, refusal: Refusal) -> Replacement | None:
    if request.parent is None:
        return None
    sizes = {f"argument {name!r}": json_size(value) for name, value in request.input.items()}
    error = _why(f"the start of {request.workflow}", sum(sizes.values()), sizes, message, refusal)
    parent = request.parent
    return _events([(parent.shard, child_failed(parent.run_id, parent.invocation, error, is_refused=True))])


def _of_reply(message: OutgoingMessage, reply: messages.Reply, refusal: Refusal) -> Replacement | None:
    match reply:
        case messages.RunFinished():
            size = json_size(reply.result if reply.error is None else reply.error)
            error = _why(f"the outcome of run {reply.run_id} ({reply.status})", size, {}, message, refusal)
            text = f"{error}; the run has ended, and `warren show {reply.run_id}` has its outcome"
            run_id: UUID | None = reply.run_id
        case messages.Refused():
            text, run_id = f"{reply.error.message[:500]} ... (shortened)", reply.run_id
        case messages.RunAccepted() | messages.WorkflowsRegistered() | messages.RequestDone():
            return None
        case _:
            assert_never(reply)
    code = reply.error.code if isinstance(reply, messages.Refused) else _TOO_LARGE
    answer = messages.Refused(error=messages.ErrorInfo(code=code, message=text), run_id=run_id)
    return Replacement([replace(message, body=wire.dump(answer))], is_final=True)


def _of_lifecycle(message: OutgoingMessage, finished: messages.RunFinished, refusal: Refusal) -> Replacement:
    """The announcement without what makes it large: its error says so, also where the status is `completed`."""
    size = json_size(finished.result if finished.error is None else finished.error)
    error = _why(f"the outcome of run {finished.run_id}", size, {}, message, refusal)
    shorter = finished.model_copy(update={"result": None, "error": encode_error(error)})
    return Replacement([replace(message, body=wire.dump(shorter))], is_final=True)


def _why(what: str, size: int, parts: dict[str, int], message: OutgoingMessage, refusal: Refusal) -> WarrenError:
    if refusal.limit is not None:
        return too_large(what, max(size, len(message.body)), parts, limit=refusal.limit)
    return ActionError(f"{what} ({size:,} bytes) could not be sent: {refusal.reason}")


def action_failed(run_id: UUID, invocation: int, attempt: int, error: WarrenError) -> messages.ActionFailed:
    """The failure of one attempt."""
    return messages.ActionFailed(run_id=run_id, invocation=invocation, attempt=attempt, error=encode_error(error))


def child_failed(
    run_id: UUID, invocation: int, error: WarrenError, *, is_refused: bool = False
) -> messages.ChildFinished:
    """The failure of one child run, or of its start."""
    return messages.ChildFinished(
        run_id=run_id,
        invocation=invocation,
        status=RunStatus.FAILED,
        error=encode_error(error),
        is_refused=is_refused,
    )


def request_failed(run_id: UUID, invocation: int, error: WarrenError) -> messages.RequestAnswered:
    """The failure of something that a run asked of another one."""
    return messages.RequestAnswered(run_id=run_id, invocation=invocation, error=encode_error(error))


def _apart(message: OutgoingMessage, bodies: Iterable[bytes]) -> Replacement:
    return Replacement([replace(message, body=body) for body in bodies], is_final=False)


def _events(events: list[tuple[int, messages.Event]]) -> Replacement:
    made = [
        OutgoingMessage(
            names.EVENTS_EXCHANGE,
            names.event_key(shard),
            rendering.event_batch([wire.dump(event)]),
        )
        for shard, event in events
    ]
    return Replacement(made, is_final=True)
