"""What a worker can be told, on top of what every service can."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from warren.runtime.settings import Seconds, Settings


class WorkerSettings(Settings):
    """`concurrency` and `lease_after` are every service's."""

    lease_seconds: Seconds = 30.0
    """How long a lease lasts without a heartbeat; there are three heartbeats in that time."""

    heartbeat_seconds: Annotated[int, Field(ge=1, le=3_600)] = 10
    """What is agreed on with RabbitMQ, which takes a worker for dead after two to three times this without a sign of
    life. With `amqps://` it must be longer than any action may block the event loop: no other thread can give one."""

    max_deliveries: Annotated[int, Field(ge=2, le=19)] = 5
    """How often an action may be the death of a worker before it is reported as lost. RabbitMQ 4 gives up after 20."""
