"""A clock that stands still until a test moves it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

T = TypeVar("T")

START = datetime(2030, 1, 1, tzinfo=UTC)


class FakeClock:
    """The `Clock` of `warren.runtime.clock`, moved by `advance`."""

    def __init__(self, at: datetime = START) -> None:
        self._now = at
        self._moved = asyncio.Event()

    def now(self) -> datetime:
        return self._now

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        until = self._now + timedelta(seconds=seconds)
        waiting = asyncio.ensure_future(event.wait())
        try:
            while self._now < until and not event.is_set():
                moved = asyncio.ensure_future(self._moved.wait())
                await asyncio.wait({waiting, moved}, return_when=asyncio.FIRST_COMPLETED)
                moved.cancel()
        finally:
            waiting.cancel()

    async def sleep(self, seconds: float) -> None:
        await self.wait(asyncio.Event(), seconds)

    async def advance(self, seconds: float) -> None:
        """Move on, and let whoever waited go on."""
        self._now += timedelta(seconds=seconds)
        self._moved.set()
        self._moved = asyncio.Event()
        for _ in range(20):
            await asyncio.sleep(0)

    async def passing(self, work: Awaitable[T]) -> T:
        """Await `work` while time passes, ten times as fast as it does."""
        task = asyncio.ensure_future(work)
        while not task.done():
            await self.advance(0.05)
            await asyncio.sleep(0.005)
        return task.result()
