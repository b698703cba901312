"""What a statement costs must not depend on how many runs there are, whatever PostgreSQL knows about them."""

from __future__ import annotations

from collections.abc import Iterator

import asyncpg
import pytest
from tests.support.servers.postgres import new_database
from tests.support.store_records import finish, new_run, seconds, transition

from warren.adapters.postgres import PostgresRunStore
from warren.ports import RunFilter, RunUpdate, SnapshotRow

pytestmark = pytest.mark.server
_RUNS = 300


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with new_database(postgres_url) as url:
        yield url


async def _rows_read(url: str) -> dict[str, int]:
    """How many rows were read by going through a whole table, by table."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT relname, seq_tup_read FROM pg_stat_user_tables")
        return {row["relname"]: row["seq_tup_read"] for row in rows}
    finally:
        await connection.close()


async def test_statements_planned_on_empty_tables_use_indexes_when_those_have_grown(url: str) -> None:
    store = PostgresRunStore(url, name="plans", max_size=1)
    await store.migrate()
    await store.connect()
    for batch in (1, 1, _RUNS, 1, 16):
        runs = [new_run(key=str(number)) for number in (new_run().run_id.int for _ in range(batch))]
        ids = [run.run_id for run in runs]
        await store.create_runs(runs)
        await store.create_runs(runs[:2])
        await store.load_runs(ids[:5])
        rows = [transition(run_id, 2, invocation=2) for run_id in ids]
        snapshots = [SnapshotRow(ids[0], 2, "{}")]
        await store.commit(rows, [RunUpdate(ids[0], set_wake_at=True, wake_at=seconds(1))], snapshots)
        ends = [RunUpdate(run_id, set_wake_at=True, finish=finish()) for run_id in ids]
        await store.commit([transition(run_id, 3, invocation=3) for run_id in ids], ends)
        await store.find_run(runs[0].workflow, runs[0].key or "")
        await store.find_transitions(ids[0], 2)
        await store.history(ids[0])
        await store.open_run_ids(after=None, limit=10)
        await store.due_runs(before=seconds(0), limit=10)
        for workflow in (None, runs[0].workflow):
            listed = await store.list_runs(RunFilter(limit=5, workflow=workflow))
            await store.list_runs(RunFilter(limit=5, workflow=workflow, before=listed[-1].place))
    await store.close()
    read = await _rows_read(url)
    assert {name: count for name, count in read.items() if count and name.startswith(("runs", "history"))} == {}


async def _entries_read(url: str) -> dict[str, int]:
    """How many entries of the indexes of runs were read, by index."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT indexrelname, idx_tup_read FROM pg_stat_user_indexes")
        return {row["indexrelname"]: row["idx_tup_read"] for row in rows if row["indexrelname"].startswith("runs_")}
    finally:
        await connection.close()


@pytest.mark.parametrize(("workflow", "index"), [(None, "runs_by_creation"), ("orders.Ship", "runs_of_workflow")])
async def test_a_page_of_a_list_reads_no_more_than_its_rows_however_deep_it_is(
    url: str, workflow: str | None, index: str
) -> None:
    store = PostgresRunStore(url, name="plans", max_size=1)
    await store.migrate()
    await store.connect()
    for number in range(10):
        await store.create_runs([new_run(workflow="orders.Ship" if n % 2 else "other") for n in range(_RUNS // 10)])
        await store.create_runs([new_run(key=f"one of its own, {number}")])
    await store.close()
    await store.connect()
    before, pages, place = await _entries_read(url), 0, None
    while page := await store.list_runs(RunFilter(workflow=workflow, before=place, limit=10)):
        pages, place = pages + 1, page[-1].place
    await store.close()
    read = {name: count - before[name] for name, count in (await _entries_read(url)).items() if count != before[name]}
    assert pages == (31 if workflow is None else 16)
    assert list(read) == [index]
    assert read[index] <= (pages + 1) * 11
