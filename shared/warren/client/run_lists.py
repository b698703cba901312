"""What a client reads of runs: one of them, or a list of those that a search finds, with what they are found by."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from uuid import UUID

from warren.client.run_lookup import find_run, name_of, place_of
from warren.contracts.attributes import AttributeValue
from warren.contracts.messages import Json, RunStatus
from warren.ports import RunDetails, RunFilter, RunStore, StoredRun
from warren.sdk.workflow import Workflow
from warren.search import parse_where


@dataclass(frozen=True, slots=True)
class DescribedRun(StoredRun):
    """A run's row, with its attributes and its memo."""

    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    memo: Mapping[str, Json] = field(default_factory=dict)


class RunLists(ABC):
    """The part of `Warren` that reads runs."""

    @abstractmethod
    async def store(self) -> RunStore:
        """The database, connected."""

    async def describe(self, run: UUID | str, *, workflow: type[Workflow] | str | None = None) -> DescribedRun:
        """A run's row, with its attributes and memo, by its id, or by its key and workflow; raises `RunNotFound`."""
        return await describe_run(await self.store(), run, workflow)

    async def list_runs(
        self,
        *,
        where: str | None = None,
        workflow: type[Workflow] | str | None = None,
        status: RunStatus | None = None,
        limit: int = 50,
        before: StoredRun | UUID | None = None,
    ) -> list[DescribedRun]:
        """At most `limit` runs, newest first; `before` continues a list after a run (its row or its id).

        `where` is a condition over attributes and what every run has: `customer = "x" and amount > 3 and status =
        "running"`. How-to "Find runs" describes it.

        Raises:
            InvalidInput: `where` is no condition; says where and why.
            RunNotFound: `before` is the id of no run.
        """
        store = await self.store()
        name = None if workflow is None else name_of(workflow)
        return await list_described(store, where=where, workflow=name, status=status, limit=limit, before=before)

    runs = list_runs
    """The same by its older name."""


async def describe_run(store: RunStore, run: UUID | str, workflow: type[Workflow] | str | None) -> DescribedRun:
    """A run's row and what is kept beside it; raises what `find_run` does."""
    return (await _described(store, [await find_run(store, run, workflow)]))[0]


async def list_described(
    store: RunStore,
    *,
    where: str | None,
    workflow: str | None,
    status: RunStatus | None,
    limit: int,
    before: StoredRun | UUID | None,
) -> list[DescribedRun]:
    """A list of runs, for people; raises what `RunLists.list_runs` does."""
    condition = None if where is None else parse_where(where)
    place = await place_of(store, before)
    wanted = RunFilter(workflow=workflow, status=status, where=condition, before=place, limit=limit)
    return await _described(store, await store.list_runs(wanted))


async def _described(store: RunStore, runs: Sequence[StoredRun]) -> list[DescribedRun]:
    details = await store.run_details([run.run_id for run in runs])
    return [_whole(run, details.get(run.run_id, RunDetails())) for run in runs]


def _whole(run: StoredRun, details: RunDetails) -> DescribedRun:
    row = {each.name: getattr(run, each.name) for each in fields(run)}
    memo = {} if details.memo is None else json.loads(details.memo)
    return DescribedRun(**row, attributes=dict(details.attributes), memo=memo)
