"""Runs that are cancelled in part or whole, terminated, paused and resumed on real servers, by whoever asks."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from uuid import uuid4

import pytest
from tests.e2e.control_workload import Paused, Watched
from tests.e2e.foreign import foreigner
from tests.e2e.warren_command import warren
from tests.support.eventually import eventually
from tests.support.processes import Installation

from warren import RunEnded, RunTerminated, WorkflowFailedError
from warren.client import ClientRunHandle
from warren.contracts.messages import RunStatus

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


def says(path: Path, text: str) -> bool:
    return path.exists() and path.read_text() == text


async def started(pairs: Installation, folder: Path, how: str, *names: str) -> ClientRunHandle:
    handle = await pairs.client.start(Watched, str(folder), how)
    for name in names:
        await eventually(lambda name=name: says(folder / name, "begun"), within_seconds=30)
    return handle


@pytest.mark.parametrize(
    ("how", "names", "error"), [("timeout", "ab", "TimeoutError"), ("sibling", "a", "ExceptionGroup")]
)
async def test_what_a_run_cancels_is_stopped_on_its_worker_at_once(
    pairs: Installation, tmp_path: Path, how: str, names: str, error: str
) -> None:
    """Long before the actions have leases, whose heartbeats would tell the workers."""
    handle = await started(pairs, tmp_path, how, *names)
    assert await handle.result(20) == [error, 2]
    for name in names:
        await eventually(lambda name=name: says(tmp_path / name, "cancelled"), within_seconds=5)


async def test_a_cancelled_run_learns_the_reason_and_may_go_on(pairs: Installation, tmp_path: Path) -> None:
    handle = await started(pairs, tmp_path, "wait", "a")
    await handle.cancel("no budget")
    assert await handle.result(20) == ["no budget", 2]
    await eventually(lambda: says(tmp_path / "a", "cancelled"), within_seconds=5)


async def test_a_terminated_run_has_ended_when_that_is_answered(pairs: Installation, tmp_path: Path) -> None:
    handle = await started(pairs, tmp_path, "wait", "a")
    await handle.terminate("it hangs")
    assert await handle.status() is RunStatus.FAILED
    with pytest.raises(WorkflowFailedError, match="it hangs") as caught:
        await handle.result(20)
    assert isinstance(caught.value.__cause__, RunTerminated)
    await eventually(lambda: says(tmp_path / "a", "cancelled"), within_seconds=5)
    await handle.terminate("once more")
    with pytest.raises(RunEnded):
        await handle.pause()


async def test_a_paused_run_stands_still_until_it_is_resumed(pairs: Installation) -> None:
    handle = await pairs.client.start(Paused, 3, 0.2, key=f"paused-{uuid4()}")
    await eventually(lambda: _length(handle, 3), within_seconds=30)
    await handle.pause("maintenance")
    await handle.pause()
    described = await handle.describe()
    assert (described.status, described.paused_at is not None) == (RunStatus.RUNNING, True)
    await asyncio.sleep(1.5)
    paused, *later = (await handle.history())[-2:]
    assert "pause_requested" in (paused.event.type, *(row.event.type for row in later))
    assert not [row for row in later if row.commands]
    await handle.resume()
    await handle.resume()
    assert (await handle.describe()).paused_at is None
    assert await handle.result(30) == 3


async def _length(handle: ClientRunHandle, length: int) -> bool:
    return len(await handle.history()) >= length


async def test_from_the_command_line(pairs: Installation, tmp_path: Path) -> None:
    async def call(*arguments: str) -> tuple[int, str, str]:
        done = await asyncio.to_thread(warren, tmp_path, *arguments, servers=pairs.environment)
        return done.returncode, done.stdout, done.stderr

    key = f"paused-{uuid4()}"
    code, out, _ = await call("start", "e2e.paused", "-i", "steps=2", "-i", "seconds=600", "--key", key)
    run_id = out.strip()
    assert code == 0
    assert await call("pause", run_id, "--reason", "maintenance") == (0, f"run {run_id} is paused\n", "")
    code, out, _ = await call("show", run_id, "--json")
    assert json.loads(out)["paused_at"] is not None
    code, out, _ = await call("show", run_id)
    assert "paused" in out
    code, out, _ = await call("runs", "--workflow", "e2e.paused")
    assert "paused" in next(line for line in out.splitlines() if run_id in line)
    code, out, _ = await call("resume", key, "--workflow", "e2e.paused", "--json")
    assert (code, json.loads(out)) == (0, {"run": key, "resumed": True})
    code, out, err = await call("terminate", run_id, "--reason", "no use")
    assert (code, out) == (0, f"run {run_id} is terminated\n")
    code, out, _ = await call("show", run_id)
    assert "the run was terminated: no use" in out
    code, out, _ = await call("history", run_id)
    assert "paused: maintenance" in out
    assert "terminated: no use" in out
    code, _, err = await call("pause", run_id)
    assert code == 2
    assert "has ended" in err
    code, _, err = await call("pause", key)
    assert code == 2
    assert "--workflow" in err


async def test_by_one_message_of_a_program_in_any_language(pairs: Installation) -> None:
    handle = await pairs.client.start(Paused, 2, 600.0)

    def send() -> list[str]:
        with foreigner(pairs) as program:
            answers = []
            for key, more in (("pause", {}), ("resume", {}), ("cancel", {"reason": "enough"}), ("cancel", {"why": 1})):
                body = {"run_id": str(handle.id), **more}
                program.publish(body, key=key, reply_to=program.replies, correlation_id=uuid4().hex)
                answers += [answer["type"] for answer in program.answers(1)]
            return answers

    assert await asyncio.to_thread(send) == ["request_done", "request_done", "request_done", "refused"]
    with pytest.raises(WorkflowFailedError, match="was cancelled: enough"):
        await handle.result(20)
