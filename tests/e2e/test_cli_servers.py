"""The `warren` command against real servers with services at work."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from tests.e2e.command_line import ROOT
from tests.e2e.warren_command import begin, environment, warren, write_modules
from tests.support.eventually import eventually
from tests.support.processes import Installation

pytestmark = [pytest.mark.server, pytest.mark.asyncio(loop_scope="module")]


async def call(pairs: Installation, cwd: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `warren ARGUMENTS` on the installation."""
    return await asyncio.to_thread(warren, cwd, *arguments, servers=pairs.environment)


async def data(pairs: Installation, cwd: Path, *arguments: str) -> Any:
    """Run `warren ARGUMENTS --json` and parse what it prints."""
    done = await call(pairs, cwd, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


async def test_start_waits_and_prints_the_result(pairs: Installation, tmp_path: Path) -> None:
    done = await call(pairs, tmp_path, "start", "e2e.steps", "-i", "n=1", "-i", "steps=2", "--wait")
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr


async def test_start_prints_the_id_of_a_run_that_can_be_looked_at(pairs: Installation, tmp_path: Path) -> None:
    key = f"cli-{uuid4()}"
    done = await call(pairs, tmp_path, "start", "e2e.steps", "-i", "n=1", "--key", key)
    run_id = done.stdout.strip()

    async def is_done() -> bool:
        return (await data(pairs, tmp_path, "show", run_id))["status"] == "completed"

    await eventually(is_done, within_seconds=30)
    assert (await data(pairs, tmp_path, "show", key, "--workflow", "e2e.steps"))["run_id"] == run_id
    history = await data(pairs, tmp_path, "history", run_id)
    assert [entry["seq"] for entry in history] == list(range(1, 12))
    assert run_id in [run["run_id"] for run in await data(pairs, tmp_path, "runs", "--workflow", "e2e.steps")]
    again = await data(pairs, tmp_path, "start", "e2e.steps", "-i", "n=1", "--key", key)
    assert again["run_id"] == run_id


async def test_a_start_that_is_refused_is_exit_code_2(pairs: Installation, tmp_path: Path) -> None:
    done = await call(pairs, tmp_path, "start", "e2e.steps")
    assert done.returncode == 2
    assert "missing argument 'n'" in done.stderr
    done = await call(pairs, tmp_path, "start", "no-such-workflow")
    assert done.returncode == 2
    assert "warren register" in done.stderr


async def test_run_uses_the_servers_whose_workers_have_the_module(pairs: Installation, tmp_path: Path) -> None:
    write_modules(tmp_path)
    worker = begin(tmp_path, "worker", "shop", servers=pairs.environment)
    try:
        done = await call(pairs, tmp_path, "run", "shop:Sleeper", "-i", "seconds=0.1")
        registered = await data(pairs, tmp_path, "register", "shop")
    finally:
        worker.terminate()
        await asyncio.to_thread(worker.communicate)
    assert worker.returncode == 0
    assert (done.returncode, done.stdout) == (0, "26\n"), done.stderr
    assert set(registered) == {"cli.doubled", "cli.failing", "cli.sleeper"}
    assert not (tmp_path / ".warren").exists()


async def test_a_run_can_be_cancelled(pairs: Installation, tmp_path: Path) -> None:
    write_modules(tmp_path)
    await data(pairs, tmp_path, "register", "shop")
    run_id = (await data(pairs, tmp_path, "start", "cli.failing", "-i", "text=x"))["run_id"]  # no worker has its queue
    assert (await call(pairs, tmp_path, "cancel", run_id, "--reason", "test")).returncode == 0

    async def is_cancelled() -> bool:
        return (await data(pairs, tmp_path, "show", run_id))["status"] == "cancelled"

    await eventually(is_cancelled, within_seconds=30)
    assert (await call(pairs, tmp_path, "cancel", str(uuid4()))).returncode == 2


async def test_who_stops_waiting_is_told_which_run_goes_on(pairs: Installation, tmp_path: Path) -> None:
    write_modules(tmp_path)
    await data(pairs, tmp_path, "register", "shop")
    run_id = str(uuid4())
    arguments = ("start", "cli.failing", "-i", "text=x", "--run-id", run_id, "--wait")  # no worker has its queue
    waiting = begin(tmp_path, *arguments, servers=pairs.environment)

    async def is_under_way() -> bool:
        return (await call(pairs, tmp_path, "show", run_id)).returncode == 0

    await eventually(is_under_way, within_seconds=30)
    waiting.send_signal(signal.SIGINT)
    stdout, stderr = await asyncio.to_thread(waiting.communicate)
    assert (waiting.returncode, stdout, stderr) == (
        130,
        "",
        f"run {run_id} goes on; see it with: warren show {run_id}\n",
    )


async def test_migrate_and_topology_may_be_repeated(pairs: Installation, tmp_path: Path) -> None:
    assert (await data(pairs, tmp_path, "migrate"))["applied"] == []
    made = await data(pairs, tmp_path, "topology", "--queue", "gpu")
    assert "warren.actions.gpu" in made["queues"]
    assert (await call(pairs, tmp_path, "topology")).returncode == 0


SCRIPT = """
import asyncio
from tests.e2e.workload import Steps

async def main():
    print(await Steps().run(1, steps=2))
    handle = await Steps().start(2, steps=1)
    print(await handle.result(), (await handle.status()).value)

asyncio.run(main())
asyncio.run(main())  # another event loop
"""


async def test_a_plain_script_runs_workflows_and_leaves_nothing_open(pairs: Installation, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-X", "dev", "script.py"],
        cwd=tmp_path,
        env=environment(**pairs.environment, PYTHONPATH=str(ROOT)),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "3\n3 completed\n" * 2), done.stderr
    for complaint in ("Task was destroyed", "never retrieved", "ResourceWarning", "never awaited"):
        assert complaint not in done.stderr
