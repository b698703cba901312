"""What must be true of every run's history, whatever happened: no gaps, and it leads to what is stored.

Also what a ledger must say beside it. Must not know how the runs were made.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from tests.chaos.ledger import read_ledger

from warren.contracts.attributes import AttributeValue, loaded_attributes
from warren.engine import DispatchAction, UpsertAttributes, load_commands
from warren.ports import LoadedRun, RunDetails, RunStore, StoredRun, TransitionRow
from warren.runs.programs import Programs
from warren.runs.replay import replay

Attempt = tuple[UUID, int, int]


async def full_history(store: RunStore, run_id: UUID) -> list[TransitionRow]:
    """All transitions of a run."""
    rows: list[TransitionRow] = []
    while page := await store.history(run_id, after_seq=rows[-1].seq if rows else 0):
        rows += page
    return rows


def attributes_in(rows: Sequence[TransitionRow]) -> dict[str, AttributeValue]:
    """What a history says that its run can be found by."""
    found: dict[str, AttributeValue | None] = {}
    for row in rows:
        event = json.loads(row.event)
        if event["type"] == "run_started":
            found |= loaded_attributes(event.get("attributes") or {})
        for command in load_commands(row.commands):
            if isinstance(command, UpsertAttributes):
                found |= loaded_attributes(command.attributes)
    return {name: value for name, value in found.items() if value is not None}


async def check_run(store: RunStore, programs: Programs, run: StoredRun) -> set[Attempt]:
    """Check a run that has ended; returns the attempts that were dispatched, by run, invocation and attempt."""
    rows = await full_history(store, run.run_id)
    assert [row.seq for row in rows] == list(range(1, len(rows) + 1)), f"{run.workflow} {run.run_id} has gaps"
    folded = replay(await programs.get(run.version), LoadedRun(run, None, rows))
    assert folded.status is run.status
    assert folded.result == (None if run.result is None else json.loads(run.result))
    assert folded.error == (None if run.error is None else json.loads(run.error))
    details = (await store.run_details([run.run_id])).get(run.run_id, RunDetails())
    assert details.attributes == attributes_in(rows), f"{run.workflow} {run.run_id} is found by something else"
    answered = Counter(
        (event["invocation"], event["attempt"])
        for event in (json.loads(row.event) for row in rows)
        if event["type"] in ("action_succeeded", "action_failed")
    )
    assert set(answered.values()) <= {1}, f"{run.workflow} {run.run_id} has an answer twice"
    return {
        (run.run_id, command.invocation, command.attempt)
        for row in rows
        for command in load_commands(row.commands)
        if isinstance(command, DispatchAction)
    }


async def check_exactly_once(store: RunStore, run_ids: list[UUID], ledger: Path) -> int:
    """Every run is sound and each of its attempts was executed once; returns how many attempts that were."""
    programs = Programs(store)
    dispatched: set[Attempt] = set()
    for run_id in run_ids:
        run = await store.get_run(run_id)
        assert run is not None, f"run {run_id} is not there"
        dispatched |= await check_run(store, programs, run)
    known = set(run_ids)
    executed = Counter((e.run_id, e.invocation, e.attempt) for e in read_ledger(ledger) if e.run_id in known)
    twice = {attempt: count for attempt, count in executed.items() if count > 1}
    assert not twice, f"executed more than once: {twice}"
    assert set(executed) == dispatched
    return len(dispatched)
