"""The last line of defence behind the engine's budgets: a transition that computes for too long is ended from outside.

A thread looks at what the event loop's thread computes, and raises `TransitionOverdue` in it when one transition has
used up its seconds. It counts the processor time of that thread, where the platform tells it, so that a machine that is
busy or a process that was stopped makes no transition overdue. What never comes back to Python code (a loop inside a C
function) gets no exception: for that there are `loop_alarm` and `trial`. Must not know runs.
"""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Callable
from typing import Final, Self

from warren.engine.values.limits import Stop
from warren.errors import LimitExceeded

_CHECKS: Final = 20
"""How many times the thread looks in the time that a transition has."""
_IDLE_CHECKS: Final = 40
"""After so many looks without work the thread sleeps until there is some."""


class TransitionOverdue(Stop):
    """Raised inside a transition that computes for too long. No workflow can catch it."""

    def __init__(self) -> None:
        super().__init__(LimitExceeded("a transition took too much time to compute"))


class TransitionWatchdog:
    """`with` it, a thread is watched. `seconds` is what one transition may take; see the module for which seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.current: object | None = None
        """What is computed now; the computing task sets it for each piece of work."""
        self.overdue: object | None = None
        """What was ended last, until it is asked for with `is_overdue`."""
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._target = 0
        self._clock: Callable[[], float] = time.monotonic

    def __enter__(self) -> Self:
        """Watch this thread."""
        self.overdue = None
        self._target = identity = threading.get_ident()
        if self._thread is None:
            self._start(identity)
        if not self._wake.is_set():
            self._wake.set()
        return self

    def __exit__(self, *_: object) -> None:
        """From now on nothing is raised any more."""
        with self._lock:
            self.current = None
            self._target = 0
            if self.overdue is not None:
                _raise_in(target=threading.get_ident(), error=None)

    def is_overdue(self, work: object) -> bool:
        """Whether this piece of work was ended, whatever it made of that; forgets it."""
        if self.overdue is not work or work is None:
            return False
        self.overdue = None
        return True

    def close(self) -> None:
        """End the thread."""
        self._ended.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _start(self, identity: int) -> None:
        self._clock = _processor_clock(identity)
        self._ended.clear()
        self._thread = threading.Thread(target=self._watch, name="warren-watchdog", daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        pause = self.seconds / _CHECKS
        seen: object | None = None
        since = 0.0
        idle = 0
        while not self._ended.wait(pause):
            work = self.current
            if work is None:
                seen, idle = None, idle + 1
                if idle > _IDLE_CHECKS:
                    self._wake.clear()
                    if not self._ended.is_set():
                        self._wake.wait()
                continue
            idle = 0
            now = self._clock()
            if work is not seen:
                seen, since = work, now
            elif now - since > self.seconds:
                self._end(work)
                since = now

    def _end(self, work: object) -> None:
        with self._lock:
            if self.current is work and self._target:
                self.overdue = work
                _raise_in(target=self._target, error=TransitionOverdue)


def _raise_in(*, target: int, error: type[BaseException] | None) -> None:
    """Have a thread raise an exception at its next instruction; None takes one back that it has not raised yet."""
    ctypes.pythonapi.PyThreadState_SetAsyncExc(
        ctypes.c_ulong(target), ctypes.py_object(error) if error is not None else None
    )


def _processor_clock(identity: int) -> Callable[[], float]:
    """Seconds of processor time of a thread; wall-clock time where the platform cannot tell."""
    if not hasattr(time, "pthread_getcpuclockid"):
        return time.monotonic
    clock = time.pthread_getcpuclockid(identity)
    return lambda: time.clock_gettime(clock)
