"""An exception of the workflow's own as a message or the history has it, whatever is in it."""

from __future__ import annotations

from typing import Any

from warren.contracts.limits import encode_error
from warren.engine.guarded.guards import Guards
from warren.engine.values.known_classes import ends_the_process
from warren.engine.values.limits import Stop
from warren.errors import LimitExceeded, NotSupportedInWorkflow


def weighed(guards: Guards, error: BaseException) -> BaseException:
    """The error, or the limit that is exceeded by what it holds."""
    try:
        guards.weigh(error)
    except Stop as stop:
        return stop.reason
    return error


def encoded_failure(error: BaseException) -> Any:
    """It encoded, or where that fails an error that says so."""
    try:
        return encode_error(error)
    except BaseException as problem:
        if ends_the_process(problem):
            raise
        why = str(problem.reason) if isinstance(problem, Stop) else type(problem).__name__
        is_limit = isinstance(problem, Stop) and isinstance(problem.reason, LimitExceeded)
        kind = LimitExceeded if is_limit else NotSupportedInWorkflow
        return encode_error(kind(f"{type(error).__name__}, and to say what it is failed: {why}"))
