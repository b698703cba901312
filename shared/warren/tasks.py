"""Tasks that race, and tasks that have to end. Must not know what they do."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable
from typing import Any, Final

_INSIST_SECONDS: Final = 1.0


async def first_of(*awaitables: Awaitable[object]) -> None:
    """Wait for the first of them to end, however it does; the others are cancelled."""
    tasks = [asyncio.ensure_future(each) for each in awaitables]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            if not task.cancel() and not task.cancelled():
                task.exception()  # seen


async def ends_before(task: asyncio.Future[Any], event: asyncio.Event) -> bool:
    """Wait until `task` has ended (true), or `event` is set: then `task` is cancelled and has ended, too.

    It has also ended when this is cancelled.
    """
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        return task.done()
    finally:
        waiting.cancel()
        await cancel([task])


async def cancel(tasks: Iterable[asyncio.Future[Any]]) -> None:
    """Cancel tasks until they have ended, whatever their outcome.

    aiormq makes an error of a cancellation that comes while it opens something, and a task that tries again after
    errors would never end.
    """
    tasks = list(tasks)
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_INSIST_SECONDS)
    for task in tasks:
        if not task.cancelled():
            task.exception()  # seen
