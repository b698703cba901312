"""What happens to attempts of actions: on their workers, and elsewhere. `contracts.events` has all other events."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field
from pydantic_core import to_json

from warren.contracts.answers import RequestAnswer, RequestId, RequestReply, request_number
from warren.contracts.event_base import Event, Identity, Json
from warren.contracts.parts import Part
from warren.errors import ActionNotOpen, WarrenError


class Details(Part):
    """What an attempt said in a heartbeat about how far it is.

    `number` counts over all attempts of an invocation: the later one is known, whatever the order in which they come.
    """

    number: int
    value: Json = None


LatestDetails = Annotated[Details | None, Field(exclude_if=lambda details: details is None)]
"""Nothing is written where there are none."""


class AttemptEvent(Event):
    """Something that happened to one attempt of an action."""

    is_at_work: ClassVar[bool] = False
    """Whether it says that a worker goes on with the attempt, which is told to stop where nobody waits for it."""

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
    """An attempt raised `error` (an encoded exception). `details` are those of its last heartbeat, if it had any."""

    type: Literal["action_failed"] = "action_failed"
    error: Json
    duration_ms: float = 0.0
    details: LatestDetails = None


class ActionStarted(AttemptEvent):
    """A worker runs this attempt for longer than `lease_after` and now holds a lease on it."""

    is_at_work: ClassVar[bool] = True

    type: Literal["action_started"] = "action_started"
    worker: str
    lease_seconds: float
    details: LatestDetails = None


class ActionHeartbeat(AttemptEvent):
    """The worker that holds the lease still runs the attempt. `details` are the latest, also if they were sent before.

    It is part of the history only where it is time to record details.
    """

    is_durable: ClassVar[bool] = False
    is_at_work: ClassVar[bool] = True

    type: Literal["action_heartbeat"] = "action_heartbeat"
    worker: str
    lease_seconds: float
    details: LatestDetails = None


class LeaseExpired(AttemptEvent):
    """A worker's lease ran out without a heartbeat; published by a coordinator to the run's own shard."""

    type: Literal["lease_expired"] = "lease_expired"
    worker: str
    details: LatestDetails = None

    def is_recorded_as(self, recorded: Event) -> bool:
        """Whether this is recorded; a lease that expired too often is recorded as the attempt's failure."""
        as_failure = (self.run_id, "action_failed", self.invocation, self.attempt)
        return recorded.identity in (self.identity, as_failure)


class ActionDeferred(AttemptEvent):
    """An attempt raised `CompleteLater`: another system completes it, and no worker has it any more.

    `duration_ms` is the time that it took until then, which its timeout counts.
    """

    type: Literal["action_deferred"] = "action_deferred"
    duration_ms: float = 0.0
    details: LatestDetails = None


class _FromElsewhere(AttemptEvent):
    """What another system says about an attempt whose token it has."""

    is_awaited: ClassVar[bool] = True

    id: RequestId
    reply: RequestReply | None = None

    @property
    def answer(self) -> RequestAnswer | None:
        """To who sent it, if that was asked for."""
        return None if self.reply is None else RequestAnswer(self.reply, self.id)

    def not_taken(self) -> WarrenError:
        """The token is of no use any more."""
        return ActionNotOpen(
            f"nobody waits for attempt {self.attempt} of invocation {self.invocation} of the run {self.run_id}: it has "
            "been answered, has timed out or was cancelled, or a later attempt with a token of its own has replaced it"
        )


class ActionAnswered(_FromElsewhere):
    """Another system completed an attempt: with `result`, or with `error` (an encoded exception).

    What says the same about the same attempt is the same event, whoever sends it. `details` are the latest that the run
    knows, which the history is to have.
    """

    type: Literal["action_answered"] = "action_answered"
    result: Json = None
    error: Json = None
    details: LatestDetails = None

    @property
    def identity(self) -> Identity:
        """With a number made of the attempt and of what is said about it, in the place of the attempt."""
        text = to_json([self.attempt, self.result, self.error]).decode()
        return (self.run_id, self.type, self.invocation, request_number(text))


class ActionProgressed(_FromElsewhere):
    """Another system that is to complete an attempt says how far it is. The same `id` twice is the same event.

    `number` is that of the details, which the run gives them.
    """

    type: Literal["action_progressed"] = "action_progressed"
    details: Json
    number: int | None = Field(default=None, exclude_if=lambda number: number is None)

    @property
    def request_number(self) -> int:
        """A number made of its id."""
        return request_number(self.id)

    @property
    def identity(self) -> Identity:
        """With that number, in the place of the attempt."""
        return (self.run_id, self.type, self.invocation, self.request_number)
