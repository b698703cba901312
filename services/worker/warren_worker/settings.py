"""The settings of a worker, besides those of every service."""

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
    worker drains and restarts itself; inside another process it runs no plain actions until some have ended."""
    action_error_level: Level = "warning"
    """At what level it is logged that an attempt failed; the traceback always at debug."""

    heartbeat_seconds: Annotated[int, Field(ge=1, le=3_600)] = 10
    """AMQP heartbeat. RabbitMQ drops a worker after two to three times this without traffic. With `amqps://` it must
    exceed the longest block of the event loop: no other thread can send one."""

    max_deliveries: Annotated[int, Field(ge=2, le=19)] = 5
    """Deliveries of an action that crashes its workers before it fails with `WorkerLost`. RabbitMQ 4 stops after 20."""

    @field_validator("action_error_level", mode="before")
    @classmethod
    def _lower_level(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value
