"""`async with`: over what can end a wait early (`asyncio.timeout`, `TaskGroup`; `wait_for` is made of these), and over
objects of the program's own classes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warren.engine.namespace import AsyncioPart
from warren.engine.run.asyncio_errors import CancelledError
from warren.engine.run.cancellation import Cancellation
from warren.engine.run.completion import Completion
from warren.engine.run.results import is_done, late_result, result_of
from warren.engine.run.state import PendingTimer
from warren.engine.run.tasks import Tasks
from warren.engine.run.transition import Transition
from warren.engine.values.calls import Awaitable, Coroutine
from warren.engine.values.closures import BoundMethod
from warren.engine.values.futures import Future, FutureState, Notice, TaskGroup, Timeout
from warren.engine.values.records import MEMBERS
from warren.ir import intrinsics


class Contexts:
    """The contexts of one executable."""

    def __init__(
        self, transition: Transition, completion: Completion, cancellation: Cancellation, tasks: Tasks
    ) -> None:
        self._transition = transition
        self._completion = completion
        self._cancellation = cancellation
        self._tasks = tasks
        self.exit_group: Callable[[TaskGroup, BaseException | None], Coroutine] | None = None
        """Makes the call that waits for the tasks of a group; the executable has its code."""

    def table(self) -> dict[str, Callable[..., Any]]:
        """The intrinsics provided here."""
        return {
            "asyncio.timeout": self.timeout,
            "asyncio.TaskGroup": TaskGroup,
            intrinsics.ENTER: self.enter,
            intrinsics.EXIT: self.exit,
            intrinsics.ENTER_OTHER: enter_other,
            intrinsics.EXIT_OTHER: exit_other,
            AsyncioPart.GROUP_LEAVE: self.group_leave,
            AsyncioPart.GROUP_IS_BUSY: lambda group: bool(group.tasks),
            AsyncioPart.GROUP_WAIT: self.group_wait,
            AsyncioPart.GROUP_CANCELLED: self.group_cancelled,
            AsyncioPart.GROUP_CLOSE: self.group_close,
            AsyncioPart.IS_OVER: lambda seconds: seconds is not None and seconds <= 0,
            AsyncioPart.TASK: self._tasks.as_future,
            AsyncioPart.IS_DONE: is_done,
            AsyncioPart.ENDED: self.ended,
            AsyncioPart.RESULT: result_of,
            AsyncioPart.LATE_RESULT: late_result,
        }

    def attribute(self, value: Future | TaskGroup | Timeout, name: str) -> BoundMethod | None:
        """A method that workflow code may call; None where there is none of that name."""
        match value:
            case TaskGroup() if name == "create_task":
                return BoundMethod(value, name, lambda coro, *, name=None, context=None: self.create_task(value, coro))
            case Timeout() if name == "expired":
                return BoundMethod(value, name, lambda: value.has_expired)
            case Future():
                return self._tasks.attribute(value, name)
        return None

    # wait_for

    def ended(self, task: Future) -> Future:
        """Cancel a task; the future of its end, however it ends."""
        end = Future()
        task.waiters.append(end)
        self._cancellation.cancel(task, CancelledError())
        return end

    # async with

    def timeout(self, delay: Any) -> Timeout:
        """`asyncio.timeout`."""
        seconds = None if delay is None else 0.0 + delay
        if seconds is not None and seconds != seconds:
            raise ValueError("Invalid delay: NaN (not a number)")  # as `asyncio.sleep` says it
        return Timeout(seconds)

    def enter(self, context: Any) -> Any:
        """What `async with context as target` binds."""
        strand = self._transition.current
        assert strand is not None
        match context:
            case Timeout():
                context.strand, context.cancels = strand, strand.cancels
                if context.seconds is not None and context.seconds <= 0:  # over as soon as the others had their turn
                    self._transition.run.ready.append(Notice(context, Future()))
                elif context.seconds is not None:
                    timer = PendingTimer(self._transition.now, target=context)
                    context.timer = self._transition.add_timer(context.seconds, timer)
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
        self._transition.run.timers.pop(context.timer, None)
        strand, context.strand = context.strand, None
        if (
            context.has_expired
            and self._cancellation.take_back(strand) <= context.cancels
            and isinstance(error, CancelledError)
        ):
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
        task = self._completion.create_task(coro)
        task.waiters.append(group)
        group.tasks.append(task)
        return task

    def task_done(self, group: TaskGroup, task: Future) -> None:
        """A task of a group is complete."""
        self._transition.budget.spend(2 + (len(group.tasks) >> 8))
        group.tasks.remove(task)
        if group.done is not None and not group.tasks:
            self._completion.complete(group.done, FutureState.DONE, None)
        if task.state is not FutureState.FAILED:
            return
        group.errors.append(task.value)
        strand = group.strand
        if group.is_aborting or group.has_cancelled_parent or strand is None or not strand.frames:
            return
        self._abort(group)
        group.has_cancelled_parent = True
        self._cancellation.cancel_strand(strand, CancelledError())

    def _abort(self, group: TaskGroup) -> None:
        group.is_aborting = True
        for task in list(group.tasks):
            self._cancellation.cancel(task, CancelledError())

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
        """The task that waits for the last one was cancelled."""
        if not group.is_aborting:
            group.cancelled_by = error
            self._abort(group)

    def group_close(self, group: TaskGroup, error: BaseException | None) -> bool:
        """All tasks of a group are complete; whether the exception of its body is swallowed."""
        strand, group.done = group.strand, None
        assert strand is not None
        if group.has_cancelled_parent and self._cancellation.take_back(strand) == 0:
            group.cancelled_by = None
        if group.cancelled_by is not None and not group.errors:
            raise group.cancelled_by
        if error is not None and not isinstance(error, CancelledError):
            group.errors.append(error)
        if not group.errors:
            return False
        if strand.cancels:
            self._cancellation.take_back(strand)
            self._cancellation.cancel_strand(strand, CancelledError())
        raise BaseExceptionGroup("unhandled errors in a TaskGroup", group.errors)


# objects of the program's classes


def enter_other(context: Any) -> Awaitable:
    """The call of the `__aenter__` of its class, to be awaited."""
    missing = [name for name in ("__aenter__", "__aexit__") if _method_of(context, name) is None]
    if missing:
        if isinstance(context, Timeout | TaskGroup):
            raise RuntimeError(f"{type(context).__name__} has already been entered")
        kind = f"'{type(context).__name__}' object does not support the asynchronous context manager protocol"
        raise TypeError(kind if missing[0] == "__aenter__" else f"{kind} (missed __aexit__ method)")
    return _awaitable(_method_of(context, "__aenter__")(context), "__aenter__")


def exit_other(context: Any, error: BaseException | None) -> Awaitable:
    """The call of its `__aexit__`, without a traceback: there is none in a workflow."""
    return _awaitable(
        _method_of(context, "__aexit__")(context, None if error is None else type(error), error, None), "__aexit__"
    )


def _method_of(context: Any, name: str) -> Any:
    cls = type(context)
    return getattr(cls, name, None) if hasattr(cls, MEMBERS) else None


def _awaitable(made: Any, name: str) -> Awaitable:
    if not isinstance(made, Awaitable):
        raise TypeError(
            f"'async with' received an object from {name} that does not implement __await__: {type(made).__name__}"
        )
    return made
