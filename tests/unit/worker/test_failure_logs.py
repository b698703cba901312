"""What a worker's log says about attempts that fail."""

from __future__ import annotations

import logging
from typing import Any

import pytest
import structlog
from structlog.testing import capture_logs
from tests.unit.worker import actions
from tests.unit.worker.world import World

from warren import InvalidInput, action
from warren.runtime.settings import load_settings
from warren_worker.settings import WorkerSettings


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


@action
async def fail_unspeakably() -> None:
    raise Unspeakable


async def logged(w: World, function: Any, *args: Any) -> list[dict[str, Any]]:
    """The lines that one failing attempt is worth."""
    with capture_logs() as logs:
        await w.call(function, *args, attempt=4)
    return [dict(line) for line in logs if "attempt" in line]


async def test_a_failed_attempt_is_one_line_with_all_that_finds_it(w: World) -> None:
    await w.worker()
    line, trace = await logged(w, actions.fail_in_thread, "bad luck")
    assert (line["event"], line["log_level"], line["error"]) == ("action failed", "warning", "ValueError: bad luck")
    assert (line["run_id"], line["workflow"], line["invocation"]) == (str(w.run_id), "w", w.invocations)
    assert (line["action"], line["attempt"]) == ("tests.unit.worker.actions:fail_in_thread", 4)
    assert line["duration_ms"] >= 0
    assert (trace["log_level"], type(trace["exc_info"])) == ("debug", ValueError)


@pytest.mark.parametrize("level", ["debug", "INFO", "error"])
async def test_its_level_can_be_chosen(w: World, level: str) -> None:
    await w.worker(action_error_level=level)
    assert (await logged(w, actions.fail, "x"))[0]["log_level"] == level.lower()


async def test_the_traceback_is_only_made_at_debug(w: World) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    try:
        await w.worker()
        assert [line["event"] for line in await logged(w, actions.fail, "x")] == ["action failed"]
    finally:
        structlog.reset_defaults()


async def test_a_success_is_no_line(w: World) -> None:
    await w.worker()
    with capture_logs() as logs:
        await w.call(actions.add, 1)
    assert not [line for line in logs if "invocation" in line]


async def test_a_long_text_is_cut_and_one_that_cannot_be_made_is_said_so(w: World) -> None:
    await w.worker()
    line, *_ = await logged(w, actions.fail, "x" * 5000)
    assert len(line["error"]) < 1100
    line, *_ = await logged(w, fail_unspeakably)
    assert line["error"] == "Unspeakable: (its text cannot be shown: RuntimeError)"


def test_a_level_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidInput, match="WARREN_ACTION_ERROR_LEVEL"):
        load_settings(WorkerSettings, action_error_level="loud")
