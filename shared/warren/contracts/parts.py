"""What messages are made of: their bases, and the fields that many have."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WrapValidator

from warren.contracts import identity, names

VERSION: Final = 1
"""Rises when a message means something else than before: what reads one version cannot read the other."""
MINOR_VERSION: Final = 1
"""Rises with each release that adds an optional field, which a reader that does not know it may ignore."""


class RunStatus(StrEnum):
    """Where a run stands. `running` is the only one that is not an end."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    CONTINUED = "continued"
    """It has ended, and another run goes on in its place (`continue_as_new`)."""


ClosePolicy = Literal["terminate", "cancel", "abandon"]
"""What becomes of a child run when its parent ends: it is ended at once, told to end itself, or left alone."""


class Part(BaseModel):
    """A part of a message; frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Message(Part):
    """A whole message body, as one broker message carries it."""

    v: Literal[1] = VERSION
    minor: int = Field(default=MINOR_VERSION, ge=0)


WorkflowName = Annotated[
    str, Field(min_length=1, max_length=names.WORKFLOW_NAME_BYTES), BeforeValidator(identity.check_workflow_name)
]
RunKey = Annotated[str, Field(min_length=1, max_length=identity.KEY_LENGTH), BeforeValidator(identity.check_key)]
RunId = Annotated[UUID, WrapValidator(identity.read_run_id)]
