"""What sweeps find in the store: runs to which something must happen, or nothing has happened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DueRun:
    """A running run whose `wake_at` has come."""

    run_id: UUID
    shard: int
    wake_at: datetime


@dataclass(frozen=True, slots=True)
class IdleRun:
    """A running run to which nothing has happened for a while; `seq` is its last transition."""

    run_id: UUID
    seq: int
