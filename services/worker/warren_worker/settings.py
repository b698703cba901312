"""What a worker can be told, on top of what every service can."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator

from warren.runtime.logs import Level
from warren.runtime.settings import Count, Seconds, Settings


class WorkerSettings(Settings):
    """`concurrency` and `lease_after` are every service's."""

    lease_seconds: Seconds = 30.0
    """How long a lease lasts without a heartbeat; there are three heartbeats in that time."""

    max_abandoned_threads: Count = 64
    """Plain `def` functions that may hang in their threads after their timeout or their run's end. With so many, a
    worker drains and starts itself anew; inside another process it runs no plain actions until some have ended."""
    action_error_level: Level = "warning"
    """At what level it is logged that an attempt failed; the traceback always at debug."""

    heartbeat_seconds: Annotated[int, Field(ge=1, le=3_600)] = 10
    """What is agreed on with RabbitMQ, which takes a worker for dead after two to three times this without a sign of
    life. With `amqps://` it must be longer than any action may block the event loop: no other thread can give one."""

    max_deliveries: Annotated[int, Field(ge=2, le=19)] = 5
    """How often an action may be the death of a worker before it is reported as lost. RabbitMQ 4 gives up after 20."""

    @field_validator("action_error_level", mode="before")
    @classmethod
    def _lower_level(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value
