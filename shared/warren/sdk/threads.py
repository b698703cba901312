"""Running plain `def` actions: in a pool of threads, with the caller's context variables.

A thread cannot be stopped: when the attempt times out or is cancelled its result is dropped, but the function runs on
to its end and keeps its thread until then.
"""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

from warren.errors import ActionError

MAX_THREADS = 64


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MAX_THREADS, thread_name_prefix="warren-action")


async def call_in_thread(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call `func` in a thread and wait for it; at most `MAX_THREADS` run at a time."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_pool(), context.run, _call, func, args, kwargs)


def _call(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    try:
        return func(*args, **kwargs)
    except StopIteration as error:  # no future can carry it; a coroutine turns it into the same error
        raise RuntimeError(f"{func.__qualname__}() raised StopIteration") from error
    except (SystemExit, KeyboardInterrupt) as error:  # as a future's exception it would stop the event loop
        raise ActionError(f"the action {func.__qualname__!r} {ending(error)}") from error


def ending(error: SystemExit | KeyboardInterrupt) -> str:
    """What the code did that wanted to end its process."""
    return f"called sys.exit({error.code!r})" if isinstance(error, SystemExit) else "raised KeyboardInterrupt"
