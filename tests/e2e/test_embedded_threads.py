"""`warren run` without servers, with actions that hang or fork: it ends when it is told to, and says what hangs."""

from __future__ import annotations

import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.e2e.warren_command import begin, warren
from tests.support.machine import allowed

pytestmark = pytest.mark.timeout(180)

MODULE = '''
import asyncio
import multiprocessing
import os
import time
from pathlib import Path

from warren import ActionTimeout, Workflow, action, workflow


def wait() -> int:
    Path("holding").touch()
    while not Path("gate").exists():
        time.sleep(0.02)
    return 5


def square(n: int) -> int:
    return n * n


@action
def plain() -> int:
    return wait()


@action
async def threaded() -> int:
    return await asyncio.to_thread(wait)


@action
async def stubborn() -> int:
    """Refuses to be cancelled."""
    Path("holding").touch()
    while not Path("gate").exists():
        try:
            await asyncio.sleep(0.02)
        except asyncio.CancelledError:
            pass
    return 5


@action
def quick() -> int:
    return 1


@action
def by_pool(n: int) -> int:
    with multiprocessing.get_context("fork").Pool(2) as pool:
        return sum(pool.map(square, range(n)))


@workflow
class Plain(Workflow):
    async def run(self) -> int:
        return await plain()


@workflow
class Threaded(Workflow):
    async def run(self) -> int:
        return await threaded()


@workflow
class Stubborn(Workflow):
    async def run(self) -> int:
        return await stubborn()


@workflow
class Hanging(Workflow):
    async def run(self, count: int) -> int:
        for _ in range(count):
            try:
                await self.run_action(plain(), timeout=0.2)
            except ActionTimeout:
                pass
        return await quick()


@workflow
class Pooled(Workflow):
    async def run(self, n: int) -> int:
        return await by_pool(n)
'''


STARTED: list[subprocess.Popen[str]] = []


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A directory with the module; what was started there and did not end is killed."""
    (tmp_path / "holds.py").write_text(MODULE)
    yield tmp_path
    while STARTED:
        process = STARTED.pop()
        process.kill()
        process.communicate()


def begin_holding(place: Path, workflow: str, *, drain: str) -> subprocess.Popen[str]:
    """Start a run, and return when its action holds it."""
    process = begin(place, "run", f"holds:{workflow}", servers={"WARREN_DRAIN_SECONDS": drain})
    STARTED.append(process)
    deadline = time.monotonic() + 60
    while not (place / "holding").exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return process


@pytest.mark.parametrize("workflow", ["Plain", "Threaded", "Stubborn"])
def test_ctrl_c_ends_a_run_at_the_drain_limit_and_it_goes_on_later(place: Path, workflow: str) -> None:
    process = begin_holding(place, workflow, drain="1")
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert time.monotonic() - begun < allowed(1 + 4 if workflow == "Plain" else 1 + 2 + 5 + 4), err
    assert "is not finished" in err
    (place / "gate").touch()
    run_id = err.split("run ")[1].split()[0]
    done = warren(place, "run", f"holds:{workflow}", "--run-id", run_id)
    assert (done.returncode, done.stdout) == (0, "5\n"), done.stderr


def test_ctrl_c_twice_ends_it_at_once(place: Path) -> None:
    process = begin_holding(place, "Plain", drain="60")
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    assert "Ctrl-C again stops at once" in process.stderr.readline()
    begun = time.monotonic()
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 130
    assert time.monotonic() - begun < allowed(5)


def test_a_run_ends_with_its_result_although_a_function_hangs(place: Path) -> None:
    done = warren(place, "run", "holds:Hanging", "-i", "count=2")
    assert (done.returncode, done.stdout) == (0, "1\n"), done.stderr


def test_with_too_many_hanging_functions_a_plain_action_fails_and_says_why(place: Path) -> None:
    servers = {"WARREN_MAX_ABANDONED_THREADS": "2"}
    done = warren(place, "run", "holds:Hanging", "-i", "count=2", servers=servers)
    assert done.returncode == 1
    assert "no plain `def` is run any more until some of these have ended: holds:plain (2, for up to" in done.stderr
    assert "too many abandoned actions" in done.stderr, "the log says it as well"


def test_an_action_may_use_a_pool_of_processes(place: Path) -> None:
    done = warren(place, "run", "holds:Pooled", "-i", "n=10")
    assert (done.returncode, done.stdout) == (0, "285\n"), done.stderr
