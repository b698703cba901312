"""What is no `Exception` is the failure of its action, and the worker goes on."""

from __future__ import annotations

from typing import Any

import pytest
from tests.support.endings import CASES, IDS, check_error
from tests.unit.worker import actions
from tests.unit.worker.world import World

from warren.contracts import messages


@pytest.mark.parametrize("timeout", [None, 30.0])
@pytest.mark.parametrize(("function", "how"), CASES, ids=IDS)
async def test_it_is_an_action_error_with_type_text_and_traceback(
    w: World, function: Any, how: str, timeout: float | None
) -> None:
    await w.worker(concurrency=1)
    event = await w.call(function, how, timeout_seconds=timeout)
    assert isinstance(event, messages.ActionFailed)
    check_error(event.error, function, how)
    assert isinstance(await w.call(actions.add, 1, 2), messages.ActionSucceeded)
