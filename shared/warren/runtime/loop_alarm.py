"""The end of a process whose event loop computes without end, where nothing inside of it could end that.

A loop inside a C function keeps the interpreter to itself: no thread, no signal handler and no exception gets a turn.
Such a process holds its deliveries indefinitely, and another one that gets them is lost the same way. So a timer of the
operating system, which counts the processor time of the process, ends it; what it held is delivered again, as something
that may have been the end of a process (`trial`). Must not know what is computed.
"""

from __future__ import annotations

import asyncio
import contextlib
import faulthandler
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

FACTOR: Final = 3
"""The alarm strikes after so many times the seconds of a transition, which the watchdog ends much earlier if it can."""
_RENEWALS: Final = 6


@asynccontextmanager
async def loop_alarm(seconds: float) -> AsyncIterator[None]:
    """End this process when its event loop has no turn for so many seconds of its processor time.

    The stacks of its threads go to standard error; the process dies of SIGPROF. Does nothing outside of the main
    thread, where there are no such timers, and where something else (a profiler) has the signal.
    """
    if not _is_possible():
        yield
        return
    with contextlib.suppress(AttributeError, OSError, RuntimeError, ValueError):  # no standard error to write to
        faulthandler.register(signal.SIGPROF, all_threads=True, chain=True)
    renewing = asyncio.create_task(_renew(seconds), name="loop alarm")
    try:
        yield
    finally:
        renewing.cancel()
        signal.setitimer(signal.ITIMER_PROF, 0)
        faulthandler.unregister(signal.SIGPROF)


async def _renew(seconds: float) -> None:
    while True:
        signal.setitimer(signal.ITIMER_PROF, seconds)
        await asyncio.sleep(seconds / _RENEWALS)


def _is_possible() -> bool:
    return (
        hasattr(signal, "ITIMER_PROF")
        and threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGPROF) is signal.SIG_DFL
    )
