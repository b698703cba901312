"""What is no `Exception` does not escape from `run_workflow`: it is the action's failure, as on servers."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.endings import CASES, IDS, Ending, check_error

from warren import ActionError, RetryPolicy, Workflow, action, workflow
from warren.contracts.messages import ActionFailed
from warren.testing import WorkflowEnvironment, run_workflow


@pytest.mark.parametrize("timeout", [None, 30.0])
@pytest.mark.parametrize(("function", "how"), CASES, ids=IDS)
async def test_it_is_an_action_error_with_type_text_and_traceback(
    function: Any, how: str, timeout: float | None
) -> None:
    environment = WorkflowEnvironment()
    with pytest.raises(ActionError) as caught:
        await environment.run_workflow(Ending, function.__name__, how, timeout)
    (event,) = [row.event for row in environment.history if isinstance(row.event, ActionFailed)]
    check_error(event.error, function, how)
    assert "Where the action raised it" in "".join(caught.value.__notes__)


CALLS: list[int] = []


@action
async def exits_once() -> str:
    CALLS.append(1)
    if len(CALLS) == 1:
        raise SystemExit(3)
    return "again"


@workflow
class RetryingAnEnding(Workflow):
    async def run(self) -> Any:
        return await self.run_action(exits_once(), retry=RetryPolicy(attempts=2))


async def test_it_can_be_tried_again() -> None:
    assert await run_workflow(RetryingAnEnding) == "again"
