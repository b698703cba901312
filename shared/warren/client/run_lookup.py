"""Finding runs in the store, for people: by id or key, with errors that say what to do."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from warren.contracts.identity import shown
from warren.errors import InvalidInput, RunNotFound
from warren.ports import RunPlace, RunStore, StoredRun, TransitionRow
from warren.sdk.workflow import Workflow

_PAGE: Final = 1_000


async def find_run(store: RunStore, run: UUID | str, workflow: type[Workflow] | str | None) -> StoredRun:
    """A run's row by id, or by key and workflow.

    Raises:
        RunNotFound: there is none.
        InvalidInput: `run` is no run id, and no workflow was named that it could be a key of.
    """
    run_id = as_run_id(run)
    name = None if workflow is None else name_of(workflow)
    if run_id is not None:
        found = await store.get_run(run_id)
    elif name is None:
        raise InvalidInput(f"{run!r} is not a run id; a key is looked up together with its workflow (--workflow)")
    else:
        found = await store.find_run(name, str(run))
    if found is None:
        what = f"id {run_id}" if run_id is not None else f"key {str(run)!r} of workflow {name!r}"
        raise RunNotFound(f"there is no run with the {what}; `warren runs` lists them")
    return found


async def place_of(store: RunStore, run: StoredRun | UUID | None) -> RunPlace | None:
    """Where a list goes on after a run that was seen; raises `RunNotFound` when there is none of this id."""
    if run is None or isinstance(run, StoredRun):
        return None if run is None else run.place
    return (await find_run(store, run, None)).place


async def load_history(store: RunStore, run_id: UUID) -> list[TransitionRow]:
    """All transitions of a run; raises `RunNotFound`."""
    rows: list[TransitionRow] = []
    while page := await store.history(run_id, after_seq=rows[-1].seq if rows else 0, limit=_PAGE):
        rows += page
    if not rows:
        raise RunNotFound(f"there is no run with the id {run_id}; `warren runs` lists them")
    return rows


def as_run_id(run: UUID | str) -> UUID | None:
    """The id that `run` is, or None when it is no UUID."""
    if isinstance(run, UUID):
        return run
    try:
        return UUID(run)
    except ValueError:
        return None


def name_of(workflow: object) -> str:
    """The name of a workflow that was given by it or by its class."""
    if isinstance(workflow, str):
        return workflow
    if isinstance(workflow, type) and issubclass(workflow, Workflow):
        return workflow.short_name()
    raise TypeError(f"a workflow is given by its @workflow class or by its name, not by {shown(workflow)}")
