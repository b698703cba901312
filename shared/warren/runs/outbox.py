"""Commands to messages: the only place that builds what compiler and coordinator publish, as bytes, in batches.

It knows the batching rules (docs/explanation/design.md); it must not know where a command came from or whether it is
still wanted.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from pydantic_core import from_json

from warren.contracts import messages, names, rendering, wire
from warren.contracts.error_infos import error_info
from warren.contracts.ids import shard_of
from warren.contracts.limits import encode_error
from warren.contracts.messages import RunStatus
from warren.engine.commands import AnswerUpdate, AskRun, ContinueRun, DispatchAction, StartChild
from warren.ports import NewRun, OutgoingMessage, StoredRun
from warren.runs.action_batches import Action, LargeValues, bodies
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.stops import Stops
from warren.runtime.batching import COMMANDS, MessageLimit, slices
from warren.runtime.telemetry import run_traceparent

_NOBODY_WAITS: Final = "the run that waited for it has ended"


class RunHeader:
    """What all messages of one run share, rendered once. `seed` goes along with the next action, once."""

    __slots__ = ("depth", "head", "headers", "run_id", "seed", "shard")

    def __init__(self, *, run_id: UUID, workflow: str, shard: int, trace: str | None, depth: int = 0) -> None:
        """`depth` is how many runs there are above it: it is a child of the last of them."""
        self.run_id = run_id
        self.depth = depth
        self.shard = shard
        self.seed: str | None = None
        traceparent = run_traceparent(trace, run_id)
        self.headers: dict[str, str] = {} if traceparent is None else {names.HEADER_TRACEPARENT: traceparent}
        self.head = rendering.run_action_head(run_id=run_id, workflow=workflow, shard=shard, traceparent=traceparent)

    @classmethod
    def of(cls, run: StoredRun | NewRun | messages.RunSeed) -> RunHeader:
        """The header of a run, stored or about to be."""
        depth = run.depth if isinstance(run, messages.RunSeed) else depth_of(run.parent)
        return cls(run_id=run.run_id, workflow=run.workflow, shard=run.shard, trace=run.trace, depth=depth)


def depth_of(parent: str | None) -> int:
    """How many runs there are above one that has this parent, as it is stored."""
    return 0 if parent is None else wire.load_stored(messages.ParentRun, parent).depth + 1


class _QueueItems:
    """Short actions for one queue that wait to share messages."""

    __slots__ = ("headers", "items")

    def __init__(self) -> None:
        self.items: list[Action] = []
        self.headers: dict[str, str] = {}


class Outbox:
    """Collects what one batch of transitions causes. Make a new one for each batch."""

    __slots__ = ("_consumers", "_durations", "_events", "_large", "_messages", "_shards", "_short", "_stops")

    def __init__(self, durations: Durations, consumers: ConsumerCounts, *, shards: int) -> None:
        """`shards` is the number of event shards, for events to runs of which only the id is known."""
        self._shards = shards
        self._durations = durations
        self._consumers = consumers
        self._messages: list[OutgoingMessage] = []
        self._short: dict[str, _QueueItems] = {}
        self._events: list[tuple[int, messages.Event]] = []
        self._large = LargeValues()
        self._stops = Stops()

    def add_message(self, message: OutgoingMessage) -> None:
        """Add a message that is ready as it is."""
        self._messages.append(message)

    def add_action(self, header: RunHeader, command: DispatchAction) -> None:
        """Have one action attempt run; it may share a message with others of its queue."""
        item = self._large.action(header.head, command, header.seed)
        header.seed = None
        if not self._durations.is_short(command.action):
            alone = item if isinstance(item, bytes) else item.written()
            self._messages.append(_action_message(command.queue, rendering.action_batch([alone]), header.headers))
            return
        short = self._short.get(command.queue)
        if short is None:
            short = self._short[command.queue] = _QueueItems()
        short.items.append(item)
        if header.headers and not short.headers:
            short.headers = header.headers

    def add_continue(self, header: RunHeader, command: ContinueRun) -> None:
        """Have the run go on after its first thousand commands."""
        self._events.append((header.shard, messages.ContinuationDue(run_id=header.run_id, number=command.number)))

    def add_child(self, header: RunHeader, command: StartChild) -> None:
        """Start a child run, in its parent's trace."""
        parent = messages.ParentRun(
            run_id=header.run_id,
            shard=header.shard,
            invocation=command.invocation,
            depth=header.depth,
            awaits_start=command.awaits_start,
            policy=command.policy,
        )
        start = messages.StartRun(
            workflow=command.workflow, input=command.input, run_id=command.run_id, key=command.key, parent=parent
        )
        self._messages.append(
            OutgoingMessage(names.COMMANDS_EXCHANGE, names.START_KEY, wire.dump(start), headers=header.headers)
        )

    def add_request(self, header: RunHeader, command: AskRun) -> None:
        """Ask another run something; it has the same id each time, so that it arrives once."""
        key, request = request_of(header, command)
        self._messages.append(OutgoingMessage(names.COMMANDS_EXCHANGE, key, wire.dump(request), headers=header.headers))

    def add_event(self, shard: int, event: messages.Event) -> None:
        """Tell a run of this shard what happened."""
        self._events.append((shard, event))

    def add_answer(self, event: messages.Event, result: messages.Json = None) -> None:
        """Tell who made a request that it has reached its run, and what came of it, if that was asked for."""
        if event.answer is not None:
            reply, request_id = event.answer
            self.add_done(reply, event.run_id, request_id, result)

    def add_done(
        self, reply: messages.RequestReply, run_id: UUID, request_id: str, result: messages.Json = None
    ) -> None:
        """The same where the request made no event that can be answered."""
        if reply.run is not None:
            self._add_answer_to_run(reply.run)
        else:
            self._add_reply(reply, messages.RequestDone(run_id=run_id, id=request_id, result=result))

    def add_update_answer(self, run_id: UUID, answer: AnswerUpdate) -> None:
        """Tell all who asked for an update what came of it."""
        done = messages.RequestDone(run_id=run_id, id=answer.id, result=answer.result, error=answer.error)
        for reply_to, correlation_id in answer.replies:
            self._add_reply(messages.RequestReply(reply_to=reply_to, correlation_id=correlation_id), done)

    def add_refusal(self, event: messages.Event, error: Exception) -> None:
        """Tell who made a request why it has not reached its run, if an answer was asked for."""
        if event.answer is None:
            return
        reply = event.answer.reply
        if reply.run is not None:
            self.add_refusal_to_run(reply.run, error)
        else:
            self._add_reply(reply, messages.Refused(error=error_info(error), run_id=event.run_id))

    def add_refusal_to_run(self, asker: messages.AskingRun, error: BaseException) -> None:
        """Tell a run why what it asked has not reached the other one."""
        self._add_answer_to_run(asker, encode_error(error))

    def _add_answer_to_run(self, asker: messages.AskingRun, error: messages.Json = None) -> None:
        answered = messages.RequestAnswered(run_id=asker.run_id, invocation=asker.invocation, error=error)
        self._events.append((asker.shard, answered))

    def _add_reply(self, reply: messages.RequestReply, answer: messages.Reply) -> None:
        self._messages.append(
            reply_message(wire.dump(answer), reply_to=reply.reply_to, correlation_id=reply.correlation_id)
        )

    def add_cancel(self, run_id: UUID) -> None:
        """Ask for the end of a child run."""
        event = messages.CancelRequested(run_id=run_id, reason=_NOBODY_WAITS, from_parent=True)
        self._events.append((shard_of(run_id, self._shards), event))

    def add_termination(self, run_id: UUID) -> None:
        """Have a child run end at once."""
        event = messages.TerminateRequested(run_id=run_id, reason=_NOBODY_WAITS, from_parent=True)
        self._events.append((shard_of(run_id, self._shards), event))

    def add_child_started(self, parent: messages.ParentRun | None) -> None:
        """Tell a run that its child is there, if it waits for that."""
        if parent is not None and parent.awaits_start:
            event = messages.ChildStarted(run_id=parent.run_id, invocation=parent.invocation)
            self._events.append((parent.shard, event))

    def add_outcome(
        self,
        parent: messages.ParentRun,
        status: RunStatus,
        result: messages.Json,
        error: messages.Json,
        *,
        is_refused: bool = False,
    ) -> None:
        """Tell a run how its child ended, or that its start was refused."""
        event = messages.ChildFinished(
            run_id=parent.run_id,
            invocation=parent.invocation,
            status=status,
            result=result,
            error=error,
            is_refused=is_refused,
        )
        self._events.append((parent.shard, event))

    def tell_parent(self, run: StoredRun) -> None:
        """Tell the run that waits for this one, if there is one, how it ended."""
        if run.parent is not None:
            parent = wire.load_stored(messages.ParentRun, run.parent)
            self.add_outcome(parent, run.status, _loaded(run.result), _loaded(run.error))

    def add_stop(self, run_id: UUID, attempts: Iterable[tuple[int, int]] = ()) -> None:
        """Tell the workers that nobody waits for these attempts, or, without any, for all that they do for the run."""
        self._stops.add(run_id, attempts)

    def add_finish(self, run: StoredRun) -> None:
        """Announce the end of a run, and inform the callers that wait for it: not yet, where another one goes on."""
        body = finished_body(run)
        traceparent = run_traceparent(run.trace, run.run_id)
        headers = {} if traceparent is None else {names.HEADER_TRACEPARENT: traceparent}
        key = names.lifecycle_key(run.status.value, run.workflow)
        is_continued = run.status is RunStatus.CONTINUED
        if run.reply is not None and not is_continued:  # first, because somebody waits for it
            self._messages.append(
                reply_message(body, reply_to=run.reply.reply_to, correlation_id=run.reply.correlation_id)
            )
        self._messages.append(OutgoingMessage(names.LIFECYCLE_EXCHANGE, key, body, headers=headers, mandatory=False))
        if not is_continued:
            self.tell_parent(run)

    def messages(self) -> list[OutgoingMessage]:
        """Everything added, ready to publish."""
        for queue, short in self._short.items():
            self._messages += self._split(queue, short)
        self._short = {}
        self._messages += event_messages(self._events)
        self._events = []
        self._messages += self._stops.messages()
        return self._messages

    def _split(self, queue: str, short: _QueueItems) -> list[OutgoingMessage]:
        consumers = self._consumers.of(names.action_queue(queue))
        share = -(-len(short.items) // consumers)
        limit = COMMANDS if share >= COMMANDS.items else MessageLimit(share, COMMANDS.size)
        return [_action_message(queue, body, short.headers) for body in bodies(short.items, limit)]


def event_messages(events: Iterable[tuple[int, messages.Event]]) -> list[OutgoingMessage]:
    """(shard, event) pairs in as few messages as their bounds allow."""
    by_shard: dict[int, list[bytes]] = {}
    for shard, event in events:
        by_shard.setdefault(shard, []).append(wire.dump(event))
    return [
        OutgoingMessage(names.EVENTS_EXCHANGE, names.event_key(shard), rendering.event_batch(items[part]))
        for shard, items in by_shard.items()
        for part in slices(items, COMMANDS)
    ]


def request_of(header: RunHeader, command: AskRun) -> tuple[str, messages.RunRequest]:
    """What a run asks of another one as a message, and its routing key."""
    asker = messages.AskingRun(run_id=header.run_id, shard=header.shard, invocation=command.invocation)
    request_id = f"{header.run_id}:{command.invocation}"
    if command.request == "cancel":
        cancel = messages.CancelRun(id=request_id, run_id=command.run_id, reason=command.value, asker=asker)
        return names.CANCEL_KEY, cancel
    assert command.name is not None
    return names.SIGNAL_KEY, messages.SignalRun(
        id=request_id, run_id=command.run_id, signal=command.name, payload=command.value, asker=asker
    )


def reply_message(body: bytes, *, reply_to: str, correlation_id: str | None) -> OutgoingMessage:
    """An answer to a client; dropped by the broker when the client has left."""
    return OutgoingMessage(names.DEFAULT_EXCHANGE, reply_to, body, correlation_id=correlation_id, mandatory=False)


def finished_body(run: StoredRun) -> bytes:
    """`RunFinished` of a stored run."""
    return rendering.run_finished(
        run_id=run.run_id,
        workflow=run.workflow,
        version=run.version,
        key=run.key,
        status=run.status,
        result=run.result,
        error=run.error,
        started_at=run.created_at,
        finished_at=run.finished_at or datetime.now(UTC),
    )


def _loaded(text: str | None) -> messages.Json:
    return None if text is None else from_json(text)


def _action_message(queue: str, body: bytes, headers: dict[str, str]) -> OutgoingMessage:
    return OutgoingMessage(names.ACTIONS_EXCHANGE, queue, body, headers=headers)
