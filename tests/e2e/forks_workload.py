"""Workflows whose actions make processes by forking, in every way that Python has."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor

from warren import Workflow, action, workflow

FORK = multiprocessing.get_context("fork")


def square(n: int) -> int:
    return n * n


def by_pool(n: int) -> int:
    with FORK.Pool(2) as pool:  # leaving sends SIGTERM to its processes
        return sum(pool.map(square, range(n)))


def by_executor(n: int) -> int:
    with ProcessPoolExecutor(2, mp_context=FORK) as pool:
        return sum(pool.map(square, range(n)))


def by_process(n: int) -> int:
    """A process that is told to end, in the moment in which it begins."""
    process = FORK.Process(target=time.sleep, args=(600,))
    process.start()
    process.terminate()
    process.join(20)
    assert process.exitcode == -signal.SIGTERM, process.exitcode
    return sum(map(square, range(n)))


def by_preexec(n: int) -> int:
    script = "import signal; print(signal.getsignal(signal.SIGTERM) is signal.SIG_DFL)"
    done = subprocess.run(
        [sys.executable, "-c", script], preexec_fn=lambda: None, capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n", done.stdout
    return sum(map(square, range(n)))


def by_fork(n: int) -> int:
    """Children that end in every way."""
    for how, code in (("exit", 3), ("return", 0), ("raise", 1), ("loop", 4), ("hard", 5), ("old", 6)):
        pid = os.fork()
        if pid == 0:
            end(how)
            return -1  # in the child, where nobody may hear of it
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == code, how
    return sum(map(square, range(n)))


def end(how: str) -> None:
    async def in_a_loop() -> int:
        await asyncio.sleep(0.01)
        return 4

    match how:
        case "exit":
            sys.exit(3)
        case "raise":
            raise ValueError("in the child")
        case "loop":
            os._exit(asyncio.run(in_a_loop()))
        case "hard":
            os._exit(5)
        case "old":  # as before there was `asyncio.run`
            os._exit(asyncio.get_event_loop_policy().get_event_loop().run_until_complete(in_a_loop()) + 2)


WAYS: dict[str, Callable[[int], int]] = {
    "pool": by_pool,
    "executor": by_executor,
    "process": by_process,
    "preexec": by_preexec,
    "fork": by_fork,
}


@action
def in_thread(how: str, n: int) -> int:
    return WAYS[how](n)


@action
async def on_the_loop(how: str, n: int) -> int:
    return WAYS[how](n)


@action
async def leave_child() -> list[int]:
    """A child that lives on; gives the processes."""
    pid = os.fork()
    if pid == 0:
        time.sleep(600)
    return [os.getpid(), pid]


@action
def end_child(pid: int) -> int:
    """SIGTERM to the child; gives what ended it."""
    os.kill(pid, signal.SIGTERM)
    return -os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


@workflow
class Forking(Workflow):
    name = "forks.forking"

    async def run(self, how: str, n: int) -> list[int]:
        return [await in_thread(how, n), await on_the_loop(how, n)]


@workflow
class LeavingChild(Workflow):
    name = "forks.leaving_child"

    async def run(self) -> list[int]:
        return await leave_child()


@workflow
class EndingChild(Workflow):
    name = "forks.ending_child"

    async def run(self, pid: int) -> int:
        return await end_child(pid)
