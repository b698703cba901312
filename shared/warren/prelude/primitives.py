"""All that the prelude asks of whoever runs it: bare futures, and telling them from calls.

The front end compiles a call of one of these to an intrinsic of the engine (`ir.intrinsics.PRELUDE`). The bodies here
say what they mean, in asyncio's words, so the prelude runs on a plain event loop too. Users cannot name them.
"""

from __future__ import annotations

import asyncio
from typing import Any

Future = asyncio.Future[Any]


def new_future(seconds: float | None = None) -> Future:
    """A future that is complete when somebody completes it; with `seconds`, at the latest then, with None."""
    loop = asyncio.get_running_loop()
    made: Future = loop.create_future()
    if seconds is not None:
        loop.call_later(seconds, _expire, made)
    return made


def _expire(future: Future) -> None:
    if not future.done():
        future.set_result(None)


def set_result(future: Future, value: Any = None) -> None:
    """Complete a future that is not complete yet."""
    future.set_result(value)


def set_exception(future: Future, error: BaseException) -> None:
    """Let a future fail that is not complete yet."""
    future.set_exception(error)


def as_future(awaitable: Any) -> Future:
    """A future as it is; anything else that can be awaited as a task."""
    future: Future = asyncio.ensure_future(awaitable)
    return future


def is_future(value: Any) -> bool:
    """Whether it is a future, a task or a gather."""
    return asyncio.isfuture(value)


def is_coroutine(value: Any) -> bool:
    """Whether it is a call that nobody has awaited yet."""
    return asyncio.iscoroutine(value)
