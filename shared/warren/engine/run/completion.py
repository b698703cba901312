"""Completing futures and waking the waiters of each: the other direction of what `scheduling` starts.

The order is asyncio's: a waiter is resumed in a turn of its own, behind all that is ready already. Programs can tell
(`asyncio.sleep(0)` gives up one turn), so turns are counted as CPython counts them.
"""

from __future__ import annotations

from typing import Any

from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.run.transition import Transition
from warren.engine.values.calls import Awaitable
from warren.engine.values.futures import Future, FutureState, Gather, Launch, Notice, Strand
from warren.engine.values.limits import OBJECT_BYTES


class Completion:
    """Ends what was started, within one transition; and makes the tasks whose ends it will be."""

    __slots__ = ("_transition",)

    def __init__(self, transition: Transition) -> None:
        self._transition = transition

    def create_task(self, coro: Any, *, name: Any = None, context: Any = None) -> Future:
        """`asyncio.create_task`: starts when the caller next waits."""
        if isinstance(coro, Future) or not isinstance(coro, Awaitable):
            raise TypeError(f"a coroutine was expected, got {coro!r}")
        budget = self._transition.budget
        budget.allocate(OBJECT_BYTES)
        budget.spend(2)
        future = Future(is_task=True)
        self._transition.run.ready.append(Launch(coro, future))
        return future

    def complete(self, future: Future, state: FutureState, value: Any) -> None:
        """A future is done, failed or cancelled: each waiter gets a turn."""
        if future.state is not FutureState.PENDING:
            return
        future.state, future.value = state, value
        waiters, future.waiters = future.waiters, []
        ready = self._transition.run.ready
        for waiter in waiters:
            if not isinstance(waiter, Strand):
                ready.append(Notice(waiter, future))
            elif waiter.waits_for is future:
                ready.append(waiter)

    def fail(self, future: Future, error: BaseException) -> None:
        """A future came to its end with an exception."""
        state = FutureState.CANCELLED if isinstance(error, CancelledError) else FutureState.FAILED
        self.complete(future, state, error)

    def child_done(self, gather: Gather, index: int, child: Future) -> None:
        """A child of a gather is complete."""
        if gather.state is not FutureState.PENDING:
            return
        gather.children[index] = None
        if child.state is not FutureState.DONE and not gather.return_exceptions:
            self.complete(gather, FutureState.FAILED, child.value)
            return
        is_cancelled = child.state is FutureState.CANCELLED
        gather.results[index] = CancelledError("") if is_cancelled else child.value  # asyncio makes one of its own
        gather.remaining -= 1
        if gather.remaining:
            return
        results, gather.results, gather.children = gather.results, [], []
        if gather.cancelled_by is not None:
            self.complete(gather, FutureState.FAILED, gather.cancelled_by)
        elif gather.places is not None:
            self.complete(gather, FutureState.DONE, [results[place] for place in gather.places])
        else:
            self.complete(gather, FutureState.DONE, results)
