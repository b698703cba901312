"""Cancelling, as asyncio does it: a cancellation goes to whatever the strand waits for and comes back from there as
CancelledError, raised at the await.

The worker of an action that is cancelled so is told to stop; its result is ignored in any case. Where versions of
CPython differ (who takes a cancellation back, and when) this is 3.13.
"""

from __future__ import annotations

from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.run.completion import Completion
from warren.engine.run.transition import Transition
from warren.engine.values.futures import Future, FutureState, Gather, Settle, Strand, Timeout


class Cancellation:
    """Cancels within one transition."""

    __slots__ = ("_completion", "_transition")

    def __init__(self, transition: Transition, completion: Completion) -> None:
        self._transition = transition
        self._completion = completion

    def cancel(self, future: Future, error: BaseException) -> bool:
        """Ask for the end of a future with this CancelledError; False when that came too late."""
        if future.state is not FutureState.PENDING:
            return False
        self._transition.budget.spend(1)
        if isinstance(future, Gather):
            return self._cancel_gather(future, error)
        if future.strand is not None:
            self.cancel_strand(future.strand, error)
            return True
        run = self._transition.run
        action = run.pending.pop(future.number, None)
        if action is not None and not action.backoff:
            self._transition.unwanted.append((future.number, action.attempt))
        is_started: object = action or run.timers.pop(future.number, None)
        run.end_attempts(future.number)  # nobody waits for its worker any more
        if future.number in run.children:
            is_started = run.children[future.number]
            self._transition.commands.extend(run.end_child(future.number))
        elif run.asked:
            run.asked.pop(future.number, None)
        if not future.is_task:
            self._completion.complete(future, FutureState.CANCELLED, error)
        elif is_started:
            run.ready.append(Settle(future, FutureState.CANCELLED, error))
        else:  # it has a turn anyway: its first one, or its last
            future.must_cancel = error
        return True

    def _cancel_gather(self, gather: Gather, error: BaseException) -> bool:
        has_cancelled = False
        for index, child in enumerate(gather.children):
            if isinstance(child, Future):
                has_cancelled = self.cancel(child, error) or has_cancelled
            elif child is not None and index >= gather.unstarted:
                has_cancelled = True
        if has_cancelled:
            gather.cancelled_by = error
        return has_cancelled

    def cancel_strand(self, strand: Strand, error: BaseException) -> None:
        """Cancel a strand: CancelledError at the await where it is, or at its next one."""
        strand.cancels += 1
        if strand.waits_for is None or not self.cancel(strand.waits_for, error):
            strand.inject = error

    def take_back(self, strand: Strand) -> int:
        """One cancellation less (`asyncio.Task.uncancel`); how many are left."""
        strand.cancels = max(strand.cancels - 1, 0)
        if strand.cancels == 0:
            strand.inject = None
        return strand.cancels

    def expire(self, target: Timeout) -> None:
        """The timer of a context is due."""
        if target.strand is not None:
            target.has_expired = True
            self.cancel_strand(target.strand, CancelledError())
