"""The settings of every service, read from `WARREN_*` variables. Knows names, types and limits, no service."""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeVar

from pydantic import Field, field_validator

from warren.contracts.topology import QueueType
from warren.settings import MEMORY_SCHEME, BrokerSettings, DatabaseSettings, read_settings

S = TypeVar("S", bound="Settings")

Seconds = Annotated[float, Field(gt=0, le=86_400)]
Count = Annotated[int, Field(ge=1, le=1_000_000)]


class Settings(BrokerSettings, DatabaseSettings):
    """The settings that all services have. A service with settings of its own subclasses this.

    Durations are in seconds. Every field `x_y` is the environment variable `WARREN_X_Y`.
    """

    queue_type: QueueType = "quorum"
    shards: Annotated[int, Field(ge=1, le=1024)] = 4
    """Event queues; all services of one installation must agree. A run keeps the shard that it started on."""

    service_name: str | None = None
    """Name in logs and traces; the service's own by default."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["auto", "json", "console"] = "auto"
    """`auto` is console on a terminal, JSON elsewhere."""
    health_host: str = "0.0.0.0"
    health_port: Annotated[int, Field(ge=0, le=65_535)] | None = None
    """Where `/healthz` and `/readyz` are served; unset is nowhere, 0 any free port."""
    drain_seconds: Seconds = 25.0
    """How long a stopping service may finish the work that it has."""

    lease_after: Seconds = 30.0
    """An attempt that a worker has had for longer than this, running or waiting for its turn, is promoted to a lease.
    All services of one installation must agree."""
    max_lost_leases: Annotated[int, Field(ge=1, le=1_000)] = 3
    """Consecutive leases of one attempt that may expire without a heartbeat before it fails with `WorkerLost`."""
    stall_after: Seconds | None = None
    """Seconds without progress, with all relevant queues empty, after which a run's pending commands are treated as
    lost and re-published (for example after a queue purge). Default: three times `lease_after`."""
    transition_seconds: Annotated[float, Field(ge=0.05, le=3_600)] = 5.0
    """Processor time that a compiler or coordinator may spend on one transition of a run; one that takes longer is
    ended, and its run fails."""
    concurrency: Count = 100
    """Actions that a worker runs at once, and messages of each of its queues that it holds at most (a message carries
    one action, or up to 16 short ones). Long actions on leases count: a worker that is full of them takes nothing more
    from a queue, so that others can."""
    prefetch: Annotated[int, Field(ge=1, le=65_535)] = 256
    """Unsettled messages per subscription of compiler and coordinator."""

    cache_runs: Count = 50_000
    """Open runs that a coordinator keeps in memory."""
    cache_bytes: Annotated[int, Field(ge=1 << 20)] = 256 << 20
    """Their rough size together."""
    timer_poll: Seconds = 1.0
    """How often a coordinator queries overdue timers that no coordinator has in memory."""
    recovery_rate: Annotated[float, Field(gt=0)] = 2_000.0
    """Commands per second that are re-published after the broker lost its data."""

    @property
    def broker_is_volatile(self) -> bool:
        """Whether the broker lives in this process, and forgets everything with it."""
        return self.broker_url.startswith(MEMORY_SCHEME)

    @property
    def stall_seconds(self) -> float:
        """`stall_after`, or its default."""
        return self.stall_after or 3 * self.lease_after

    @property
    def check_seconds(self) -> float:
        """How often a coordinator looks for stalled runs: a run without progress for `stall_seconds` has been
        checked four times."""
        return self.stall_seconds / 3

    @field_validator("log_level", "log_format", "queue_type", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value


def load_settings(cls: type[S] = Settings, **overrides: Any) -> S:  # type: ignore[assignment]  # S's own default
    """Read settings from the environment, in capitals or not; see `read_settings`."""
    return read_settings(cls, **overrides)
