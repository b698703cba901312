"""The scheduling names of waymark: right signatures and argument errors, and an honest answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

import warren
from warren import SchedulingUnavailable, Workflow


class Nightly(Workflow):
    pass


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"schedule_name": "", "schedule": "* * * * *"}, ValueError, "schedule_name is required"),
        ({"schedule_name": "n", "schedule": timedelta(0)}, ValueError, "Interval must be positive"),
        (
            {"schedule_name": "n", "schedule": "* * * * *", "jitter": timedelta(seconds=-1)},
            ValueError,
            "jitter must be non-negative",
        ),
        ({"schedule_name": "n", "schedule": 5}, TypeError, "not int"),
        ({"schedule_name": "n", "schedule": "0 3 * * *"}, SchedulingUnavailable, "warren start"),
    ],
)
async def test_schedule_workflow(arguments: dict[str, Any], error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message.replace("*", r"\*")):
        await warren.schedule_workflow(Nightly, **arguments)


@pytest.mark.parametrize("name", ["pause_schedule", "resume_schedule", "delete_schedule"])
async def test_the_others(name: str) -> None:
    with pytest.raises(SchedulingUnavailable):
        await getattr(warren, name)(Nightly, schedule_name="n")
    with pytest.raises(ValueError, match="required"):
        await getattr(warren, name)(Nightly, schedule_name="")


async def test_list_schedules() -> None:
    with pytest.raises(SchedulingUnavailable):
        await warren.list_schedules("active")
