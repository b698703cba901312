"""What a run hears of other runs: how its children are, and what became of what it asked.

Each rule says whether it changes anything, as those in `engine.transitions`.
"""

from __future__ import annotations

from warren.contracts import messages as m
from warren.engine.arrivals import decoded
from warren.engine.program.executable import Executable
from warren.engine.run.state import RunState
from warren.engine.values.futures import Future, FutureState
from warren.errors import InvalidInput, WorkflowCancelledError


def child_started(executable: Executable, run: RunState, event: m.ChildStarted) -> bool:
    """Whoever waits for the start of a child goes on."""
    terms = run.terms.get(event.invocation)
    if terms is None or terms.started is None or terms.started.state is not FutureState.PENDING:
        return False
    executable.completion.complete(terms.started, FutureState.DONE, None)
    return True


def child_finished(executable: Executable, run: RunState, event: m.ChildFinished) -> bool:
    """The future of a child is done, or fails as the child did."""
    child, terms = run.children.pop(event.invocation, None), run.terms.pop(event.invocation, None)
    if child is None:
        return False
    completion = executable.completion
    started = None if terms is None else terms.started
    if started is not None and not event.is_refused:
        completion.complete(started, FutureState.DONE, None)
    try:
        value = decoded(executable, event.result if event.status is m.RunStatus.COMPLETED else event.error)
    except InvalidInput as error:
        _fail(executable, [child.future] if started is None else [started, child.future], error)
        return True
    if event.status is m.RunStatus.COMPLETED:
        completion.complete(child.future, FutureState.DONE, value)
        return True
    if event.status is m.RunStatus.CANCELLED or not isinstance(value, BaseException):
        value = WorkflowCancelledError(f"the child run {child.run_id} of {child.workflow} was cancelled")
    _fail(executable, [child.future] if started is None else [started, child.future], value)
    return True


def _fail(executable: Executable, futures: list[Future], error: BaseException) -> None:
    for future in futures:  # one that is complete stays as it is
        executable.completion.fail(future, error)


def request_answered(executable: Executable, run: RunState, event: m.RequestAnswered) -> bool:
    """What the run asked another one has reached that, or was refused."""
    asked = run.asked.pop(event.invocation, None)
    if asked is None:
        return False
    if event.error is None:
        executable.completion.complete(asked.future, FutureState.DONE, None)
        return True
    try:
        error = decoded(executable, event.error)
    except InvalidInput as problem:
        error = problem
    if not isinstance(error, BaseException):
        error = InvalidInput(f"a request was refused with something that is no exception: {error!r}")
    executable.completion.fail(asked.future, error)
    return True
