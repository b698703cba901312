"""What can end a wait early: `asyncio.timeout`, `asyncio.TaskGroup`, and cancellation itself.

Cancelling follows asyncio: it goes to whatever the strand waits for and comes back from there as CancelledError, raised
at the await. An action that is cancelled so is not recalled from its worker; its result is ignored. Where versions of
CPython differ (who takes a cancellation back, and when) this is 3.13.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from warren.engine.commands import CancelChild
from warren.engine.program.namespace import AsyncioPart
from warren.engine.run.asyncio_errors import CancelledError, InvalidStateError
from warren.engine.run.state import PendingTimer
from warren.engine.values.objects import (
    Awaitable,
    Coroutine,
    Future,
    FutureState,
    Gather,
    Notice,
    Settle,
    Strand,
    TaskGroup,
    Timeout,
)
from warren.ir import intrinsics

if TYPE_CHECKING:
    from collections.abc import Callable

    from warren.engine.run.starting import Scheduler


class Contexts:
    """Cancellation and the contexts that use it, for one scheduler."""

    def __init__(self, scheduler: Scheduler) -> None:
        self._scheduler = scheduler
        self.exit_group: Callable[[TaskGroup, BaseException | None], Coroutine] | None = None
        """Makes the call that waits for the tasks of a group; the executable has its code."""

    def table(self) -> dict[str, Callable[..., Any]]:
        """The intrinsics provided here."""
        return {
            "asyncio.timeout": self.timeout,
            "asyncio.TaskGroup": TaskGroup,
            intrinsics.ENTER: self.enter,
            intrinsics.EXIT: self.exit,
            AsyncioPart.GROUP_LEAVE: self.group_leave,
            AsyncioPart.GROUP_IS_BUSY: lambda group: bool(group.tasks),
            AsyncioPart.GROUP_WAIT: self.group_wait,
            AsyncioPart.GROUP_CANCELLED: self.group_cancelled,
            AsyncioPart.GROUP_CLOSE: self.group_close,
            AsyncioPart.IS_OVER: lambda seconds: seconds is not None and seconds <= 0,
            AsyncioPart.TASK: self.task,
            AsyncioPart.IS_DONE: is_done,
            AsyncioPart.ENDED: self.ended,
            AsyncioPart.RESULT: result_of,
            AsyncioPart.LATE_RESULT: late_result,
        }

    # cancellation

    def cancel(self, future: Future, error: BaseException) -> bool:
        """Ask for the end of a future with this CancelledError; False when that came too late."""
        if future.state is not FutureState.PENDING:
            return False
        self._scheduler.spend(1)
        if isinstance(future, Gather):
            return self._cancel_gather(future, error)
        if future.strand is not None:
            self.cancel_strand(future.strand, error)
            return True
        run = self._scheduler.run
        is_started = run.pending.pop(future.number, None) or run.timers.pop(future.number, None)
        child = run.children.pop(future.number, None)
        if child is not None:
            self._scheduler.commands.append(CancelChild(child.run_id))
        if not future.is_task:
            self._scheduler.complete(future, FutureState.CANCELLED, error)
        elif is_started or child is not None:
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

    def _take_back(self, strand: Strand) -> int:
        """One cancellation less (`asyncio.Task.uncancel`); how many are left."""
        strand.cancels = max(strand.cancels - 1, 0)
        if strand.cancels == 0:
            strand.inject = None
        return strand.cancels

    # wait_for

    def task(self, awaitable: Any) -> Future:
        """A future as it is; anything else as a task."""
        if not isinstance(awaitable, Awaitable):
            raise TypeError("An asyncio.Future, a coroutine or an awaitable is required")
        return awaitable if isinstance(awaitable, Future) else self._scheduler.create_task(awaitable)

    def ended(self, task: Future) -> Future:
        """Cancel a task; the future of its end, however it ends."""
        end = Future()
        task.waiters.append(end)
        self.cancel(task, CancelledError())
        return end

    # timers of contexts

    def expire(self, target: Timeout) -> None:
        """The timer of a context is due."""
        if target.strand is not None:
            target.has_expired = True
            self.cancel_strand(target.strand, CancelledError())

    # async with

    def timeout(self, delay: Any) -> Timeout:
        """`asyncio.timeout`."""
        seconds = None if delay is None else 0.0 + delay
        if seconds is not None and seconds != seconds:
            raise ValueError("Invalid delay: NaN (not a number)")  # as `asyncio.sleep` says it
        return Timeout(seconds)

    def enter(self, context: Any) -> Any:
        """What `async with context as target` binds."""
        strand = self._scheduler.current
        assert strand is not None
        match context:
            case Timeout():
                context.strand, context.cancels = strand, strand.cancels
                if context.seconds is not None and context.seconds <= 0:  # over as soon as the others had their turn
                    self._scheduler.run.ready.append(Notice(context, Future()))
                elif context.seconds is not None:
                    timer = PendingTimer(self._scheduler.now, target=context)
                    context.timer = self._scheduler.add_timer(context.seconds, timer)
            case TaskGroup():
                context.strand = strand
            case _:
                raise TypeError(f"'{type(context).__name__}' object does not support the asynchronous context manager")
        return context

    def exit(self, context: Any, error: BaseException | None) -> Awaitable:
        """What leaving the block waits for; its result says whether the exception is swallowed."""
        if isinstance(context, TaskGroup):
            assert self.exit_group is not None
            return self.exit_group(context, error)
        self._scheduler.run.timers.pop(context.timer, None)
        strand, context.strand = context.strand, None
        if context.has_expired and self._take_back(strand) <= context.cancels and isinstance(error, CancelledError):
            raise TimeoutError from error
        return Future(FutureState.DONE, value=False)

    # task groups

    def create_task(self, group: TaskGroup, coro: Any) -> Future:
        """`group.create_task(coro)`."""
        if group.strand is None:
            raise RuntimeError("TaskGroup has not been entered")
        if group.is_exiting and not group.tasks:
            raise RuntimeError("TaskGroup is finished")
        if group.is_aborting:
            raise RuntimeError("TaskGroup is shutting down")
        task = self._scheduler.create_task(coro)
        task.waiters.append(group)
        group.tasks.append(task)
        return task

    def task_done(self, group: TaskGroup, task: Future) -> None:
        """A task of a group is complete."""
        self._scheduler.spend(2 + (len(group.tasks) >> 8))
        group.tasks.remove(task)
        if group.done is not None and not group.tasks:
            self._scheduler.complete(group.done, FutureState.DONE, None)
        if task.state is not FutureState.FAILED:
            return
        group.errors.append(task.value)
        strand = group.strand
        if group.is_aborting or group.has_cancelled_parent or strand is None or not strand.frames:
            return
        self._abort(group)
        group.has_cancelled_parent = True
        self.cancel_strand(strand, CancelledError())

    def _abort(self, group: TaskGroup) -> None:
        group.is_aborting = True
        for task in list(group.tasks):
            self.cancel(task, CancelledError())

    def group_leave(self, group: TaskGroup, error: BaseException | None) -> None:
        """The body of a group is over, with an exception or without."""
        group.is_exiting = True
        if isinstance(error, CancelledError):
            group.cancelled_by = error
        if error is not None and not group.is_aborting:
            self._abort(group)

    def group_wait(self, group: TaskGroup) -> Future:
        """The future of a group's last task."""
        group.done = Future()
        return group.done

    def group_cancelled(self, group: TaskGroup, error: BaseException) -> None:
        """Whoever waits for the last task was cancelled."""
        if not group.is_aborting:
            group.cancelled_by = error
            self._abort(group)

    def group_close(self, group: TaskGroup, error: BaseException | None) -> bool:
        """All tasks of a group are complete; whether the exception of its body is swallowed."""
        strand, group.done = group.strand, None
        assert strand is not None
        if group.has_cancelled_parent and self._take_back(strand) == 0:
            group.cancelled_by = None
        if group.cancelled_by is not None and not group.errors:
            raise group.cancelled_by
        if error is not None and not isinstance(error, CancelledError):
            group.errors.append(error)
        if not group.errors:
            return False
        if strand.cancels:
            self._take_back(strand)
            self.cancel_strand(strand, CancelledError())
        raise BaseExceptionGroup("unhandled errors in a TaskGroup", group.errors)


# futures


def is_done(future: Future) -> bool:
    """Whether a future is complete."""
    return future.state is not FutureState.PENDING


def result_of(future: Future) -> Any:
    """The result of a future; raises its exception, or InvalidStateError when it is not complete."""
    if future.state is FutureState.PENDING:
        raise InvalidStateError("Result is not set.")
    if future.state is not FutureState.DONE:
        raise future.value
    return future.value


def late_result(task: Future) -> Any:
    """The result of a task that was cancelled because its time was over, if it has one all the same."""
    if task.state is FutureState.CANCELLED:
        raise TimeoutError from task.value
    return result_of(task)


def _exception_of(future: Future) -> Any:
    if future.state is FutureState.PENDING:
        raise InvalidStateError("Exception is not set.")
    if future.state is FutureState.CANCELLED:
        raise future.value
    return future.value if future.state is FutureState.FAILED else None


def _cancel(contexts: Contexts, future: Future, msg: Any = None) -> bool:
    return contexts.cancel(future, CancelledError() if msg is None else CancelledError(msg))


FUTURE_METHODS: dict[str, Callable[..., Any]] = {
    "cancel": _cancel,
    "cancelled": lambda contexts, future: future.state is FutureState.CANCELLED,
    "done": lambda contexts, future: is_done(future),
    "exception": lambda contexts, future: _exception_of(future),
    "result": lambda contexts, future: result_of(future),
}
"""What workflow code may call on a task or a gather."""
