"""From a reply to what Python sees: a decoded result, or the exception that says why there is none."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from warren.contracts import messages
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.messages import RunStatus
from warren.contracts.plain import exception_message, exception_name
from warren.contracts.values import Json, decode
from warren.errors import (
    ActionNotOpen,
    InternalError,
    InvalidInput,
    QueryFailed,
    RegistrationRefused,
    RunEnded,
    RunIdTaken,
    RunNotFound,
    UnknownWorkflow,
    UnserializableValue,
    UpdateRefused,
    ValueTooLarge,
    WarrenError,
    WorkflowCancelledError,
    WorkflowFailedError,
)

_TYPES = ImportedTypes()
_REFUSALS: dict[str, type[WarrenError]] = {
    each.code: each
    for each in (
        InvalidInput,
        UnknownWorkflow,
        RunIdTaken,
        UnserializableValue,
        ValueTooLarge,
        RunNotFound,
        RunEnded,
        QueryFailed,
        UpdateRefused,
        ActionNotOpen,
    )
}


def refusal(reply: messages.Refused) -> WarrenError:
    """The exception for a command that was refused."""
    if reply.error.code == RegistrationRefused.code:
        return RegistrationRefused(reply.error.message, versions=reply.versions)
    if reply.error.code == "internal_error":
        return InternalError(reply.error.message)
    return _REFUSALS.get(reply.error.code, InvalidInput)(reply.error.message)


def decoded(result: Json) -> Any:
    """An answer as Python values; raises `InvalidInput` where a class in it is not imported in this process."""
    return decode(result, _TYPES)


def result_of(finished: messages.RunFinished) -> Any:
    """The result of a run that completed.

    Raises:
        WorkflowFailedError: it did not; `__cause__` is the workflow's own exception.
        WorkflowCancelledError: it was cancelled.
        InvalidInput: a class in the result is not imported in this process.
    """
    if finished.status is RunStatus.COMPLETED:
        return decode(finished.result, _TYPES)
    raise failure_of(finished.run_id, finished.workflow, finished.status, finished.error)


def failure_of(run_id: UUID, workflow: str, status: RunStatus, error: Json) -> WorkflowFailedError:
    """The exception for a run that ended without a result."""
    if not isinstance(error, dict):
        error = {"t": "builtins:Exception", "args": []}
    if status is RunStatus.CANCELLED:
        reason = exception_message(error)
        text = f"run {run_id} of workflow {workflow!r} was cancelled" + (f": {reason}" if reason else "")
        return WorkflowCancelledError(text, run_id=run_id, error=error)
    text = f"{exception_name(error)}: {exception_message(error)}"
    message = f"run {run_id} of workflow {workflow!r} failed: {text}"
    if trace := remote_traceback(error):
        message += f"\n\nwhere it was raised, on the worker:\n{trace.rstrip()}"
    failure = WorkflowFailedError(message, run_id=run_id, error=error)
    cause = decode(error, _TYPES)
    failure.__cause__ = cause if isinstance(cause, BaseException) else None
    return failure


def remote_traceback(error: Json) -> str:
    """The traceback text of an encoded exception, or of the first of its causes that has one; empty without any."""
    while isinstance(error, dict):
        if isinstance(error.get("tb"), str):
            return str(error["tb"])
        error = error.get("cause")
    return ""
