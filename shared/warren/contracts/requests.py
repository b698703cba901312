"""What can be asked of one run from outside, each kind with the routing key of its messages on `warren.commands`."""

from __future__ import annotations

from abc import abstractmethod
from typing import Annotated, ClassVar, Final, Self
from uuid import UUID

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from warren.contracts import names
from warren.contracts.answers import AskingRun, RequestId
from warren.contracts.parts import Message, RunId, RunKey, WorkflowName
from warren.contracts.tags import Json
from warren.contracts.task_tokens import check_token, read_token

Place = UUID | tuple[str, str]
"""A run as a request names it: its id, or its workflow and key."""

MAX_REASON: Final = 10_000
"""Characters of a reason."""


class Request(Message):
    """What is asked of one run.

    `id` tells a request from others. Without one the AMQP `message_id` is taken, or what tells an RPC request from
    others (`reply_to` and `correlation_id`). `asker` is set by a coordinator for what a run asks.
    """

    routing_key: ClassVar[str]

    id: RequestId | None = None

    @property
    @abstractmethod
    def place(self) -> Place:
        """The run that it is about."""


class RunRequest(Request):
    """A request that names its run: by its `run_id`, or by its `workflow` and `key`."""

    run_id: RunId | None = None
    workflow: WorkflowName | None = None
    key: RunKey | None = None
    asker: AskingRun | None = None

    @property
    def place(self) -> Place:
        """The run that it is about."""
        if self.run_id is not None:
            return self.run_id
        assert self.workflow is not None
        assert self.key is not None
        return self.workflow, self.key

    @model_validator(mode="after")
    def _names_one_run(self) -> Self:
        if (self.run_id is None) == (self.workflow is None or self.key is None):
            raise PydanticCustomError("run", "say which run: either `run_id`, or `workflow` and `key`")
        return self


class SignalRun(RunRequest):
    """Send a signal to a run. `payload` is plain or tagged JSON.

    The same `id` twice arrives once. Where nothing identifies the request, a redelivery after the death of a compiler
    is another signal. With `reply_to` the answer is `RequestDone` once the run has it, or `Refused`.
    """

    routing_key: ClassVar[str] = names.SIGNAL_KEY

    signal: str = Field(min_length=1, max_length=200)
    payload: Json = None


class QueryRun(RunRequest):
    """Ask a run something, open or ended. `arguments` are those of the query's method by name, plain or tagged JSON.

    The answer goes to `reply_to`: `RequestDone` with `result`, or `Refused`.
    """

    routing_key: ClassVar[str] = names.QUERY_KEY

    query: str = Field(min_length=1, max_length=200)
    arguments: dict[str, Json] = Field(default_factory=dict)


class UpdateRun(RunRequest):
    """Have a run do something and answer. `arguments` are those of the update's method by name, plain or tagged JSON.

    The answer goes to `reply_to`: `RequestDone` with `result` or `error`, or `Refused`. The same `id` twice is one
    update, and has one answer.
    """

    routing_key: ClassVar[str] = names.UPDATE_KEY

    update: str = Field(min_length=1, max_length=200)
    arguments: dict[str, Json] = Field(default_factory=dict)


class ControlRun(RunRequest):
    """What ends a run, has it stand still, or go on. `reason` is for people: it is kept in the history.

    With `reply_to` the answer is `RequestDone` once the run is so, also where it was so before; or `Refused`.
    """

    reason: str | None = Field(default=None, max_length=MAX_REASON)


class CancelRun(ControlRun):
    """Have a run end itself: its workflow gets a `CancelledError` with the reason, where it waits, and may clean up.

    A run that is paused goes on for that.
    """

    routing_key: ClassVar[str] = names.CANCEL_KEY


class TerminateRun(ControlRun):
    """End a run at once, whatever it is doing; nothing of its workflow runs any more."""

    routing_key: ClassVar[str] = names.TERMINATE_KEY


class PauseRun(ControlRun):
    """Have a run stand still: nothing new is dispatched and timers wait; results and signals are taken in."""

    routing_key: ClassVar[str] = names.PAUSE_KEY


class ResumeRun(ControlRun):
    """Have a paused run go on."""

    routing_key: ClassVar[str] = names.RESUME_KEY


class CompleteAction(Request):
    """Complete an attempt of an action from elsewhere, by the `token` of its context.

    With `result` (plain or tagged JSON; `null` is one, too) it has succeeded. With `error` (a text, or a tagged
    exception) it has failed, and is tried again if its policy says so. With `details` (plain or tagged JSON) it goes
    on, and a later attempt finds them in its context. The answer to `reply_to` is `RequestDone`, or `Refused`: with
    `action_not_open` where nobody waits for the attempt any more. The same completion twice is answered the same.
    """

    routing_key: ClassVar[str] = names.COMPLETE_ACTION_KEY

    token: Annotated[str, BeforeValidator(check_token)]
    result: Json = None
    error: Json = None
    details: Json = None

    @property
    def place(self) -> Place:
        """The run that the token names."""
        return read_token(self.token).run_id

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        given = [name for name in ("result", "error", "details") if getattr(self, name) is not None]
        said = self.model_fields_set & {"result", "error", "details"}
        if len(given) > 1 or not (given or "result" in said):
            raise PydanticCustomError("completion", "say one thing: either `result`, or `error`, or `details`")
        return self


KINDS: Final[dict[str, type[Request]]] = {
    kind.routing_key: kind
    for kind in (SignalRun, QueryRun, UpdateRun, CancelRun, TerminateRun, PauseRun, ResumeRun, CompleteAction)
}
"""All kinds, by their routing keys."""
