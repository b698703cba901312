"""What Ctrl-C means while a command's coroutine runs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from warren.runtime.process_end import end_now
from warren.tasks import ends_before

T = TypeVar("T")


@contextmanager
def interrupts(on_first: Callable[[], None]) -> Iterator[asyncio.Event]:
    """An event that the first SIGINT or SIGTERM sets, after calling `on_first`; the second one ends the process."""
    interrupted = asyncio.Event()

    def on_signal(number: int) -> None:
        if interrupted.is_set():
            end_now(128 + number)
        on_first()
        interrupted.set()

    loop = asyncio.get_running_loop()
    numbers = (signal.SIGINT, signal.SIGTERM)
    for number in numbers:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield interrupted
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def unless_interrupted(interrupted: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """Await `work`; None when `interrupted` is set first, and then it has been cancelled."""
    task = asyncio.ensure_future(work)
    return task.result() if await ends_before(task, interrupted) else None
