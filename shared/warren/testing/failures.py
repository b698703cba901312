"""What a run in a test failed with: its own exception, with the place where an action raised it."""

from __future__ import annotations

from collections.abc import Sequence

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.messages import RunStatus
from warren.contracts.plain import exception_message, exception_name
from warren.contracts.values import Json, decode
from warren.engine import RunState
from warren.errors import WorkflowCancelledError, WorkflowFailedError


def failure_of_run(state: RunState, raised: Sequence[Json]) -> BaseException:
    """The exception with which a run ended; `raised` are the encoded ones of its actions."""
    encoded, run_id = state.error, state.run_id
    if state.status is RunStatus.CANCELLED:
        return WorkflowCancelledError(
            f"the run was cancelled: {exception_message(encoded)}", run_id=run_id, error=encoded
        )
    if not isinstance(encoded, dict):
        return WorkflowFailedError("the run failed", run_id=run_id, error=encoded)
    error = decode(encoded, ImportedTypes())
    if not isinstance(error, BaseException):
        return WorkflowFailedError(
            f"{exception_name(encoded)}: {exception_message(encoded)}", run_id=run_id, error=encoded
        )
    for one in reversed(raised):
        if (one["t"], one["args"]) == (encoded["t"], encoded["args"]) and "tb" in one:
            error.add_note(f"Where the action raised it:\n{one['tb']}")
            break
    return error
