"""What workflow code may ask of futures and tasks: their state, their end, callbacks; which task runs; bare futures.

A callback has a turn of its own, in the order in which all that waits for the future was added, as in asyncio.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from warren.engine.commands import LogMessage
from warren.engine.guarded.guards import Guards
from warren.engine.run.asyncio_errors import CancelledError, InvalidStateError
from warren.engine.run.cancellation import Cancellation
from warren.engine.run.completion import Completion
from warren.engine.run.results import FUTURE_METHODS
from warren.engine.run.state import PendingTimer
from warren.engine.run.transition import Transition
from warren.engine.values.calls import Awaitable
from warren.engine.values.closures import BoundMethod
from warren.engine.values.futures import Callback, Future, FutureState, Gather, Notice, Settle
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import OBJECT_BYTES, Stop
from warren.ir.intrinsics import PRELUDE_PACKAGE


class Tasks:
    """Futures and tasks as workflow code sees them, within one transition."""

    __slots__ = ("_cancellation", "_completion", "_guards", "_methods", "_of_tasks", "_transition")

    def __init__(
        self, transition: Transition, completion: Completion, cancellation: Cancellation, guards: Guards
    ) -> None:
        self._transition = transition
        self._completion = completion
        self._cancellation = cancellation
        self._guards = guards
        self._methods: dict[str, Callable[..., Any]] = {
            **FUTURE_METHODS,
            "cancel": self._cancel,
            "add_done_callback": self._add_callback,
            "remove_done_callback": self._remove_callback,
        }
        self._of_tasks: dict[str, Callable[..., Any]] = {"cancelling": _cancelling, "uncancel": self._uncancel}

    def table(self) -> dict[str, Callable[..., Any]]:
        """The intrinsics provided here."""
        primitives: dict[str, Callable[..., Any]] = {
            "new_future": self.new_future,
            "set_result": self.set_result,
            "set_exception": self.set_exception,
            "as_future": self.as_future,
            "is_future": lambda value: isinstance(value, Future),
            "is_coroutine": lambda value: isinstance(value, Awaitable) and not isinstance(value, Future),
        }
        named = {f"{PRELUDE_PACKAGE}.primitives.{name}": made for name, made in primitives.items()}
        return {"asyncio.current_task": self.current_task, **named}

    def current_task(self, loop: None = None) -> Future | None:
        """`asyncio.current_task`: that of the strand whose code runs; None in a callback."""
        strand = self._transition.current
        if strand is None:
            return None
        if strand.future is None:  # the run's own
            self._guards.budget.allocate(OBJECT_BYTES)
            strand.future = Future(strand=strand, is_task=True)
        return strand.future

    # methods

    def attribute(self, future: Future, name: str) -> BoundMethod | None:
        """A method of a future; None where there is none of that name."""
        method = self._methods.get(name)
        if method is None and is_task(future):
            method = self._of_tasks.get(name)
        return None if method is None else BoundMethod(future, name, functools.partial(method, future))

    def _cancel(self, future: Future, msg: Any = None) -> bool:
        return self._cancellation.cancel(future, CancelledError() if msg is None else CancelledError(msg))

    def _uncancel(self, future: Future) -> int:
        if future.strand is not None:
            return self._cancellation.take_back(future.strand)
        future.must_cancel = None
        return 0

    # callbacks

    def _add_callback(self, future: Future, fn: Any, *, context: Any = None) -> None:
        budget = self._guards.budget
        budget.spend(2)
        budget.allocate(OBJECT_BYTES)
        callback = Callback(fn)
        if future.state is FutureState.PENDING:
            future.waiters.append(callback)
        else:
            self._transition.run.ready.append(Notice(callback, future))

    def _remove_callback(self, future: Future, fn: Any) -> int:
        waiters = future.waiters
        self._guards.budget.spend(1 + (len(waiters) >> 3))
        kept = [one for one in waiters if not (isinstance(one, Callback) and _is_same(one.function, fn))]
        removed = len(waiters) - len(kept)
        if removed:
            future.waiters = kept
        return removed

    def call(self, function: Any, future: Future) -> None:
        """The turn of a callback; what it raises is logged and goes nowhere, as in asyncio."""
        transition = self._transition
        transition.current = None
        self._guards.budget.spend(2)
        try:
            self._guards.callee(function)(future)
        except (Stop, RecursionError, MemoryError):
            raise
        except BaseException as error:
            if ends_the_process(error):
                raise
            text = f"a callback of a task raised {type(error).__name__}, which nobody sees"
            transition.commands.append(LogMessage(text, "error"))
        transition.encodings.turn += 1

    # bare futures

    def new_future(self, seconds: Any = None) -> Future:
        """A future that somebody completes; after so many seconds it completes itself."""
        budget = self._guards.budget
        budget.spend(2)
        budget.allocate(OBJECT_BYTES)
        made = Future()
        if seconds is None:
            return made
        if seconds > 0:
            timer = PendingTimer(self._transition.now, future=made)
            made.number = self._transition.add_timer(float(seconds), timer)
        else:
            self._transition.run.ready.append(Settle(made, FutureState.DONE, None))
        return made

    def set_result(self, future: Future, value: Any = None) -> None:
        """Complete a bare future."""
        self._complete(future, FutureState.DONE, value)

    def set_exception(self, future: Future, error: BaseException) -> None:
        """Let a bare future fail."""
        self._complete(future, FutureState.FAILED, error)

    def _complete(self, future: Future, state: FutureState, value: Any) -> None:
        if future.state is not FutureState.PENDING:
            raise InvalidStateError("invalid state")
        if future.number:
            self._transition.run.timers.pop(future.number, None)
        self._completion.complete(future, state, value)

    def as_future(self, awaitable: Any) -> Future:
        """A future as it is; anything else as a task."""
        if not isinstance(awaitable, Awaitable):
            raise TypeError("An asyncio.Future, a coroutine or an awaitable is required")
        return awaitable if isinstance(awaitable, Future) else self._completion.create_task(awaitable)


def is_task(future: Future) -> bool:
    """Whether it is a task: neither a gather nor a bare future."""
    return not isinstance(future, Gather) and (future.is_task or future.strand is not None)


def _cancelling(future: Future) -> int:
    """How often a task was cancelled and that not taken back; of one that is a single call, whether."""
    if future.strand is not None:
        return future.strand.cancels
    return int(future.must_cancel is not None or future.state is FutureState.CANCELLED)


def _is_same(one: Any, other: Any) -> bool:
    """Whether two callbacks are equal: a method of one object is, each time it is read."""
    if isinstance(one, BoundMethod) and isinstance(other, BoundMethod):
        return one.owner is other.owner and one.name == other.name
    return one is other
