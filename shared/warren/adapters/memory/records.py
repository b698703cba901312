"""What the memory store makes of what it is given: rows of new runs, and refusals. Must not know what is stored."""

from __future__ import annotations

from dataclasses import fields, replace

from warren.adapters.storable import why_unstorable
from warren.contracts.messages import RunStatus
from warren.errors import InvalidInput
from warren.ports import Continuation, NewRun, ReplyAddress, StoredRun


def new_row(run: NewRun) -> StoredRun:
    """The row of a run that is created."""
    end = run.finish
    return StoredRun(
        run_id=run.run_id,
        workflow=run.workflow,
        version=run.version,
        shard=run.shard,
        status=end.status if end else RunStatus.RUNNING,
        input=run.input,
        result=end.result if end else None,
        error=end.error if end else None,
        key=run.key,
        parent=run.parent,
        trace=run.trace,
        wake_at=run.wake_at,
        reply=None if run.reply_to is None else ReplyAddress(run.reply_to, run.correlation_id),
        created_at=run.first.at,
        finished_at=end.at if end else None,
    )


def row_of_successor(before: StoredRun, continuation: Continuation) -> StoredRun:
    """The row of the run that goes on in the place of `before`, as that was until now."""
    end = continuation.finish
    return replace(
        before,
        run_id=continuation.first.run_id,
        status=end.status if end else RunStatus.RUNNING,
        input=continuation.input,
        result=end.result if end else None,
        error=end.error if end else None,
        wake_at=continuation.wake_at,
        created_at=continuation.first.at,
        finished_at=end.at if end else None,
        paused_at=None,
        continued_from=before.run_id,
        continued_as=None,
    )


def refuse_unstorable(name: str, given: object) -> None:
    """Raise `InvalidInput` for a text that no store keeps; `given` is one, or a record of the port with such fields."""
    if isinstance(given, str):
        if fault := why_unstorable(given):
            raise InvalidInput(f"{name}: {fault}")
        return
    for record_field in fields(given):  # type: ignore[arg-type]  # every other thing given is a dataclass
        value = getattr(given, record_field.name)
        if isinstance(value, str) and (fault := why_unstorable(value)):
            raise InvalidInput(f"{record_field.name}: {fault}")
