"""The timeout of one attempt, which stands still while the attempt waits for a thread. Must not know threads."""

from __future__ import annotations

import asyncio
from contextvars import ContextVar


class AttemptTimeout:
    """Wraps the `asyncio.timeout` scope of the task that made it; used in that task and its event loop only."""

    __slots__ = ("_left", "_loop", "_scope", "_task")

    def __init__(self, scope: asyncio.Timeout) -> None:
        self._scope = scope
        self._loop = asyncio.get_running_loop()
        self._task = asyncio.current_task()
        self._left: float | None = None

    @property
    def is_own(self) -> bool:
        """Whether the running task is the one whose time this counts, and not one that it has started."""
        return asyncio.current_task() is self._task

    def pause(self) -> None:
        """Stop counting. Without effect once the time is over."""
        when = self._scope.when()
        if when is not None and not self._scope.expired():
            self._left = when - self._loop.time()
            self._scope.reschedule(None)

    def resume(self) -> None:
        """Go on counting. Without effect unless `pause` was called before."""
        left, self._left = self._left, None
        if left is not None:
            self._scope.reschedule(self._loop.time() + left)


current_timeout: ContextVar[AttemptTimeout] = ContextVar("warren_attempt_timeout")
