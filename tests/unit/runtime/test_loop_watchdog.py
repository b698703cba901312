"""A blocked event loop is noticed, named and told of; one that is only idle, or whose whole process stood, is not."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import uvloop
from structlog.testing import capture_logs
from tests.support.machine import slowness

from warren.runtime import loop_watchdog
from warren.runtime.loop_watchdog import LoopWatchdog

TICK = 0.05

Logs = list[Any]


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop_watchdog, "TICK_SECONDS", TICK)
    monkeypatch.setattr(loop_watchdog, "BLOCKED_SECONDS", 2 * TICK)
    monkeypatch.setattr(loop_watchdog, "REPORT_SECONDS", 4 * TICK)


def sleep_here(seconds: float) -> None:
    time.sleep(seconds)


def compute_here(seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        pass


def name_of(task: asyncio.Task[Any] | None) -> Mapping[str, object]:
    return {"task": None if task is None else task.get_name()}


def watched(main: Callable[[], Any], factory: Any, **options: Any) -> Logs:
    """What is logged while `main` runs under a watchdog."""

    async def run() -> None:
        async with LoopWatchdog(describe=name_of, **options):
            await asyncio.sleep(2.5 * TICK)  # not while the watchdog looks
            await asyncio.create_task(main(), name="culprit")
            await asyncio.sleep(4 * TICK)

    with capture_logs() as logs, asyncio.Runner(loop_factory=factory) as runner:
        runner.run(run())
    return logs


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
@pytest.mark.parametrize("block", [sleep_here, compute_here])
def test_a_blocked_loop_is_reported_with_its_task_and_stack_and_once_when_it_goes_on(
    factory: Any, block: Callable[[float], None]
) -> None:
    async def main() -> None:
        block(2.5)

    logs = watched(main, factory)
    *reports, end = logs
    is_quiet = slowness() < 1.5  # a watchdog that hardly runs itself counts less, and looks less often
    assert [each["event"] for each in reports] == ["event loop blocked"] * len(reports) or not is_quiet
    assert (end["event"], end["task"]) == ("event loop unblocked", "culprit")
    assert 2.0 < end["seconds"] < 4.0 or not is_quiet
    reports = [each for each in reports if each["event"] == "event loop blocked"]
    times = [each["seconds"] for each in reports]
    assert times
    assert times == sorted(times)
    assert len(times) == 4 or not is_quiet, "after 0.2, 0.4, 0.8 and 1.6 seconds"
    for each in reports:
        assert (each["log_level"], each["task"]) == ("warning", "culprit")
        assert f"in {block.__name__}" in each["stack"]
        assert "in main" in each["stack"]
        assert "base_events.py" not in each["stack"], "what the loop is called by says nothing"


def test_a_loop_that_answers_is_not_reported() -> None:
    async def main() -> None:
        for _ in range(10):
            await asyncio.sleep(TICK)

    assert watched(main, asyncio.new_event_loop, keep_alive=lambda _: pytest.fail("it is not blocked")) == []


def test_what_keeps_alive_is_called_again_and_again_and_may_fail() -> None:
    calls: list[float] = []

    def keep_alive(seconds: float) -> None:
        calls.append(seconds)
        raise RuntimeError("dictionary changed size during iteration")

    async def main() -> None:
        sleep_here(20 * TICK)
        assert len(calls) > 5
        calls.clear()
        await asyncio.sleep(10 * TICK)
        assert calls == []

    logs = watched(main, asyncio.new_event_loop, keep_alive=keep_alive)
    assert {each["event"] for each in logs} >= {"event loop blocked", "event loop unblocked"}


def test_the_second_block_is_reported_like_the_first() -> None:
    async def main() -> None:
        for _ in range(2):
            sleep_here(6 * TICK)
            await asyncio.sleep(4 * TICK)

    events = [each["event"] for each in watched(main, asyncio.new_event_loop)]
    assert events == ["event loop blocked", "event loop unblocked"] * 2


@pytest.mark.parametrize("factory", [asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def test_code_that_lets_no_thread_run_is_named_when_it_has_ended(factory: Any) -> None:
    def add_here() -> int:
        return sum(range(60_000_000))

    async def main() -> None:
        add_here()

    for _ in range(5):  # a process that hardly gets a processor cannot tell this from having been stopped
        reports = [each for each in watched(main, factory) if each["event"] == "no other thread could run"]
        if reports:
            break
    report = reports[0]
    assert report["task"] == "culprit"
    assert "in add_here" in report["stack"]
    assert report["seconds"] > 0.1


SLEEPER = """
import asyncio
from warren.runtime.loop_watchdog import LoopWatchdog

async def main():
    async with LoopWatchdog(keep_alive=lambda seconds: print("blocked", flush=True)):
        for _ in range(40):
            print("tick", flush=True)
            await asyncio.sleep(0.1)

asyncio.run(main())
"""


def test_a_process_that_was_stopped_blames_nobody() -> None:
    process = subprocess.Popen([sys.executable, "-c", SLEEPER], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert process.stdout is not None
    for _ in range(10):
        assert process.stdout.readline() == b"tick\n"
    os.kill(process.pid, signal.SIGSTOP)
    time.sleep(2.5)  # more than twice what counts as blocked
    os.kill(process.pid, signal.SIGCONT)
    rest, _ = process.communicate(timeout=20)
    assert rest.split() == [b"tick"] * 30


COLLECTING = """
import gc, sys, threading
from warren.runtime.loop_watchdog import frame_of

class Kept(threading.local):
    pass

def litter():
    for _ in range(10):
        cycle = [Kept()]
        cycle[0].own = cycle
        cycle.append(cycle)

look = {"guarded": frame_of, "plain": lambda thread: sys._current_frames().get(thread)}[sys.argv[1]]
gc.set_threshold(1)
for _ in range(300):
    litter()
    assert look(threading.get_ident()) is not None
assert gc.isenabled()
print("over")
"""


def looks_around(how: str) -> bool:
    """Whether a process whose garbage is collected all the time can look for the frame of a thread."""
    try:
        done = subprocess.run([sys.executable, "-c", COLLECTING, how], capture_output=True, timeout=10)
    except subprocess.TimeoutExpired:
        return False
    assert done.stdout == b"over\n", done.stderr
    return True


def test_looking_for_a_thread_s_frame_cannot_stop_the_process() -> None:
    """With the control that it does where nothing is done about it, on the versions of Python that have the fault."""
    assert looks_around("guarded")
    if sys.version_info < (3, 11, 9):
        assert not looks_around("plain")
