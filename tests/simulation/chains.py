"""Runs that continue as new in a simulation: their chains, as the database has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from warren.ports import StoredRun

if TYPE_CHECKING:
    from tests.simulation.world import World


def chain_of(world: World, run_id: UUID) -> list[StoredRun]:
    """The run and all that went on in its place, in order; empty where there is no such run."""
    chain = []
    following: UUID | None = run_id
    while following is not None and (run := world.database.runs.get(following)) is not None:
        chain.append(run)
        following = run.continued_as
    return chain


def of_chains(world: World) -> Iterator[str]:
    """Each run goes on in the place of one other, which says so; both are on one shard, and of one program."""
    runs = world.database.runs
    for run in runs.values():
        if (run.status == "continued") is not (run.continued_as is not None):
            yield f"{run.run_id}: is {run.status}, and has the successor {run.continued_as}"
        if run.continued_from is None:
            continue
        before = runs.get(run.continued_from)
        if before is None or before.continued_as != run.run_id:
            yield f"{run.run_id}: goes on in the place of {run.continued_from}, which does not say so"
        elif (before.workflow, before.version, before.shard) != (run.workflow, run.version, run.shard):
            yield f"{run.run_id}: is of another workflow, program or shard than {before.run_id}"
