"""What tells requests apart, and where the answers to them go."""

from __future__ import annotations

import hashlib
from operator import not_
from typing import Annotated, NamedTuple
from uuid import UUID

from pydantic import Field

from warren.contracts.parts import Part

REQUEST_ID_LENGTH = 200
RequestId = Annotated[str, Field(min_length=1, max_length=REQUEST_ID_LENGTH)]


class AskingRun(Part):
    """A run that asks something of another run: the answer goes to its shard, as `RequestAnswered`."""

    run_id: UUID
    shard: int = Field(ge=0)
    invocation: int


class RequestReply(Part):
    """Where who made a request waits for the answer: a queue (AMQP's `reply_to` and `correlation_id`), or a run."""

    reply_to: str = ""
    correlation_id: str | None = None
    run: AskingRun | None = Field(default=None, exclude_if=not_)


class RequestAnswer(NamedTuple):
    """To whom, and to which request."""

    reply: RequestReply
    request_id: str


def request_number(request_id: str) -> int:
    """A request's number within its run, made of its id."""
    return int.from_bytes(hashlib.sha256(request_id.encode()).digest()[:8], "big") >> 1
