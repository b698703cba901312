"""Records for tests of stores: valid, small, and different where it matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.ports.store import NewRun, ProgramRecord, RunFinish, TransitionRow

NOW = datetime(2025, 11, 20, 12, 30, 15, 123456, tzinfo=UTC)


def seconds(count: float) -> datetime:
    """A moment `count` seconds after `NOW`."""
    return NOW + timedelta(seconds=count)


def transition(run_id: UUID, seq: int, *, invocation: int = 0, event: str | None = None) -> TransitionRow:
    """A transition whose texts name its place, with what JSON text may hold."""
    text = f'{{"event":{seq},"text":"ä \\u0000 \\ud800 🐇"}}' if event is None else event
    return TransitionRow(run_id, seq, seconds(seq), invocation, text, f'[{{"command":{seq}}}]')


def new_run(run_id: UUID | None = None, /, **fields: Any) -> NewRun:
    """A run with its first transition; any field may be given."""
    run_id = run_id or new_run_id()
    run = NewRun(
        run_id=run_id,
        workflow="orders.Ship",
        version="v1",
        shard=3,
        input='{"order":1}',
        first=transition(run_id, 1),
    )
    return replace(run, **fields)


def finish(status: RunStatus = RunStatus.COMPLETED, *, at: float = 60) -> RunFinish:
    """An end."""
    if status is RunStatus.COMPLETED:
        return RunFinish(status, '{"done":true}', None, seconds(at))
    return RunFinish(status, None, '{"error":true}', seconds(at))


def program(version: str, workflow: str = "orders.Ship", *, at: float = 0) -> ProgramRecord:
    """A program."""
    return ProgramRecord(version, workflow, f'{{"ir":"{version}"}}', f'{{"program":"{version}"}}', seconds(at))
