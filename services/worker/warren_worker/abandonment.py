"""Plain `def` functions that hang although nobody waits for them, and what becomes of a worker with many of them.

Each is logged. A worker that is a process of its own then drains and restarts, which ends them. One inside another
process cannot: its pool refuses further plain functions until some of these have ended. Must not know how a thread is
run.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from warren.runtime.logs import get_logger
from warren.sdk.threads import MAX_THREADS, AbandonedCall, ThreadPool, summary
from warren_worker.settings import WorkerSettings

log = get_logger(__name__)


class Abandonment:
    """The threads of one worker, at most `max_abandoned_threads` of them abandoned.

    `restart` is called once, on the event loop, when there are so many; None where the process is not the worker's own.
    When `stop` is set the worker ends anyhow.
    """

    def __init__(self, settings: WorkerSettings, *, stop: asyncio.Event, restart: Callable[[], None] | None) -> None:
        self._limit = settings.max_abandoned_threads
        self._stop = stop
        self._restart = restart
        self._is_over = False
        self._loop = asyncio.get_running_loop()
        self.threads = ThreadPool(
            max_threads=max(MAX_THREADS, 2 * settings.concurrency),
            max_abandoned=self._limit if restart is None else None,
            on_abandoned=self._note_soon,
        )

    @property
    def is_bounded(self) -> bool:
        """Whether there are fewer than the limit; in a process of its own for good."""
        return not self._is_over and len(self.threads.abandoned) < self._limit

    def describe(self) -> str:
        """What hangs, and for how long."""
        calls = self.threads.abandoned
        return f"{len(calls)} plain functions hang in their threads: {summary(calls)}"

    def _note_soon(self, call: AbandonedCall) -> None:
        """In whatever thread it happens: an action may run an event loop of its own."""
        with contextlib.suppress(RuntimeError):  # the worker's loop is closed
            self._loop.call_soon_threadsafe(self._note, call, call.seconds)

    def _note(self, call: AbandonedCall, seconds: float) -> None:
        calls = self.threads.abandoned
        attempt = call.attempt
        log.warning(
            "action abandoned: its function continues in its thread, and its result is ignored",
            action=call.action,
            function=call.function,
            run_id=None if attempt is None else str(attempt.run_id),
            invocation=None if attempt is None else attempt.invocation,
            attempt=None if attempt is None else attempt.attempt,
            seconds=round(seconds, 3),
            abandoned=len(calls),
            limit=self._limit,
        )
        if len(calls) < self._limit or self._stop.is_set():
            return
        if self._restart is None:
            log.error("too many abandoned actions: no plain `def` starts until some have ended", hanging=summary(calls))
        elif not self._is_over:
            self._is_over = True
            log.error("too many abandoned actions: restarting this worker", hanging=summary(calls))
            self._restart()
