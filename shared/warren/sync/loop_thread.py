"""The thread in which a synchronous client's event loop runs, and how other threads have work done there.

Must not know what the work is.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import AsyncGenerator, Coroutine, Iterator
from typing import Any, Final, TypeVar, cast

from warren.errors import BrokerUnavailable
from warren.sdk import forks

R = TypeVar("R")
_STOP_SECONDS: Final = 5.0
_END: Final = object()

NOT_CONNECTED: Final = (
    "this client is not connected: use it inside of `with Warren(...) as client:`, or call its open() first and its "
    "close() last"
)


class LoopThread:
    """An event loop in a daemon thread. Any number of threads may call it at once."""

    def __init__(self, name: str) -> None:
        self._generation = forks.generation
        self._is_stopped = False
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._work, name=name, daemon=True)
        self._thread.start()

    @property
    def is_inherited(self) -> bool:
        """Whether it is a parent process's, of which a fork copies no thread."""
        return self._generation != forks.generation

    def call(self, work: Coroutine[Any, Any, R]) -> R:
        """Have `work` done in the loop, in this thread's context, and return what it returns, or raise what it raises.

        Ctrl-C while waiting cancels the work and raises `KeyboardInterrupt` at once.

        Raises:
            RuntimeError: this thread runs an event loop, which must not be blocked; or this is a forked process.
            BrokerUnavailable: the thread was stopped.
        """
        try:
            self._check()
        except BaseException:
            work.close()
            raise
        try:
            future = asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:  # the loop was closed in this moment
            work.close()
            raise BrokerUnavailable(NOT_CONNECTED) from None
        try:
            return future.result()
        except concurrent.futures.CancelledError:
            raise BrokerUnavailable("the client was closed meanwhile; runs continue") from None
        finally:
            future.cancel()  # of an interrupted wait; what is done stays done

    def iterate(self, items: AsyncGenerator[R, None]) -> Iterator[R]:
        """What an asynchronous iterator gives, each when it is there."""
        try:
            while (item := self.call(_next(items))) is not _END:
                yield cast("R", item)
        finally:
            with contextlib.suppress(BrokerUnavailable, RuntimeError):
                self.call(items.aclose())

    def stop(self) -> None:
        """End the loop, and what is still at work in it. Idempotent."""
        if self._is_stopped or self.is_inherited:
            return
        self._is_stopped = True
        self._loop.call_soon_threadsafe(self._loop.stop)
        if threading.current_thread() is not self._thread:
            self._thread.join(_STOP_SECONDS)

    def _check(self) -> None:
        check_no_loop()
        if self.is_inherited:
            raise RuntimeError(
                "this client was opened in the process that this one was forked from; open one in each process: "
                "close() and open() it after the fork, or make a new one"
            )
        if self._is_stopped:
            raise BrokerUnavailable(NOT_CONNECTED)

    def _work(self) -> None:
        loop = self._loop
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
            loop.run_until_complete(loop.shutdown_asyncgens())
        finally:
            asyncio.set_event_loop(None)
            loop.close()


def check_no_loop() -> None:
    """Raise `RuntimeError` in a thread that runs an event loop."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    raise RuntimeError(
        "warren.sync would block the event loop that runs in this thread; use the asynchronous client here: "
        "`from warren import Warren`, `async with Warren() as client`, and await its methods"
    )


async def _next(items: AsyncGenerator[R, None]) -> R | object:
    return await anext(items, _END)
