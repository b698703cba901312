"""What happens to runs: the events of a history, which coordinators get from workers, clients and each other.

Each says itself what makes it the same as another one (`identity`) and what it is about (`subject`), so
that whatever handles events need not know which ones there are. Values inside are tagged JSON (`contracts.values`).
"""

from __future__ import annotations

from operator import not_
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from warren.contracts.answers import RequestAnswer, RequestId, RequestReply, request_number
from warren.contracts.attempt_events import (
    ActionAnswered,
    ActionDeferred,
    ActionFailed,
    ActionHeartbeat,
    ActionProgressed,
    ActionStarted,
    ActionSucceeded,
    LeaseExpired,
)
from warren.contracts.carried import Carried
from warren.contracts.event_base import Event, Identity, Json
from warren.contracts.parts import RunStatus


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

    lets_a_run_go_on: ClassVar[bool] = True

    type: Literal["continuation_due"] = "continuation_due"
    number: int

    @property
    def subject(self) -> int:
        """Its number."""
        return self.number


class EndRequested(Event):
    """Somebody wants the run to end, which is done once, whoever asks how often."""

    wants_a_state: ClassVar[bool] = True
    follows_chain: ClassVar[bool] = True

    reason: str | None = None
    id: RequestId | None = None
    reply: RequestReply | None = None
    from_parent: bool = Field(default=False, exclude_if=not_)
    """Whether that is the run that started it."""

    @property
    def subject(self) -> int:
        """0."""
        return 0

    @property
    def answer(self) -> RequestAnswer | None:
        """To who asked, if that was wanted."""
        return None if self.reply is None else RequestAnswer(self.reply, self.id or "")

    @property
    def comes_early(self) -> bool:
        """Whether its run may not be there yet, and will be: its start lies in another queue."""
        return self.from_parent

    def is_same_request_as(self, recorded: Event) -> bool:
        """Likewise: one that was to end and has continued may be asked again, and a parent wants none to go on."""
        is_same_id = getattr(recorded, "id", None) == self.id
        return is_same_id and not self.from_parent and super().is_same_request_as(recorded)


class CancelRequested(EndRequested):
    """The workflow is to end itself: `CancelledError`, with the reason, where it waits."""

    type: Literal["cancel_requested"] = "cancel_requested"


class TerminateRequested(EndRequested):
    """The run is to end at once, and nothing of it is to run any more."""

    type: Literal["terminate_requested"] = "terminate_requested"


class RequestReceived(Event):
    """Somebody asked something of the run. The same `id` twice is the same request, which arrives once."""

    is_awaited: ClassVar[bool] = True
    follows_chain: ClassVar[bool] = True
    namespace: ClassVar[str] = ""
    """What ids are unique in."""

    id: RequestId
    reply: RequestReply | None = None

    @property
    def subject(self) -> int:
        """A number made of its id: 63 bits of a hash, so that the history finds it by an index of numbers."""
        return request_number(self.namespace + self.id)

    @property
    def answer(self) -> RequestAnswer | None:
        """To who sent it, if that was asked for."""
        return None if self.reply is None else RequestAnswer(self.reply, self.id)

    def is_recorded_as(self, recorded: Event) -> bool:
        """Whether an event of the history is this one."""
        return super().is_recorded_as(recorded) and getattr(recorded, "id", None) == self.id


class SignalReceived(RequestReceived):
    """Somebody sent a signal."""

    type: Literal["signal_received"] = "signal_received"
    name: str
    payload: Json = None


class UpdateRequested(RequestReceived):
    """Somebody wants the run to do something, and to be answered."""

    is_answered_when_taken: ClassVar[bool] = False

    type: Literal["update_requested"] = "update_requested"
    name: str
    arguments: dict[str, Json] = Field(default_factory=dict)


class PauseRequested(RequestReceived):
    """The run is to stand still: nothing new is dispatched, and none of its code runs, until it is resumed."""

    wants_a_state: ClassVar[bool] = True
    namespace: ClassVar[str] = "pause "

    type: Literal["pause_requested"] = "pause_requested"
    reason: str | None = None


class ResumeRequested(RequestReceived):
    """The run is to go on."""

    wants_a_state: ClassVar[bool] = True
    namespace: ClassVar[str] = "resume "

    type: Literal["resume_requested"] = "resume_requested"
    reason: str | None = None


class QueryAsked(Event):
    """Somebody asks the run something. Never part of the history."""

    is_durable: ClassVar[bool] = False
    is_question: ClassVar[bool] = True
    follows_chain: ClassVar[bool] = True

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


class ChildStarted(Event):
    """A child run of this run is there. For a child whose start is waited for."""

    type: Literal["child_started"] = "child_started"
    invocation: int

    @property
    def subject(self) -> int:
        """The invocation."""
        return self.invocation


class ChildFinished(Event):
    """A child run of this run came to its end: `result` when completed, else `error` (an encoded exception).

    `is_refused` when it was never there, because its start was refused.
    """

    type: Literal["child_finished"] = "child_finished"
    invocation: int
    status: RunStatus
    result: Json = None
    error: Json = None
    is_refused: bool = Field(default=False, exclude_if=not_)

    @property
    def subject(self) -> int:
        """The invocation."""
        return self.invocation


class RequestAnswered(Event):
    """What this run asked of another run has reached that, or was refused with `error` (an encoded exception)."""

    type: Literal["request_answered"] = "request_answered"
    invocation: int
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
    """The first event of every history; made by the compiler, or for a run that continues another one; never sent."""

    type: Literal["run_started"] = "run_started"
    version: str
    input: dict[str, Json]
    attributes: dict[str, Json] | None = Field(default=None, exclude_if=lambda given: given is None)
    carried: Carried | None = Field(default=None, exclude_if=not_)

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
    | ActionDeferred
    | ActionAnswered
    | ActionProgressed
    | TimerDue
    | ContinuationDue
    | CancelRequested
    | TerminateRequested
    | PauseRequested
    | ResumeRequested
    | SignalReceived
    | UpdateRequested
    | QueryAsked
    | ChildStarted
    | ChildFinished
    | RequestAnswered
    | EventRejected
    | RunStarted,
    Field(discriminator="type"),
]
