"""What can be asked of one run from outside, each kind with the routing key of its messages on `warren.commands`."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from warren.contracts import names
from warren.contracts.events import RequestId
from warren.contracts.parts import Message, RunId, RunKey, WorkflowName
from warren.contracts.tags import Json


class RunRequest(Message):
    """What is asked of one run: by its `run_id`, or by its `workflow` and `key`.

    `id` tells a request from others. Without one the AMQP `message_id` is taken, or what tells an RPC request from
    others (`reply_to` and `correlation_id`).
    """

    routing_key: ClassVar[str]

    id: RequestId | None = None
    run_id: RunId | None = None
    workflow: WorkflowName | None = None
    key: RunKey | None = None

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


KINDS: Final[dict[str, type[RunRequest]]] = {kind.routing_key: kind for kind in (SignalRun, QueryRun, UpdateRun)}
"""All kinds, by their routing keys."""
