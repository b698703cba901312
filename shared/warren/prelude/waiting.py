"""`wait`, `as_completed` and `shield`: what asyncio's do in CPython 3.13, turn by turn.

What CPython keeps in sets of tasks, whose order is chance, is in the order that the caller gave here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from warren.prelude.primitives import (
    Future,
    as_future,
    is_coroutine,
    is_future,
    new_future,
    set_exception,
    set_result,
)
from warren.prelude.queues import Queue


async def wait(
    fs: Iterable[Any], *, timeout: float | None = None, return_when: str = asyncio.ALL_COMPLETED
) -> tuple[set[Future], set[Future]]:
    """`asyncio.wait`: those that are done and those that are not, when as much has happened as is waited for."""
    if is_future(fs) or is_coroutine(fs):
        raise TypeError(f"expect a list of futures, not {type(fs).__name__}")
    futures = list(dict.fromkeys(fs))
    if not futures:
        raise ValueError("Set of Tasks/Futures is empty.")
    if return_when not in ("FIRST_COMPLETED", "FIRST_EXCEPTION", "ALL_COMPLETED"):
        raise ValueError(f"Invalid return_when value: {return_when}")
    if any(is_coroutine(future) for future in futures):
        raise TypeError("Passing coroutines is forbidden, use tasks explicitly.")
    await _wait(futures, timeout, return_when)
    done = {future for future in futures if future.done()}
    return done, {future for future in futures if future not in done}


async def _wait(futures: list[Future], timeout: float | None, return_when: str) -> None:
    """Wait until enough has happened: what is done already has a turn for that, too."""
    over = new_future(timeout)
    remaining = len(futures)

    def count(future: Future) -> None:
        nonlocal remaining
        remaining -= 1
        if (remaining == 0 or _is_enough(future, return_when)) and not over.done():
            set_result(over)

    for future in futures:
        future.add_done_callback(count)
    try:
        await over
    finally:
        for future in futures:
            future.remove_done_callback(count)


def _is_enough(future: Future, return_when: str) -> bool:
    """Whether this one is done in the way for which the others need not be waited for."""
    if return_when == "FIRST_EXCEPTION":
        return not future.cancelled() and future.exception() is not None
    return return_when == "FIRST_COMPLETED"


def as_completed(fs: Iterable[Any], *, timeout: float | None = None) -> Iterator[Any]:
    """`asyncio.as_completed`: as many awaitables as there are futures, the first for the first that is done."""
    if is_future(fs) or is_coroutine(fs):
        raise TypeError(f"expect an iterable of futures, not {type(fs).__name__}")
    left = dict.fromkeys([as_future(one) for one in dict.fromkeys(fs)])
    done = Queue()
    limit = None if timeout is None or not left else new_future(timeout)

    def complete(future: Future) -> None:
        if left:
            left.pop(future)
            done.put_nowait(future)
            if not left and limit is not None:
                limit.cancel()

    def expire(_: Future) -> None:
        for future in left:
            future.remove_done_callback(complete)
            done.put_nowait(None)
        left.clear()

    async def take() -> Any:
        future = await done.get()
        if future is None:
            raise TimeoutError
        return future.result()

    for future in left:
        future.add_done_callback(complete)
    if limit is not None:
        limit.add_done_callback(expire)
    return iter([take() for _ in left])


def ensure_future(coro_or_future: Any, *, loop: None = None) -> Future:
    """`asyncio.ensure_future`: a future as it is, a task for a call."""
    return as_future(coro_or_future)


def shield(arg: Any) -> Future:
    """`asyncio.shield`: a future that ends as the inner one does, and can be cancelled without it."""
    inner = as_future(arg)
    if inner.done():
        return inner
    outer = new_future()

    def inner_is_done(inner: Future) -> None:
        if outer.done():
            return
        if inner.cancelled():
            outer.cancel()
            return
        error = inner.exception()
        if error is None:
            set_result(outer, inner.result())
        else:
            set_exception(outer, error)

    def outer_is_done(_: Future) -> None:
        if not inner.done():
            inner.remove_done_callback(inner_is_done)

    inner.add_done_callback(inner_is_done)
    outer.add_done_callback(outer_is_done)
    return outer
