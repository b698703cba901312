"""The scheduling functions of waymark's API: their names, signatures and argument errors.

This version of Warren runs no schedules. A call with valid arguments says so instead of pretending; start runs from a
scheduler of your own (`warren start`, or a message to `warren.commands`) until it does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NoReturn

from warren.errors import SchedulingUnavailable
from warren.sdk.workflow import Workflow


@dataclass(frozen=True, slots=True)
class ScheduleInfo:
    """A schedule, as `list_schedules` describes it; times are UTC."""

    id: str
    workflow_name: str
    schedule_name: str
    schedule_type: str
    cron_expression: str | None
    interval_seconds: float | None
    jitter_seconds: float | None
    status: str
    next_run_at: datetime | None
    last_run_at: datetime | None
    last_instance_id: str | None
    created_at: datetime
    updated_at: datetime
    allow_duplicate: bool


async def schedule_workflow(
    workflow_cls: type[Workflow],
    *,
    schedule_name: str,
    schedule: str | timedelta,
    jitter: timedelta | None = None,
    inputs: dict[str, Any] | None = None,
    priority: int | None = None,
    allow_duplicate: bool = False,
) -> str:
    """Start runs of a workflow by a cron expression or at an interval.

    Raises:
        ValueError: no name, an interval that is not positive, a negative jitter.
        TypeError: `schedule` is neither str nor timedelta.
        SchedulingUnavailable: always, in this version.
    """
    if isinstance(schedule, timedelta):
        if schedule <= timedelta(0):
            raise ValueError("Interval must be positive")
    elif not isinstance(schedule, str):
        raise TypeError(f"schedule must be a cron expression (str) or a timedelta, not {type(schedule).__name__}")
    if jitter is not None and jitter < timedelta(0):
        raise ValueError("jitter must be non-negative")
    _unavailable(schedule_name)


async def pause_schedule(workflow_cls: type[Workflow], *, schedule_name: str) -> bool:
    """Pause a schedule. Always raises `SchedulingUnavailable` in this version."""
    _unavailable(schedule_name)


async def resume_schedule(workflow_cls: type[Workflow], *, schedule_name: str) -> bool:
    """Resume a schedule. Always raises `SchedulingUnavailable` in this version."""
    _unavailable(schedule_name)


async def delete_schedule(workflow_cls: type[Workflow], *, schedule_name: str) -> bool:
    """Delete a schedule. Always raises `SchedulingUnavailable` in this version."""
    _unavailable(schedule_name)


async def list_schedules(status_filter: Literal["active", "paused"] | None = None) -> list[ScheduleInfo]:
    """All schedules, or those of one status. Always raises `SchedulingUnavailable` in this version."""
    _unavailable("*")


def _unavailable(schedule_name: str) -> NoReturn:
    if not schedule_name:
        raise ValueError("schedule_name is required")
    raise SchedulingUnavailable(
        "this version of Warren runs no schedules; start runs from cron or another scheduler with "
        "`warren start WORKFLOW --input JSON --key NAME-AND-TIME` (the key keeps a repeated tick from starting twice)"
    )
