"""Plain actions that hang in a worker: each is logged, and with many the worker starts anew or refuses more."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs
from tests.support.eventually import eventually
from tests.unit.worker import actions
from tests.unit.worker.test_result_publisher import failed
from tests.unit.worker.world import RunningWorker, World

from warren import action
from warren.contracts import messages
from warren.contracts.ids import new_run_id

ABANDONED = "action abandoned: its function continues in its thread, and its result is ignored"
gate = threading.Event()
began: list[str] = []


@action
def hang(name: str = "") -> str:
    """Not to be stopped before the gate is open."""
    began.append(name)
    gate.wait(60)
    return name


@pytest.fixture(autouse=True)
def _gate() -> Iterator[None]:
    gate.clear()
    began.clear()
    yield
    gate.set()


async def hang_up(w: World, count: int) -> None:
    """Have so many attempts time out whose functions run on."""
    for _ in range(count):
        failed(await w.call(hang, timeout_seconds=0.05), "warren.errors.ActionTimeout")


async def test_an_abandoned_action_is_logged_with_its_attempt(w: World) -> None:
    await w.worker()
    with capture_logs() as logs:
        item = w.item(hang, timeout_seconds=0.05, attempt=2)
        await w.send(item)
        await w.reported(1)
        await eventually(lambda: any(line["event"] == ABANDONED for line in logs))
    (line,) = [line for line in logs if line["event"] == ABANDONED]
    assert line["log_level"] == "warning"
    assert (line["action"], line["run_id"]) == (hang.__warren_action__, str(item.run_id))  # type: ignore[attr-defined]  # what @action adds
    assert (line["invocation"], line["attempt"]) == (item.invocation, 2)
    assert line["seconds"] >= 0.05


async def test_an_action_of_a_cancelled_run_is_abandoned(w: World) -> None:
    await w.worker(concurrency=1)
    gone = new_run_id()
    with capture_logs() as logs:
        await w.send(w.item(hang, run_id=gone))
        await eventually(lambda: began)
        await w.control(messages.CancelActions(run_ids=(gone,)))
        await eventually(lambda: any(line.get("run_id") == str(gone) for line in logs))
    event = await w.call(actions.in_thread, 4)
    assert isinstance(event, messages.ActionSucceeded), "its place is taken by others"


async def test_hanging_actions_leave_the_worker_its_whole_concurrency(w: World) -> None:
    await w.worker(concurrency=3, max_abandoned_threads=50)
    await hang_up(w, 6)
    began.clear()
    await w.send(*(w.item(hang, str(n)) for n in range(3)))
    await eventually(lambda: len(began) == 3)
    gate.set()
    await w.reported(3)


async def restarting(w: World, **settings: Any) -> tuple[RunningWorker, list[str]]:
    """A worker that can start anew, and how often it was told to."""
    told: list[str] = []

    def restart() -> None:
        told.append("restart")
        worker.stop.set()

    worker = await w.worker(restart=restart, **settings)
    return worker, told


async def test_a_worker_of_its_own_with_too_many_drains_and_starts_anew(w: World) -> None:
    worker, told = await restarting(w, max_abandoned_threads=2)
    await eventually(lambda: worker.health.is_ready)
    await w.send(w.item(actions.hold, "in hand"))
    await eventually(lambda: actions.seen.started)
    await hang_up(w, 1)
    assert worker.health.is_ready
    with capture_logs() as logs:
        await hang_up(w, 1)
        await eventually(lambda: told)
    assert worker.health.report()["threads"] is False
    assert "2 plain functions hang in their threads" in worker.health.reasons()["threads"]
    (line,) = [line for line in logs if line["log_level"] == "error"]
    assert f"{hang.__warren_action__} (2, for up to " in line["hanging"]  # type: ignore[attr-defined]  # what @action adds
    actions.seen.gate.set()
    (event,) = await w.reported(1)
    assert isinstance(event, messages.ActionSucceeded), "what was in hand is finished"
    await worker.task
    assert told == ["restart"]
    gate.set()
    await eventually(lambda: "0 plain" in worker.health.reasons()["threads"])
    assert not worker.health.is_ready, "it is on its way out"


async def test_a_worker_that_ends_anyhow_does_not_start_anew(w: World) -> None:
    worker, told = await restarting(w, max_abandoned_threads=1)
    await w.send(w.item(hang, timeout_seconds=0.3))
    await eventually(lambda: began)
    worker.stop.set()
    with capture_logs() as logs:
        await w.reported(1)
        await eventually(lambda: any(line["event"] == ABANDONED for line in logs))
    assert not told
    assert not [line for line in logs if line["log_level"] == "error"]


async def test_inside_another_process_a_worker_with_too_many_refuses_plain_actions(w: World) -> None:
    worker = await w.worker(max_abandoned_threads=2)
    await eventually(lambda: worker.health.is_ready)
    await hang_up(w, 2)
    text = failed(await w.call(actions.in_thread, 4), "warren.errors.ActionError")
    assert "no plain `def` is run any more until some of these have ended" in text
    assert hang.__warren_action__ in text  # type: ignore[attr-defined]  # what @action adds
    assert not worker.health.is_ready
    assert isinstance(await w.call(actions.add, 4), messages.ActionSucceeded), "an async action needs no thread"
    gate.set()
    await eventually(lambda: worker.health.is_ready)
    assert isinstance(await w.call(actions.in_thread, 4), messages.ActionSucceeded)
