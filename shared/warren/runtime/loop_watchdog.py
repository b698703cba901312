"""A thread that notices when the event loop is blocked, names what holds it up, and keeps alive what the loop cannot.

The loop is asked for an answer all the time; as long as there is none it is blocked: an `async def` that sleeps,
computes or waits without `await`. Where that is C code that does not give up the interpreter's lock, this thread stands
still as well: it can keep nothing alive, and says afterwards where that was. It must not know what a service does.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from types import FrameType
from typing import Any, Final, Self

from warren.runtime.logs import get_logger

log = get_logger(__name__)

TICK_SECONDS: Final = 0.5
BLOCKED_SECONDS: Final = 1.0
"""After so long without an answer the loop counts as blocked, and `keep_alive` is called about twice a second."""
REPORT_SECONDS: Final = 2.0
"""After so long it is reported, and then after twice as long each time, at least once a minute."""
_REPORT_EVERY: Final = 60.0
_MOST_FRAMES: Final = 40
_LOOP_FILES: Final = ("/asyncio/base_events.py", "/asyncio/events.py", "/asyncio/runners.py", "/asyncio/tasks.py")

Describe = Callable[[asyncio.Task[Any] | None], Mapping[str, object]]


class LoopWatchdog:
    """`async with LoopWatchdog(...)` watches the loop that runs it.

    `describe` gives fields for the log from the task that runs, and `keep_alive` is called with how many seconds the
    loop has been blocked; both are called from the watchdog's thread, while the loop may go on at any moment.
    """

    def __init__(
        self,
        *,
        describe: Describe | None = None,
        keep_alive: Callable[[float], None] | None = None,
    ) -> None:
        self._describe = describe
        self._keep_alive = keep_alive
        self._end = threading.Event()
        self._thread: threading.Thread | None = None
        self._loop_thread = 0
        self._asked = self._answered = 0

    async def __aenter__(self) -> Self:
        self._loop = asyncio.get_running_loop()
        self._loop_thread = threading.get_ident()
        context = contextvars.copy_context()  # the logs' fields
        self._thread = threading.Thread(target=context.run, args=(self._watch,), name="warren-watchdog", daemon=True)
        self._thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def _watch(self) -> None:
        blocked, report_at = 0.0, REPORT_SECONDS
        known: Mapping[str, object] = {}
        looked_at, worked = time.monotonic(), time.process_time()
        while not self._end.wait(TICK_SECONDS):
            now, at_work = time.monotonic(), time.process_time()
            elapsed, looked_at = now - looked_at, now
            work, worked = at_work - worked, at_work
            if elapsed >= REPORT_SECONDS and work >= elapsed / 5:
                self._report("no other thread could run", elapsed)
            # A process that was itself stopped blames nobody: no look counts for much longer than it should take.
            elapsed = min(elapsed, 2 * TICK_SECONDS)
            if self._answered == self._asked:
                if report_at > REPORT_SECONDS:
                    log.warning("event loop unblocked", **known, seconds=round(blocked, 1))
                blocked, report_at = 0.0, REPORT_SECONDS
                if not self._ask():
                    return
                continue
            blocked += elapsed
            if blocked >= report_at:
                known = self._report("event loop blocked", blocked)
                report_at += min(report_at, _REPORT_EVERY)
            if blocked >= BLOCKED_SECONDS and self._keep_alive is not None:
                self._guarded(self._keep_alive, blocked)

    def _ask(self) -> bool:
        """Whether there is a loop to ask."""
        self._asked += 1
        try:
            self._loop.call_soon_threadsafe(self._answer, self._asked)
        except RuntimeError:
            return False
        return True

    def _answer(self, number: int) -> None:
        self._answered = number

    def _report(self, event: str, seconds: float) -> Mapping[str, object]:
        """Log where the loop stands; returns what is known of it."""
        task = asyncio.current_task(self._loop)
        frame = frame_of(self._loop_thread)
        known = {} if self._describe is None else self._guarded(self._describe, task) or {}
        log.warning(event, **known, seconds=round(seconds, 1), stack=stack_below_loop(frame))
        return known

    def _guarded(self, call: Callable[[Any], Any], argument: Any) -> Any:
        """What is read here may be changed meanwhile by the loop, when it goes on: then this look gives nothing."""
        try:
            return call(argument)
        except Exception:
            log.debug("watchdog check failed", exc_info=True)
            return None


def context_of(task: asyncio.Task[Any]) -> contextvars.Context | None:
    """The context variables of a task, from whatever thread. Python 3.11 has no other way to them."""
    if (get_context := getattr(task, "get_context", None)) is not None:
        found = get_context()
        return found if isinstance(found, contextvars.Context) else None
    return next((each for each in gc.get_referents(task) if isinstance(each, contextvars.Context)), None)


def frame_of(thread: int) -> FrameType | None:
    """Where a thread is; None when it has ended.

    Before Python 3.11.9, `sys._current_frames` makes its objects under a lock of the interpreter which a garbage
    collection needs, too: one that begins there stops the whole process for ever (python/cpython issue 106883).
    """
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        return sys._current_frames().get(thread)
    finally:
        if is_collecting:
            gc.enable()


def stack_below_loop(frame: FrameType | None) -> str:
    """The stack that ends at `frame`, from what the event loop called on, newest call last."""
    if frame is None:
        return ""
    entries = traceback.extract_stack(frame)
    loop = max((index for index, entry in enumerate(entries) if entry.filename.endswith(_LOOP_FILES)), default=-1)
    return "".join(traceback.format_list(entries[loop + 1 :][-_MOST_FRAMES:] or entries[-_MOST_FRAMES:]))
