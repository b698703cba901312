"""Work that would end this process ends a child process instead, and is told from the work beside it."""

from __future__ import annotations

import ctypes
import faulthandler
import itertools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator

import pytest
from tests.support.machine import allowed

from warren.runs.trial import ForkTrial

trial = ForkTrial(1.0)


@pytest.fixture(autouse=True)
def no_faulthandler() -> Iterator[None]:
    """Without pytest's, which prints of a child what looks like a failure of the test."""
    faulthandler.disable()
    yield
    faulthandler.enable()


def crash() -> None:
    """As a fault in native code does."""
    ctypes.string_at(0)


def hang() -> None:
    """A loop in C, which takes neither signals nor exceptions."""
    sum(itertools.repeat(0))


def fail() -> None:
    raise RuntimeError("no harm")


@pytest.mark.parametrize(
    ("harm", "says"),
    [
        (crash, "ended its process with SIGSEGV"),
        (hang, "did not end within 1 s of processor time"),
        (lambda: os._exit(7), "ended its process with exit code 7"),
        (lambda: os.kill(os.getpid(), signal.SIGABRT), "ended its process with SIGABRT"),
    ],
    ids=["crash", "hang", "exit", "abort"],
)
async def test_what_a_process_does_not_survive_is_found(harm: Callable[[], None], says: str) -> None:
    culprit = await trial.run([list, fail, harm, list])
    assert culprit is not None
    assert culprit.index == 2
    assert says in culprit.reason


async def test_what_does_no_harm_is_safe_and_changes_nothing_here() -> None:
    done: list[int] = []
    begun = time.monotonic()
    assert await trial.run([lambda: done.append(1), fail, sys.exit]) is None
    assert done == []
    assert time.monotonic() - begun < allowed(5)


async def test_a_child_that_only_waits_is_ended_as_well() -> None:
    culprit = await ForkTrial(0.1).run([lambda: time.sleep(3_600)])
    assert culprit is not None


ENDLESS = """
import asyncio, itertools, sys
from warren.runtime.loop_alarm import loop_alarm

async def main():
    async with loop_alarm(0.3):
        await asyncio.sleep(0.05 if sys.argv[1] == "rest" else 0)
        if sys.argv[1] == "hang":
            sum(itertools.repeat(0))
        if sys.argv[1] == "busy":
            import time
            until = time.process_time() + 1.2
            while time.process_time() < until:
                sum(range(1000))
                await asyncio.sleep(0)
    print("ended by itself")

asyncio.run(main())
"""


@pytest.mark.parametrize(("how", "code"), [("rest", 0), ("busy", 0), ("hang", -signal.SIGPROF)])
def test_a_process_whose_loop_never_comes_back_is_ended(how: str, code: int) -> None:
    done = subprocess.run([sys.executable, "-c", ENDLESS, how], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == code, done.stderr
    assert ("ended by itself" in done.stdout) == (code == 0)
    assert ("in main" in done.stderr) == (code != 0), "the stack says where it was"
