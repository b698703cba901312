"""The `warren` command against real servers with services at work."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

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


async def test_the_types_of_the_registered_program_decide_what_a_typed_value_is(
    pairs: Installation, tmp_path: Path
) -> None:
    write_modules(tmp_path)
    version = (await data(pairs, tmp_path, "register", "shop"))["cli.failing"]
    for options in ([], ["--version", version]):
        started = await data(pairs, tmp_path, "start", "cli.failing", "-i", "text=3", *options)
        assert (await data(pairs, tmp_path, "show", started["run_id"]))["input"] == {"text": "3"}
        await data(pairs, tmp_path, "cancel", started["run_id"])
    as_json = await call(pairs, tmp_path, "start", "cli.failing", "-i", '{"text": 3}')
    assert as_json.returncode == 2
    unknown = await call(pairs, tmp_path, "start", "no-such-workflow", "-i", "text=3")
    assert unknown.returncode == 2
    assert "warren register" in unknown.stderr


@pytest.mark.parametrize("database", ["postgresql://127.0.0.1:1/x", "embedded:nowhere", "memory:"])
async def test_a_start_without_the_database_takes_values_for_json(
    pairs: Installation, tmp_path: Path, database: str
) -> None:
    servers = {**pairs.environment, "WARREN_DATABASE_URL": database}
    parts = ("-i", "n=1", "-i", "steps=2", "--wait")
    done = await asyncio.to_thread(warren, tmp_path, "start", "e2e.steps", *parts, servers=servers)
    assert (done.returncode, done.stdout) == (0, "3\n"), done.stderr
    assert "e2e.steps's parameters cannot be looked up" in done.stderr


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
        f"run {run_id} continues; see it with: warren show {run_id}\n",
    )


async def test_the_run_id_of_another_workflow_is_exit_code_2(pairs: Installation, tmp_path: Path) -> None:
    run_id = str(uuid4())
    arguments = ("start", "e2e.steps", "-i", "n=1", "-i", "steps=1", "--run-id", run_id, "--wait")
    assert (await call(pairs, tmp_path, *arguments)).stdout == "2\n"
    refused = await call(pairs, tmp_path, "start", "e2e.fan", "-i", "n=1", "--run-id", run_id, "--wait")
    assert (refused.returncode, refused.stdout) == (2, "")
    for part in (run_id, "'e2e.steps'", "'e2e.fan'"):
        assert part in refused.stderr
    assert (await call(pairs, tmp_path, *arguments)).stdout == "2\n"


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (("--key", ""), "key: '' is empty; write 1 to 500 characters, or leave the key away"),
        (("--key", "k" * 501), "(503 characters) is too long"),
        (("--run-id", "monday"), "--run-id 'monday': not a UUID"),
        (("--version", ""), "no program has the version ''"),
    ],
)
async def test_what_names_a_run_is_checked(
    pairs: Installation, tmp_path: Path, options: tuple[str, str], text: str
) -> None:
    done = await call(pairs, tmp_path, "start", "e2e.steps", "-i", "n=1", *options)
    assert done.returncode == 2
    assert text in done.stderr


async def test_runs_are_listed_by_creation_and_in_pages(pairs: Installation, tmp_path: Path) -> None:
    ids = [f"{number}0000000-0000-4000-8000-{uuid4().hex[:12]}" for number in (9, 1, 5, 3)]
    for run_id in ids:
        await pairs.client.run("e2e.fan", n=1, width=1, run_id=UUID(run_id))
    listed = [run["run_id"] for run in await data(pairs, tmp_path, "runs", "--workflow", "e2e.fan", "--limit", "4")]
    assert listed == ids[::-1]
    page = await data(pairs, tmp_path, "runs", "--workflow", "e2e.fan", "--before", ids[3], "--limit", "2")
    assert [run["run_id"] for run in page] == [ids[2], ids[1]]
    assert ids[3] in [run["run_id"] for run in await data(pairs, tmp_path, "runs", "--limit", "1")]
    missing = await call(pairs, tmp_path, "runs", "--before", str(uuid4()))
    assert missing.returncode == 2
    assert "there is no run with the id" in missing.stderr


ODD = """

import dataclasses


@workflow
class Odd(Workflow):
    name = "cli.odd"

    async def run(self) -> int:
        return 1


Odd.__warren_ir__ = dataclasses.replace(Odd.__warren_ir__, name="of another name")
"""


@pytest.mark.parametrize("options", [(), ("--json",)], ids=["people", "machines"])
async def test_what_can_be_registered_is_registered_and_printed(
    pairs: Installation, tmp_path: Path, options: tuple[str, ...]
) -> None:
    write_modules(tmp_path)
    with (tmp_path / "shop.py").open("a") as module:
        module.write(ODD)
    done = await call(pairs, tmp_path, "register", "shop", *options)
    assert done.returncode == 2
    assert "1 of 4 workflows are refused (the others are registered): cli.odd: the IR registered as" in done.stderr
    if options:
        assert set(json.loads(done.stdout)) == {"cli.doubled", "cli.failing", "cli.sleeper"}
    else:
        assert [line.split()[0] for line in done.stdout.splitlines()] == ["cli.doubled", "cli.failing", "cli.sleeper"]


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
