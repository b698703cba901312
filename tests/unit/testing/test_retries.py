"""Retries mean the same natively and in the engine."""

from __future__ import annotations

from typing import Any

import pytest

from warren import ActionTimeout, RetryPolicy, Workflow, action, workflow
from warren.sdk import native_run
from warren.testing import run_workflow

CALLS: list[str] = []


class Busy(ConnectionError):
    pass


@action
async def fail(how: str) -> None:
    CALLS.append(how)
    raise {"busy": Busy, "timeout": ActionTimeout, "value": ValueError, "key": KeyError}[how](how)


SHARED = RetryPolicy(attempts=4, exception_types=["LookupError"])


@workflow
class Retrying(Workflow):
    async def run(self, how: str, policy: str) -> str:
        try:
            if policy == "classes":
                await self.run_action(fail(how), retry=RetryPolicy(attempts=3, exception_types=[ConnectionError]))
            elif policy == "names":
                await self.run_action(fail(how), retry=RetryPolicy(attempts=3, exception_types=["ValueError", "x"]))
            elif policy == "all":
                await self.run_action(fail(how), retry=RetryPolicy(attempts=2))
            elif policy == "timeouts":
                await self.run_action(fail(how), retry=RetryPolicy(attempts=2, exception_types=["ActionTimeout"]))
            elif policy == "shared":
                await self.run_action(fail(how), retry=SHARED)
            else:
                await self.run_action(fail(how))
        except Exception as error:
            return f"{type(error).__name__}: {error}"
        return "no failure"


@pytest.mark.parametrize("how", ["busy", "timeout", "value", "key"])
@pytest.mark.parametrize("policy", ["classes", "names", "all", "timeouts", "shared", "none"])
async def test_engine_and_python_agree(how: str, policy: str) -> None:
    async def observe(run: Any) -> tuple[str, int]:
        CALLS.clear()
        return await run(Retrying, how, policy), len(CALLS)

    assert await observe(run_workflow) == await observe(native_run)


@pytest.mark.parametrize(
    ("how", "policy", "attempts"),
    [
        ("busy", "classes", 3),
        ("value", "classes", 1),
        ("value", "names", 3),
        ("timeout", "all", 1),
        ("busy", "all", 2),
        ("timeout", "timeouts", 2),
        ("key", "shared", 4),
        ("key", "none", 1),
    ],
)
async def test_how_often(how: str, policy: str, attempts: int) -> None:
    CALLS.clear()
    await run_workflow(Retrying, how, policy)
    assert len(CALLS) == attempts
