"""How this adapter waits and tries again: one backoff for everything that is attempted until it works."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Final

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, wait_random_exponential

from warren.errors import BrokerError

_STEP_SECONDS: Final = 0.5


def retrying(
    report: Callable[[BrokerError], None], *, gives_up_on: Callable[[BrokerError], bool] = lambda _: False
) -> AsyncRetrying:
    """Attempts at growing, random intervals from 0.1 to 3 s, for as long as they end with a `BrokerError`."""

    def before_sleep(state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome is not None else None
        if isinstance(error, BrokerError):
            report(error)

    return AsyncRetrying(
        wait=wait_random_exponential(multiplier=0.1, max=3.0, min=0.05),
        retry=retry_if_exception(lambda error: isinstance(error, BrokerError) and not gives_up_on(error)),
        before_sleep=before_sleep,
        reraise=True,
    )


@asynccontextmanager
async def awake_timeout(seconds: float) -> AsyncIterator[None]:
    """`asyncio.timeout`, but the time does not count in which the event loop stood still.

    What the broker sent meanwhile has not been read when the loop goes on, so that a clock would blame the broker.
    Raises `TimeoutError`.
    """
    async with asyncio.timeout(None) as scope:
        countdown = _Countdown(scope, seconds)
        try:
            yield
        finally:
            countdown.timer.cancel()


class _Countdown:
    """Ends a scope when it has been stepped through; a step that comes late does not count."""

    def __init__(self, scope: asyncio.Timeout, seconds: float) -> None:
        self._scope = scope
        self._left = seconds
        self._loop = asyncio.get_running_loop()
        self.timer = self._next()

    def _next(self) -> asyncio.TimerHandle:
        self._due = self._loop.time() + min(self._left, _STEP_SECONDS)
        return self._loop.call_at(self._due, self._step)

    def _step(self) -> None:
        if self._loop.time() - self._due <= _STEP_SECONDS:
            self._left -= _STEP_SECONDS
        if self._left > 0:
            self.timer = self._next()
        else:
            self._scope.reschedule(self._loop.time())
