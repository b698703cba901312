"""What a future has come to, as workflow code asks for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warren.engine.run.asyncio_errors import InvalidStateError
from warren.engine.values.futures import Future, FutureState


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
    """The result of a task that was cancelled because of its timeout, if it has one."""
    if task.state is FutureState.CANCELLED:
        raise TimeoutError from task.value
    return result_of(task)


def exception_of(future: Future) -> Any:
    """The exception of a failed future, else None; raises CancelledError, or InvalidStateError when not complete."""
    if future.state is FutureState.PENDING:
        raise InvalidStateError("Exception is not set.")
    if future.state is FutureState.CANCELLED:
        raise future.value
    return future.value if future.state is FutureState.FAILED else None


FUTURE_METHODS: dict[str, Callable[[Future], Any]] = {
    "cancelled": lambda future: future.state is FutureState.CANCELLED,
    "done": is_done,
    "exception": exception_of,
    "result": result_of,
}
"""What workflow code may ask a task or a gather."""
