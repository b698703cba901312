"""What the store keeps for later: messages that nothing can be done with now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class QuarantinedMessage:
    """A message that is kept in the store because nothing can be done with it now: the broker refuses it, or the run
    that it is about cannot be loaded. It is published to `exchange` and `routing_key` again at `next_try_at`.

    `id` is made from what is in it, so that keeping it twice keeps it once. `tries` counts how often it came back.
    """

    id: UUID
    exchange: str
    routing_key: str
    body: bytes
    headers: Mapping[str, str]
    reason: str
    since: datetime
    next_try_at: datetime
    tries: int = 0
    run_id: UUID | None = None
    mandatory: bool = True
    reply_to: str | None = None
    correlation_id: str | None = None
    message_id: str | None = None
