"""Negative controls: each harm is real, and is harmless only because of the safeguard that is made for it."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest
from tests.support.machine import allowed

PRELUDE = """
import asyncio, contextlib, ctypes, faulthandler, itertools, os, signal, sys, time
from warren.runtime.fork_safety import detached_children
from warren.runtime.loop_alarm import loop_alarm
from warren.runs.transition_watchdog import TransitionOverdue, TransitionWatchdog
from warren.runs.trial import ForkTrial, NoTrial

is_guarded = sys.argv[1] == "guarded"

"""


@dataclass(frozen=True)
class Harm:
    """A program, its exit code (None: it never ends) and what it prints, with the safeguard and without."""

    program: str
    guarded: tuple[int | None, str]
    unguarded: tuple[int | None, str]


HARMS = {
    "a transition that never ends": Harm(
        """
watchdog = TransitionWatchdog(0.2 if is_guarded else 1_000.0)
with watchdog:
    watchdog.current = "a transition"
    try:
        while True:
            pass
    except TransitionOverdue:
        print("ended")
watchdog.close()
""",
        guarded=(0, "ended"),
        unguarded=(None, ""),
    ),
    "a loop in C": Harm(
        """
async def main():
    async with loop_alarm(0.3) if is_guarded else contextlib.nullcontext():
        await asyncio.sleep(0)
        sum(itertools.repeat(0))

asyncio.run(main())
""",
        guarded=(-signal.SIGPROF, ""),
        unguarded=(None, ""),
    ),
    "an event that ends its process": Harm(
        """
async def main():
    trial = ForkTrial(1.0) if is_guarded else NoTrial()
    apply = lambda: ctypes.string_at(0)
    if await trial.run([apply]) is None:
        apply()
    print("alive")

asyncio.run(main())
""",
        guarded=(0, "alive"),
        unguarded=(-signal.SIGSEGV, ""),
    ),
    "a signal for a forked child": Harm(
        """
async def main():
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, print, "draining")
    with detached_children() if is_guarded else contextlib.nullcontext():
        if (child := os.fork()) == 0:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(0.2)
            os._exit(0)
        await asyncio.sleep(0.5)
        os.waitpid(child, 0)
    print("done")

asyncio.run(main())
""",
        guarded=(0, "done"),
        unguarded=(0, "draining\ndone"),
    ),
}


def outcome(program: str, how: str, *, ends: bool) -> tuple[int | None, str]:
    """The exit code and the output of a process; no exit code when it had to be killed.

    One that should end has time for it, however busy the machine is; one that should not is given a few seconds.
    """
    command = [sys.executable, "-c", PRELUDE + program, how]
    try:
        timeout = 60 if ends else allowed(2)
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=False)
    except subprocess.TimeoutExpired as expired:
        return None, (expired.stdout or b"").decode().strip()
    return done.returncode, done.stdout.strip()


@pytest.mark.parametrize("what", HARMS)
def test_a_harm_that_its_safeguard_keeps_away(what: str) -> None:
    harm = HARMS[what]
    for how, expected in (("guarded", harm.guarded), ("unguarded", harm.unguarded)):
        assert outcome(harm.program, how, ends=expected[0] is not None) == expected, how
