"""What messages are made of: the base of their parts, and the statuses of a run."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


class RunStatus(StrEnum):
    """Where a run stands. `running` is the only one that is not an end."""

    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Part(BaseModel):
    """A part of a message; frozen, no unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
