"""Waiting in tests until nothing more can happen: what proves that something does *not* happen, without a sleep.

It sees one event loop: callbacks and timers. It does not see sockets, threads and processes, so it is for tests whose
broker and store are in memory.
"""

from __future__ import annotations

import asyncio
from typing import Any

from warren.ports.broker import Delivery, Subscription

MOST_TURNS = 100_000
"""A loop that still has work after so many turns is never idle."""


async def idle(*, after_seconds: float = 0.0) -> None:
    """Wait until the loop has run whatever it can run now, and every timer due within `after_seconds`.

    However slow the machine is, those timers and all that follows from them have run when this returns. Where no timer
    is set, it returns at once.
    """
    loop: Any = asyncio.get_running_loop()
    end = loop.time() + after_seconds
    for _ in range(MOST_TURNS):
        await asyncio.sleep(0)
        if loop._ready:  # the only way to ask a loop whether it has anything to do
            continue
        due = [timer.when() for timer in loop._scheduled if not timer.cancelled() and timer.when() <= end]
        if not due:
            return
        await asyncio.sleep(max(0.0, min(due) - loop.time()))
    raise AssertionError(f"the event loop is not idle after {MOST_TURNS} turns")


async def arrived(subscription: Subscription, *, after_seconds: float) -> list[Delivery]:
    """What has come once the loop is idle; maybe nothing."""
    receiving = asyncio.ensure_future(subscription.receive(100))
    await idle(after_seconds=after_seconds)
    if receiving.done():
        return receiving.result()
    receiving.cancel()
    return []
