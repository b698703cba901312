"""Completing futures and waking whoever waits for them: the other direction of what `scheduling` starts.

The order is asyncio's: whoever waits for a future hears of it in a turn of its own, behind all that is ready already.
Programs can tell (`asyncio.sleep(0)` gives up one turn), so turns are counted as CPython counts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_never

from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.values.objects import Future, FutureState, Gather, Notice, Settle, Strand, TaskGroup, Timeout
from warren.errors import InternalError

if TYPE_CHECKING:
    from warren.engine.run.cancellation import Contexts
    from warren.engine.run.state import RunState


class Futures:
    """The part of the scheduler that ends things."""

    contexts: Contexts

    def __init__(self) -> None:
        self._run: RunState | None = None

    @property
    def run(self) -> RunState:
        """The run that is being advanced."""
        if self._run is None:
            raise InternalError("workflow code ran outside a transition")
        return self._run

    def complete(self, future: Future, state: FutureState, value: Any) -> None:
        """A future is done, failed or cancelled: whoever waits for it gets a turn."""
        if future.state is not FutureState.PENDING:
            return
        future.state, future.value = state, value
        waiters, future.waiters = future.waiters, []
        ready = self.run.ready
        for waiter in waiters:
            if not isinstance(waiter, Strand):
                ready.append(Notice(waiter, future))
            elif waiter.waits_for is future:
                ready.append(waiter)

    def fail(self, future: Future, error: BaseException) -> None:
        """A future came to its end with an exception."""
        state = FutureState.CANCELLED if isinstance(error, CancelledError) else FutureState.FAILED
        self.complete(future, state, error)

    def settle(self, settle: Settle) -> None:
        """The turn of a future that was as good as complete."""
        future = settle.future
        if future.must_cancel is None:
            self.complete(future, settle.state, settle.value)
        else:
            self.complete(future, FutureState.CANCELLED, future.must_cancel)

    def hear(self, notice: Notice) -> None:
        """The turn of somebody who waits for a future that is complete."""
        match notice.waiter:
            case Timeout() as timeout:
                self.contexts.expire(timeout)
            case TaskGroup() as group:
                self.contexts.task_done(group, notice.future)
            case Future() as waiter:  # who waits for the end alone
                self.complete(waiter, FutureState.DONE, None)
            case (gather, index):
                self.child_done(gather, index, notice.future)
            case other:
                assert_never(other)

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
