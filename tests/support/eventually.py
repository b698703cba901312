"""Waiting in tests: until something holds, with a deadline, never for a fixed time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from typing import TypeVar

T = TypeVar("T")


async def eventually(
    probe: Callable[[], T | Awaitable[T]], *, within_seconds: float = 30.0, every_seconds: float = 0.01
) -> T:
    """Wait until `probe` returns something true, and return it; fails after the deadline with what it said last."""
    deadline = time.monotonic() + within_seconds
    while True:
        answer = probe()
        value: T = await answer if isawaitable(answer) else answer
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {within_seconds} s; the last answer was {value!r}")
        await asyncio.sleep(every_seconds)
