"""`PostgresRunStore`: the port in terms of named queries. Decides nothing about connections, retries or tables."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from warren.adapters.postgres.connections import Connections, Row
from warren.adapters.postgres.detail_rows import detail_columns, set_columns, to_details
from warren.adapters.postgres.failures import RowTaken
from warren.adapters.postgres.migrations import check_migrations, migrate
from warren.adapters.postgres.rows import (
    change_columns,
    continuation_columns,
    new_run_columns,
    quarantine_columns,
    to_loaded_run,
    to_program,
    to_quarantined,
    to_run,
    to_transition,
    transition_columns,
)
from warren.adapters.postgres.search_sql import SEARCH, search_query
from warren.adapters.postgres.sql_files import Query, extended, load_queries
from warren.contracts.messages import RunStatus
from warren.errors import SequenceConflict
from warren.ports.quarantined import QuarantinedMessage
from warren.ports.store import (
    Continuation,
    CreateOutcome,
    LoadedRun,
    NewRun,
    ProgramRecord,
    RunDetails,
    RunFilter,
    RunStore,
    RunUpdate,
    SnapshotRow,
    StoredRun,
    TransitionRow,
)
from warren.ports.swept import DueRun, IdleRun

_HISTORY = load_queries("history.sql")
_RUNS = load_queries("runs.sql")
_PROGRAMS = load_queries("programs.sql")
_SETTINGS = load_queries("settings.sql")
_QUARANTINE = load_queries("quarantine.sql")
_CREATE_WITH_DETAILS = extended(_RUNS["create_runs"], SEARCH["create_details"])
_CONTINUE_WITH_ATTRIBUTES = extended(_HISTORY["continue_runs"], SEARCH["set_attributes"])
_COMMIT_WITH_ATTRIBUTES = extended(_HISTORY["commit_changes"], SEARCH["set_attributes"])
_MONTHS_AHEAD = 3
_Start = tuple[UUID, str, str | None]


class PostgresRunStore(RunStore):
    """Runs, histories and programs in PostgreSQL 14 or newer.

    `url` is postgresql://user:password@host:port/database; `name` shows in `pg_stat_activity`. A call waits for an
    absent server without limit, or until `give_up_after`. A commit whose acknowledgement was lost is tried again; where
    its rows turn out to be in the history already, it has succeeded.
    """

    def __init__(
        self,
        url: str,
        *,
        name: str,
        give_up_after: timedelta | None = None,
        min_size: int = 1,
        max_size: int = 4,
    ) -> None:
        self._connections = Connections(
            url, name=name, give_up_after=give_up_after, min_size=min_size, max_size=max_size
        )

    @property
    def is_ready(self) -> bool:
        return self._connections.is_reachable

    async def connect(self) -> None:
        await self._connections.open()
        try:
            await check_migrations(self._connections)
        except BaseException:
            await self._connections.close()
            raise

    async def close(self) -> None:
        await self._connections.close()

    async def migrate(self) -> list[str]:
        applied = await migrate(self._connections)
        await self._connections.run_alone(
            lambda connection: connection.execute(_SETTINGS["ensure_history_partitions"].sql, _MONTHS_AHEAD)
        )
        return applied

    async def maintain(self) -> None:
        await self._fetch(_SETTINGS["ensure_history_partitions"], _MONTHS_AHEAD)

    # programs

    async def save_program(self, record: ProgramRecord) -> None:
        await self._fetch(
            _PROGRAMS["save_program"],
            record.version,
            record.workflow,
            record.ir,
            record.program,
            record.registered_at,
        )

    async def load_program(self, version: str) -> ProgramRecord | None:
        return _one([to_program(row) for row in await self._fetch(_PROGRAMS["load_program"], version)])

    async def latest_program(self, workflow: str) -> ProgramRecord | None:
        return _one([to_program(row) for row in await self._fetch(_PROGRAMS["latest_program"], workflow)])

    async def list_programs(self) -> list[ProgramRecord]:
        return [to_program(row) for row in await self._fetch(_PROGRAMS["list_programs"])]

    # runs

    async def create_runs(self, runs: Sequence[NewRun]) -> list[CreateOutcome]:
        outcomes: dict[int, CreateOutcome] = {}
        waiting = list(enumerate(runs))
        while waiting:  # once more for what an equal run id before it kept from being tried, and nothing stands for
            firsts: dict[UUID, int] = {}
            for place, run in waiting:
                firsts.setdefault(run.run_id, place)
            created = await self._create_distinct([runs[place] for place in firsts.values()])
            outcomes |= {place: CreateOutcome(run_id, True) for run_id, place in firsts.items() if run_id in created}
            others = [(place, run) for place, run in waiting if place not in outcomes]
            standing = await self._adopt([run for _, run in others]) if others else {}
            outcomes |= {place: standing[_start_of(run)] for place, run in others if _start_of(run) in standing}
            waiting = [(place, run) for place, run in others if place not in outcomes]
        return [outcomes[place] for place in range(len(runs))]

    async def _create_distinct(self, runs: Sequence[NewRun]) -> set[UUID]:
        query, columns = _RUNS["create_runs"], new_run_columns(runs)
        if any(run.attributes or run.memo is not None for run in runs):
            query, columns = _CREATE_WITH_DETAILS, (*columns, *detail_columns(runs))
        rows, was_retried = await self._connections.fetch_tracked(query, *columns)
        created: set[UUID] = {row["id"] for row in rows}
        if was_retried and len(created) < len(runs):  # a try whose answer was lost may have created them
            firsts = [run.first for run in runs if run.run_id not in created]
            created |= {row.run_id for row in await self._find_taken(firsts) if row in firsts}
        return created

    async def _adopt(self, runs: Sequence[NewRun]) -> dict[_Start, CreateOutcome]:
        """Give existing runs their new reply addresses; returns which run stands for each start, where one does."""
        replies: dict[tuple[UUID, str], tuple[str | None, str | None]] = {}
        for run in sorted(runs, key=lambda run: run.run_id):
            wanted = (run.run_id, run.workflow)
            if run.reply_to is not None or wanted not in replies:
                replies[wanted] = (run.reply_to, run.correlation_id)
        rows = await self._fetch(
            _RUNS["adopt_runs"],
            [run_id for run_id, _ in replies],
            [workflow for _, workflow in replies],
            [reply[0] for reply in replies.values()],
            [reply[1] for reply in replies.values()],
        )
        workflows: dict[UUID, str] = {row["id"]: row["workflow"] for row in rows}
        standing: dict[_Start, CreateOutcome] = {}
        for run in runs:
            if (owner := workflows.get(run.run_id)) is not None:
                taken_by = None if owner == run.workflow else owner
                standing[_start_of(run)] = CreateOutcome(run.run_id, created=False, taken_by=taken_by)
        keyed = [run for run in runs if run.run_id not in workflows and run.key is not None]
        if keyed:
            rows = await self._fetch(
                _RUNS["find_key_owners"], [run.workflow for run in keyed], [run.key for run in keyed]
            )
            by_key = {(row["workflow"], row["key"]): row["id"] for row in rows}
            for run in keyed:
                if (by := by_key.get((run.workflow, run.key))) is not None:
                    standing[_start_of(run)] = CreateOutcome(by, created=False)
        return standing

    async def load_runs(self, run_ids: Sequence[UUID]) -> dict[UUID, LoadedRun]:
        rows = await self._fetch(_RUNS["load_runs"], list(run_ids)) if run_ids else []
        return {row["id"]: to_loaded_run(row) for row in rows}

    async def commit(
        self,
        transitions: Sequence[TransitionRow],
        updates: Sequence[RunUpdate] = (),
        snapshots: Sequence[SnapshotRow] = (),
    ) -> dict[UUID, StoredRun]:
        # In the order of the primary key: two writers that collide then wait for each other instead of deadlocking.
        ordered = sorted(transitions, key=_place) if len(transitions) > 1 else transitions
        try:
            if updates or snapshots:
                query = _HISTORY["commit_changes"]
                columns = (*transition_columns(ordered), *change_columns(updates, snapshots))
                if any(update.attributes for update in updates):
                    query, columns = _COMMIT_WITH_ATTRIBUTES, (*columns, *set_columns(updates))
                rows = await self._fetch(query, *columns)
            elif ordered:
                rows = await self._fetch(_HISTORY["append_transitions"], *transition_columns(ordered))
            else:
                rows = []
        except RowTaken as error:
            await self._raise_unless_ours(ordered, error)
            rows = await self._fetch(_RUNS["get_runs"], [update.run_id for update in updates if update.finish])
        return {row["id"]: to_run(row) for row in rows}

    async def continue_runs(
        self,
        transitions: Sequence[TransitionRow],
        continuations: Sequence[Continuation],
        updates: Sequence[RunUpdate] = (),
    ) -> dict[UUID, StoredRun]:
        ordered = sorted(transitions, key=_place)
        query, columns = _HISTORY["continue_runs"], (*transition_columns(ordered), *continuation_columns(continuations))
        if any(update.attributes for update in updates):
            query, columns = _CONTINUE_WITH_ATTRIBUTES, (*columns, *set_columns(updates))
        try:
            rows = await self._fetch(query, *columns)
        except RowTaken as error:
            await self._raise_unless_ours([*ordered, *(each.first for each in continuations)], error)
            run_ids = [run_id for each in continuations for run_id in (each.run_id, each.first.run_id)]
            known = [to_run(row) for row in await self._fetch(_RUNS["get_runs"], run_ids)]
            return {run.run_id: run for run in known if run.status is not RunStatus.RUNNING}
        return {row["id"]: to_run(row) for row in rows}

    async def _raise_unless_ours(self, transitions: Sequence[TransitionRow], error: RowTaken) -> None:
        taken = await self._find_taken(transitions)
        if error.was_retried and len(taken) == len(transitions) and all(row in taken for row in transitions):
            return  # the try whose answer was lost had been committed
        run_ids = {row.run_id for row in taken} or {row.run_id for row in transitions}
        raise SequenceConflict(
            f"sequence conflict: another coordinator was first for {', '.join(map(str, sorted(run_ids)))}",
            run_ids=sorted(run_ids),
        ) from error

    async def _find_taken(self, transitions: Sequence[TransitionRow]) -> list[TransitionRow]:
        rows = await self._fetch(
            _HISTORY["find_taken"], [row.run_id for row in transitions], [row.seq for row in transitions]
        )
        return [to_transition(row) for row in rows]

    async def find_transitions(self, run_id: UUID, invocation: int) -> list[TransitionRow]:
        return [to_transition(row) for row in await self._fetch(_HISTORY["find_transitions"], run_id, invocation)]

    async def find_in_chain(self, run_id: UUID, invocation: int, *, whole: bool) -> list[TransitionRow]:
        return [to_transition(row) for row in await self._fetch(_HISTORY["find_in_chain"], run_id, invocation, whole)]

    async def last_of_chains(self, run_ids: Sequence[UUID]) -> dict[UUID, StoredRun]:
        rows = await self._fetch(_RUNS["last_of_chains"], list(run_ids)) if run_ids else []
        return {row["first_id"]: to_run(row) for row in rows}

    async def due_runs(self, *, before: datetime, limit: int) -> list[DueRun]:
        return [DueRun(*row) for row in await self._fetch(_RUNS["due_runs"], before, limit)]

    async def open_run_ids(self, *, after: UUID | None, limit: int) -> list[UUID]:
        return [row["id"] for row in await self._fetch(_RUNS["open_run_ids"], after, limit)]

    async def idle_runs(
        self, *, since: datetime | None, before: datetime, is_timed: bool, after: UUID | None, limit: int
    ) -> list[IdleRun]:
        rows = await self._fetch(_RUNS["idle_runs"], since, before, is_timed, after, limit)
        return [IdleRun(*row) for row in rows]

    async def running_among(self, run_ids: Sequence[UUID]) -> set[UUID]:
        return {row["id"] for row in await self._fetch(_RUNS["running_among"], list(run_ids))} if run_ids else set()

    async def get_run(self, run_id: UUID) -> StoredRun | None:
        return _one([to_run(row) for row in await self._fetch(_RUNS["get_runs"], [run_id])])

    async def get_runs(self, run_ids: Sequence[UUID]) -> dict[UUID, StoredRun]:
        found = [to_run(row) for row in await self._fetch(_RUNS["get_runs"], list(run_ids))]
        return {run.run_id: run for run in found}

    async def find_run(self, workflow: str, key: str) -> StoredRun | None:
        return _one([to_run(row) for row in await self._fetch(_RUNS["find_run"], workflow, key)])

    async def list_runs(self, filter: RunFilter) -> list[StoredRun]:  # noqa: A002 - the port's word for it
        if filter.where is not None:
            query, arguments = search_query(filter)
            return [to_run(row) for row in await self._fetch(query, *arguments)]
        status = None if filter.status is None else filter.status.value
        created, run_id = (None, None) if filter.before is None else (filter.before.created_at, filter.before.run_id)
        if filter.workflow is None:
            rows = await self._fetch(_RUNS["list_runs"], status, created, run_id, filter.limit)
        else:
            query = _RUNS["list_runs_of_workflow"]
            rows = await self._fetch(query, filter.workflow, status, created, run_id, filter.limit)
        return [to_run(row) for row in rows]

    async def run_details(self, run_ids: Sequence[UUID]) -> dict[UUID, RunDetails]:
        if not run_ids:
            return {}
        attributes = await self._fetch(SEARCH["attributes_of"], list(run_ids))
        return to_details(attributes, await self._fetch(SEARCH["memos_of"], list(run_ids)))

    async def history(self, run_id: UUID, *, after_seq: int = 0, limit: int = 1000) -> list[TransitionRow]:
        return [to_transition(row) for row in await self._fetch(_HISTORY["read_history"], run_id, after_seq, limit)]

    # quarantine

    async def quarantine(self, messages: Sequence[QuarantinedMessage]) -> None:
        if messages:
            await self._fetch(_QUARANTINE["quarantine"], *quarantine_columns(messages))

    async def quarantined(self, *, limit: int = 100) -> list[QuarantinedMessage]:
        return [to_quarantined(row) for row in await self._fetch(_QUARANTINE["quarantined"], limit)]

    async def claim_quarantined(
        self, *, due_at: datetime, until: datetime, limit: int = 100
    ) -> list[QuarantinedMessage]:
        rows = await self._fetch(_QUARANTINE["claim_quarantined"], due_at, until, limit)
        return [to_quarantined(row) for row in rows]

    async def release(self, messages: Sequence[QuarantinedMessage]) -> int:
        ids, tries = [each.id for each in messages], [each.tries for each in messages]
        return len(await self._fetch(_QUARANTINE["release"], ids, tries)) if ids else 0

    async def quarantined_among(self, run_ids: Sequence[UUID]) -> set[UUID]:
        if not run_ids:
            return set()
        return {row["run_id"] for row in await self._fetch(_QUARANTINE["quarantined_among"], list(run_ids))}

    # settings

    async def get_setting(self, name: str) -> str | None:
        return _one([row["value"] for row in await self._fetch(_SETTINGS["get_setting"], name)])

    async def set_setting(self, name: str, value: str, *, expected: str | None) -> bool:
        if expected is None:
            query, arguments = _SETTINGS["add_setting"], [name, value]
        else:
            query, arguments = _SETTINGS["replace_setting"], [name, value, expected]
        rows, was_retried = await self._connections.fetch_tracked(query, *arguments)
        return bool(rows) or (was_retried and await self.get_setting(name) == value)

    async def _fetch(self, query: Query, *arguments: Any) -> list[Row]:
        return await self._connections.fetch(query, *arguments)


_T = TypeVar("_T")


def _start_of(run: NewRun) -> _Start:
    """What decides which run stands for a start."""
    return run.run_id, run.workflow, run.key


def _one(items: Sequence[_T]) -> _T | None:
    return items[0] if items else None


def _place(row: TransitionRow) -> tuple[UUID, int]:
    return row.run_id, row.seq
