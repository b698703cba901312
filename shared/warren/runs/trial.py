"""Trying pieces of work in a child process first: those that may have been the end of a process like this one.

The child is a fork that computes, and nothing else: it has everything in memory that this process has, touches no
socket and no event loop, and is gone when it is done. What it dies of, or computes at for too long, would have done the
same to this process. Must not know what the work is.
"""

from __future__ import annotations

import asyncio
import contextlib
import mmap
import os
import signal
import struct
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final, Protocol

_ENDED: Final = (signal.SIGXCPU, signal.SIGKILL)
_CHECK_SECONDS: Final = 0.005
_WALL_FACTOR: Final = 6
"""A child that is not done after so many times its processor seconds of wall-clock time is ended."""
_progress: Final = struct.Struct("q")


@dataclass(frozen=True, slots=True)
class Culprit:
    """The piece of work (by its index) that a child process did not survive, and how that showed."""

    index: int
    reason: str


class Trial(Protocol):
    """Finds out whether work is safe to do."""

    async def run(self, work: Sequence[Callable[[], object]]) -> Culprit | None:
        """Do each piece of work where it can do no harm; the first one that is not survived."""
        ...


class NoTrial:
    """Takes all work for safe: where a process cannot be forked, or is not this program's own."""

    async def run(self, work: Sequence[Callable[[], object]]) -> Culprit | None:
        return None


class ForkTrial:
    """Tries work in a fork of this process, which may compute for `seconds` of processor time."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    async def run(self, work: Sequence[Callable[[], object]]) -> Culprit | None:
        """Exceptions are no harm: only what ends the child, or never ends, is."""
        with mmap.mmap(-1, _progress.size) as shared:
            pid = self._fork(work, shared)
            try:
                status = await self._ended(pid)
            except BaseException:
                _end(pid)
                raise
            if status == 0:
                return None
            (index,) = _progress.unpack(shared[:])
        return Culprit(index, self._described(status))

    def _fork(self, work: Sequence[Callable[[], object]], shared: mmap.mmap) -> int:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # about threads: the child uses none of them
            sys.stdout.flush()
            sys.stderr.flush()
            pid = os.fork()
        if pid == 0:
            _be_harmless(ceil(self._seconds))
            for index, piece in enumerate(work):
                shared[:] = _progress.pack(index)
                with contextlib.suppress(BaseException):  # this process meets it, too, and can deal with it
                    piece()
            os._exit(0)
        return pid

    async def _ended(self, pid: int) -> int | None:
        """The child's wait status; None when it had to be ended."""
        deadline = time.monotonic() + self._seconds * _WALL_FACTOR
        while True:
            done, status = _peek(pid)
            if done:
                return status
            if time.monotonic() > deadline:
                _end(pid)
                return None
            await asyncio.sleep(_CHECK_SECONDS)

    def _described(self, status: int | None) -> str:
        if status is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) in _ENDED):
            return f"it did not end within {self._seconds:g} s of processor time (or ran out of memory)"
        if os.WIFSIGNALED(status):
            return f"it ended its process with {signal.Signals(os.WTERMSIG(status)).name}"
        return f"it ended its process with exit code {os.WEXITSTATUS(status)}"


def _peek(pid: int) -> tuple[int, int]:
    return os.waitpid(pid, os.WNOHANG)


def _end(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _be_harmless(seconds: int) -> None:
    """In the child: no signal reaches the parent's event loop, and there is an end to it."""
    import resource  # not on every platform, and only a fork needs it

    signal.set_wakeup_fd(-1)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGXCPU, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
