"""Running a coroutine as the work of a process: on uvloop where it is installed, and not in forked children."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from warren.runtime.fork_safety import detached_children
from warren.sdk import forks

T = TypeVar("T")


def run_async(work: Coroutine[Any, Any, T], *, before_close: Callable[[T], None] | None = None) -> T:
    """Run to the end. `before_close` gets the result before the event loop is closed, which waits for its threads.

    A child that an action forks, and in which control comes back to here, ends.
    """
    generation = forks.generation
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        try:
            result = runner.run(_detached(work))
        except BaseException as error:
            forks.end_child(generation, error)
            raise
        forks.end_child(generation)
        if before_close is not None:
            before_close(result)
    return result


async def _detached(work: Coroutine[Any, Any, T]) -> T:
    with detached_children():
        return await work


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
