"""What happens to runs: the events of a history, which coordinators get from workers, clients and each other.

Each says itself what makes it the same as another one (`identity`) and what it is about (`subject`), so
that whatever handles events need not know which ones there are. Values inside are tagged JSON (`contracts.values`).
"""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from typing import Annotated, Any, ClassVar, Literal, NamedTuple
from uuid import UUID

from pydantic import Field

from warren.contracts.parts import Part, RunStatus

Json = Any


Identity = tuple[UUID, str, int, int]
"""What makes two events the same one: run, type, number, attempt."""

REQUEST_ID_LENGTH = 200
RequestId = Annotated[str, Field(min_length=1, max_length=REQUEST_ID_LENGTH)]


class RequestReply(Part):
    """Where who made a request waits for the answer (AMQP's `reply_to` and `correlation_id`)."""

    reply_to: str
    correlation_id: str | None = None


class RequestAnswer(NamedTuple):
    """To whom, and to which request."""

    reply: RequestReply
    request_id: str


class Event(Part):
    """Something that happened to one run."""

    is_durable: ClassVar[bool] = True
    """Whether it matters beyond the moment: the history, the quarantine and a second publication are for these."""
    is_question: ClassVar[bool] = False
    """Whether it changes nothing, and only asks: it is answered when all else that came with it is committed."""
    is_awaited: ClassVar[bool] = False
    """Whether people must learn that it came too late: from the answer or, where nobody waits for one, from the log."""
    is_answered_when_taken: ClassVar[bool] = True
    """Whether who made the request gets the answer as soon as the run has it; else when the run says so."""

    type: str
    run_id: UUID

    @property
    @abstractmethod
    def subject(self) -> int:
        """What it is about, by which the history finds it: an invocation, timer or count; 0 if a run has just one."""

    @property
    def identity(self) -> Identity:
        """The same for two events that are the same one."""
        return (self.run_id, self.type, self.subject, 0)

    @property
    def answer(self) -> RequestAnswer | None:
        """Where the answer goes, and to which request, where somebody made one and waits."""
        return None

    def is_recorded_as(self, recorded: Event) -> bool:
        """Whether an event of the history is what became of this one."""
        return self.identity == recorded.identity


class AttemptEvent(Event):
    """Something that happened to one attempt of an action."""

    invocation: int
    attempt: int

    @property
    def subject(self) -> int:
        """The invocation."""
        return self.invocation

    @property
    def identity(self) -> Identity:
        """The same for two events of one type about one attempt."""
        return (self.run_id, self.type, self.invocation, self.attempt)


class ActionSucceeded(AttemptEvent):
    """An attempt returned; `duration_ms` is the time the action itself took."""

    type: Literal["action_succeeded"] = "action_succeeded"
    result: Json = None
    duration_ms: float = 0.0


class ActionFailed(AttemptEvent):
    """An attempt raised `error` (an encoded exception)."""

    type: Literal["action_failed"] = "action_failed"
    error: Json
    duration_ms: float = 0.0


class ActionStarted(AttemptEvent):
    """A worker runs this attempt for longer than `lease_after` and now holds a lease on it."""

    type: Literal["action_started"] = "action_started"
    worker: str
    lease_seconds: float


class ActionHeartbeat(AttemptEvent):
    """The worker that holds the lease still runs the attempt. Never part of the history."""

    is_durable: ClassVar[bool] = False

    type: Literal["action_heartbeat"] = "action_heartbeat"
    worker: str
    lease_seconds: float


class LeaseExpired(AttemptEvent):
    """A worker's lease ran out without a heartbeat; published by a coordinator to the run's own shard."""

    type: Literal["lease_expired"] = "lease_expired"
    worker: str

    def is_recorded_as(self, recorded: Event) -> bool:
        """Whether this is recorded; a lease that expired too often is recorded as the attempt's failure."""
        as_failure = (self.run_id, "action_failed", self.invocation, self.attempt)
        return recorded.identity in (self.identity, as_failure)


class TimerDue(Event):
    """The moment of a timer of this run has come; published by a coordinator to the run's own shard."""

    type: Literal["timer_due"] = "timer_due"
    timer: int

    @property
    def subject(self) -> int:
        """The timer."""
        return self.timer


class ContinuationDue(Event):
    """The run stopped after 1,000 commands and shall go on; `number` counts 1, 2, 3 ... per run."""

    type: Literal["continuation_due"] = "continuation_due"
    number: int

    @property
    def subject(self) -> int:
        """Its number."""
        return self.number


class CancelRequested(Event):
    """Somebody wants the run to end."""

    type: Literal["cancel_requested"] = "cancel_requested"
    reason: str | None = None

    @property
    def subject(self) -> int:
        """0: a run is cancelled once."""
        return 0


class SignalReceived(Event):
    """Somebody sent a signal. The same `id` twice is the same signal, which arrives once."""

    is_awaited: ClassVar[bool] = True

    type: Literal["signal_received"] = "signal_received"
    id: RequestId
    name: str
    payload: Json = None
    reply: RequestReply | None = None

    @property
    def subject(self) -> int:
        """A number made of its id: 63 bits of a hash, so that the history finds it by an index of numbers."""
        return request_number(self.id)

    @property
    def answer(self) -> RequestAnswer | None:
        """To who sent it, if that was asked for."""
        return None if self.reply is None else RequestAnswer(self.reply, self.id)

    def is_recorded_as(self, recorded: Event) -> bool:
        """Whether an event of the history is this one."""
        return super().is_recorded_as(recorded) and getattr(recorded, "id", None) == self.id


class UpdateRequested(Event):
    """Somebody wants the run to do something, and to be answered. The same `id` twice is the same update."""

    is_awaited: ClassVar[bool] = True
    is_answered_when_taken: ClassVar[bool] = False

    type: Literal["update_requested"] = "update_requested"
    id: RequestId
    name: str
    arguments: dict[str, Json] = Field(default_factory=dict)
    reply: RequestReply | None = None

    @property
    def subject(self) -> int:
        """As that of a signal."""
        return request_number(self.id)

    @property
    def answer(self) -> RequestAnswer | None:
        """To who asked for it."""
        return None if self.reply is None else RequestAnswer(self.reply, self.id)

    def is_recorded_as(self, recorded: Event) -> bool:
        """Whether an event of the history is this one."""
        return super().is_recorded_as(recorded) and getattr(recorded, "id", None) == self.id


class QueryAsked(Event):
    """Somebody asks the run something. Never part of the history."""

    is_durable: ClassVar[bool] = False
    is_question: ClassVar[bool] = True

    type: Literal["query_asked"] = "query_asked"
    id: RequestId
    name: str
    arguments: dict[str, Json] = Field(default_factory=dict)
    reply: RequestReply

    @property
    def subject(self) -> int:
        """As that of a signal."""
        return request_number(self.id)

    @property
    def answer(self) -> RequestAnswer | None:
        """To who asks."""
        return RequestAnswer(self.reply, self.id)


def request_number(request_id: str) -> int:
    """A request's number within its run, made of its id."""
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8], "big") >> 1


class ChildFinished(Event):
    """A child run of this run came to its end: `result` when completed, else `error` (an encoded exception)."""

    type: Literal["child_finished"] = "child_finished"
    invocation: int
    status: RunStatus
    result: Json = None
    error: Json = None

    @property
    def subject(self) -> int:
        """The invocation."""
        return self.invocation


class EventRejected(Event):
    """An event could not be applied, and the run has failed for that with `error` (an encoded exception).

    It stands in the history for the event that was rejected: `rejected` is its type, `number` what it was about (an
    invocation, a timer). Made by a coordinator, never sent.
    """

    type: Literal["event_rejected"] = "event_rejected"
    rejected: str
    number: int = 0
    attempt: int = 0
    error: Json

    @property
    def subject(self) -> int:
        """What the rejected event was about."""
        return self.number

    @property
    def identity(self) -> Identity:
        """That of the event that was rejected, for which it stands."""
        return (self.run_id, self.rejected, self.number, self.attempt)


class RunStarted(Event):
    """The first event of every history; made by the compiler, never sent."""

    type: Literal["run_started"] = "run_started"
    version: str
    input: dict[str, Json]
    attributes: dict[str, Json] | None = Field(default=None, exclude_if=lambda given: given is None)

    @property
    def subject(self) -> int:
        """0: a run starts once."""
        return 0


RunEvent = Annotated[
    ActionSucceeded
    | ActionFailed
    | ActionStarted
    | ActionHeartbeat
    | LeaseExpired
    | TimerDue
    | ContinuationDue
    | CancelRequested
    | SignalReceived
    | UpdateRequested
    | QueryAsked
    | ChildFinished
    | EventRejected
    | RunStarted,
    Field(discriminator="type"),
]
