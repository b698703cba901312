"""Between the port's dataclasses and PostgreSQL's rows: columns for `unnest` one way, records the other. No I/O."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from warren.adapters.postgres.connections import Row
from warren.adapters.storable import storable
from warren.contracts.messages import RunStatus
from warren.ports.quarantined import QuarantinedMessage
from warren.ports.store import (
    Continuation,
    LoadedRun,
    NewRun,
    ProgramRecord,
    ReplyAddress,
    RunFinish,
    RunUpdate,
    SnapshotRow,
    StoredRun,
    TransitionRow,
)

Columns = tuple[list[Any], ...]


def transition_columns(rows: Sequence[TransitionRow]) -> Columns:
    """Columns of `append_transitions`."""
    return (
        [row.run_id for row in rows],
        [row.seq for row in rows],
        [row.at for row in rows],
        [row.invocation for row in rows],
        [row.event for row in rows],
        [row.commands for row in rows],
    )


@dataclass(slots=True)
class _Change:
    run_id: UUID
    set_wake_at: bool = False
    wake_at: datetime | None = None
    set_paused_at: bool = False
    paused_at: datetime | None = None
    finish: RunFinish | None = None
    snapshot: SnapshotRow | None = None


def change_columns(updates: Sequence[RunUpdate], snapshots: Sequence[SnapshotRow]) -> Columns:
    """The second half of the columns of `commit_changes`: one row per run that changes, in the order of run ids.

    A statement may change a row only once, and rows locked in one order by all do not deadlock.
    """
    changes: dict[UUID, _Change] = {}
    for update in updates:
        if not (update.set_wake_at or update.set_paused_at) and update.finish is None:
            continue  # its attributes have rows of their own
        change = changes.setdefault(update.run_id, _Change(update.run_id))
        if update.set_wake_at:
            change.set_wake_at, change.wake_at = True, update.wake_at
        if update.set_paused_at:
            change.set_paused_at, change.paused_at = True, update.paused_at
        change.finish = update.finish or change.finish
    for snapshot in snapshots:
        change = changes.setdefault(snapshot.run_id, _Change(snapshot.run_id))
        if change.snapshot is None or change.snapshot.seq <= snapshot.seq:
            change.snapshot = snapshot
    ordered = [changes[run_id] for run_id in sorted(changes)]
    return (
        [change.run_id for change in ordered],
        [change.set_wake_at for change in ordered],
        [change.wake_at for change in ordered],
        [change.set_paused_at for change in ordered],
        [change.paused_at for change in ordered],
        [change.finish.status.value if change.finish else None for change in ordered],
        [change.finish.result if change.finish else None for change in ordered],
        [change.finish.error if change.finish else None for change in ordered],
        [change.finish.at if change.finish else None for change in ordered],
        [change.snapshot.seq if change.snapshot else None for change in ordered],
        [change.snapshot.snapshot if change.snapshot else None for change in ordered],
    )


def new_run_columns(runs: Sequence[NewRun]) -> Columns:
    """Columns of `create_runs`."""
    ends = [run.finish for run in runs]
    return (
        [run.run_id for run in runs],
        [run.workflow for run in runs],
        [run.version for run in runs],
        [run.shard for run in runs],
        [end.status.value if end else RunStatus.RUNNING.value for end in ends],
        [run.input for run in runs],
        [end.result if end else None for end in ends],
        [end.error if end else None for end in ends],
        [run.parent for run in runs],
        [run.key for run in runs],
        [run.reply_to for run in runs],
        [run.correlation_id for run in runs],
        [run.trace for run in runs],
        [run.wake_at for run in runs],
        [run.first.at for run in runs],
        [end.at if end else None for end in ends],
        *transition_columns([run.first for run in runs])[1:],
    )


def continuation_columns(continuations: Sequence[Continuation]) -> Columns:
    """The second half of the columns of `continue_runs`, in the order of run ids."""
    ordered = sorted(continuations, key=lambda each: each.run_id)
    ends = [each.finish for each in ordered]
    return (
        [each.run_id for each in ordered],
        [each.first.run_id for each in ordered],
        [each.input for each in ordered],
        [each.wake_at for each in ordered],
        [end.status.value if end else RunStatus.RUNNING.value for end in ends],
        [end.result if end else None for end in ends],
        [end.error if end else None for end in ends],
        [end.at if end else None for end in ends],
        [each.first.at for each in ordered],
        [each.first.event for each in ordered],
        [each.first.commands for each in ordered],
    )


def to_transition(row: Row) -> TransitionRow:
    """From the columns run_id, seq, at, invocation, event, commands."""
    return TransitionRow(*row)


def to_run(row: Row) -> StoredRun:
    """From a row with (at least) the columns of a run."""
    reply_to = row["reply_to"]
    return StoredRun(
        run_id=row["id"],
        workflow=row["workflow"],
        version=row["version"],
        shard=row["shard"],
        status=RunStatus(row["status"]),
        input=row["input"],
        result=row["result"],
        error=row["error"],
        key=row["key"],
        parent=row["parent"],
        trace=row["trace"],
        wake_at=row["wake_at"],
        reply=None if reply_to is None else ReplyAddress(reply_to, row["correlation_id"]),
        created_at=row["created_at"],
        finished_at=row["finished_at"],
        paused_at=row["paused_at"],
        continued_from=row["continued_from"],
        continued_as=row["continued_as"],
    )


def to_loaded_run(row: Row) -> LoadedRun:
    """From a row of `load_runs`."""
    run_id = row["id"]
    columns = [row[name] or () for name in ("seqs", "ats", "invocations", "events", "commands")]
    snapshot_seq = row["snapshot_seq"]
    return LoadedRun(
        run=to_run(row),
        snapshot=None if snapshot_seq is None else SnapshotRow(run_id, snapshot_seq, row["snapshot"]),
        transitions=[TransitionRow(run_id, *values) for values in zip(*columns, strict=True)],
    )


def to_program(row: Row) -> ProgramRecord:
    """From the columns version, workflow, ir, program, registered_at."""
    return ProgramRecord(*row)


def quarantine_columns(messages: Sequence[QuarantinedMessage]) -> Columns:
    """Columns of `quarantine`."""
    return (
        [message.id for message in messages],
        [message.run_id for message in messages],
        [message.exchange for message in messages],
        [message.routing_key for message in messages],
        [message.body for message in messages],
        [json.dumps(dict(message.headers)) for message in messages],
        [message.mandatory for message in messages],
        [storable(message.reason) for message in messages],
        [message.since for message in messages],
        [message.next_try_at for message in messages],
        [message.tries for message in messages],
        [message.reply_to for message in messages],
        [message.correlation_id for message in messages],
        [message.message_id for message in messages],
    )


def to_quarantined(row: Row) -> QuarantinedMessage:
    """A row of `quarantined`."""
    return QuarantinedMessage(**{**row, "headers": json.loads(row["headers"])})
