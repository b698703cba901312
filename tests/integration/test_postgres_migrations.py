"""Creating and upgrading the tables, and the partitions of the history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import asyncpg
import pytest
from tests.support.servers.postgres import new_database
from tests.support.store_records import new_run, transition

from warren.adapters.postgres import PostgresRunStore
from warren.contracts.ids import derived_run_id, new_run_id
from warren.errors import StoreError

pytestmark = pytest.mark.server
NAMES = [
    "0001_tables",
    "0002_history_partitions",
    "0003_runs_by_creation",
    "0004_quarantine",
    "0005_attributes",
    "0006_paused_runs",
    "0007_continued_runs",
]


@pytest.fixture
def url(postgres_url: str) -> Iterator[str]:
    with new_database(postgres_url) as url:
        yield url


@pytest.fixture
async def sql(url: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    connection = await asyncpg.connect(url)
    yield connection
    await connection.close()


def make(url: str) -> PostgresRunStore:
    return PostgresRunStore(url, name="migrations", give_up_after=timedelta(seconds=20))


async def test_migrate_works_before_connect_and_names_what_it_did(url: str) -> None:
    store = make(url)
    with pytest.raises(StoreError, match="run `warren migrate`"):
        await store.connect()
    assert await store.migrate() == NAMES
    assert await store.migrate() == []
    await store.connect()
    await store.close()


async def test_the_database_is_created_when_it_is_missing(postgres_url: str) -> None:
    name = f'warren_test_{uuid4().hex[:8]} "odd"'
    url = urlunsplit(urlsplit(postgres_url)._replace(path=f"/{name}"))
    applied = await asyncio.gather(*(make(url).migrate() for _ in range(3)))
    assert sorted(applied) == [[], [], NAMES]
    administrator = await asyncpg.connect(postgres_url)
    await administrator.execute('DROP DATABASE "{}" WITH (FORCE)'.format(name.replace('"', '""')))
    await administrator.close()


async def test_many_at_once_apply_each_migration_once(url: str, sql: asyncpg.Connection[asyncpg.Record]) -> None:
    applied = await asyncio.gather(*(make(url).migrate() for _ in range(5)))
    assert sorted(applied) == [[], [], [], [], NAMES]
    assert [row["name"] for row in await sql.fetch("SELECT name FROM migrations ORDER BY name")] == NAMES


async def test_a_newer_database_is_refused(url: str, sql: asyncpg.Connection[asyncpg.Record]) -> None:
    await make(url).migrate()
    await sql.execute("INSERT INTO migrations (name, checksum) VALUES ('9999_future', 'x')")
    for operation in (make(url).migrate, make(url).connect):
        with pytest.raises(StoreError, match=r"newer Warren.*9999_future.*upgrade"):
            await operation()


async def test_a_changed_migration_is_refused(url: str, sql: asyncpg.Connection[asyncpg.Record]) -> None:
    await make(url).migrate()
    await sql.execute("UPDATE migrations SET checksum = 'x' WHERE name = '0001_tables'")
    for operation in (make(url).migrate, make(url).connect):
        with pytest.raises(StoreError, match="another edition of 0001_tables"):
            await operation()


async def test_a_migration_that_fails_leaves_nothing_behind(url: str, sql: asyncpg.Connection[asyncpg.Record]) -> None:
    await sql.execute("CREATE TABLE settings (x int)")  # in the way of the last statement of 0001
    with pytest.raises(StoreError, match="settings"):
        await make(url).migrate()
    assert await sql.fetchval("SELECT to_regclass('runs')") is None
    await sql.execute("DROP TABLE settings")
    assert await make(url).migrate() == NAMES


async def test_the_coming_months_have_partitions(url: str, sql: asyncpg.Connection[asyncpg.Record]) -> None:
    store = make(url)
    await store.migrate()
    await store.connect()
    today = datetime.now(UTC)
    months = [(today.year * 12 + today.month - 1 + ahead) for ahead in range(4)]
    expected = {f"history_{month // 12}_{month % 12 + 1:02}" for month in months}
    assert await partitions(sql) == expected | {"history_default"}
    run = new_run()
    await store.create_runs([run])
    assert await home(sql, run.run_id) == f"history_{today:%Y_%m}"
    await store.close()


async def test_late_upkeep_moves_what_lies_in_the_default_partition(
    url: str, sql: asyncpg.Connection[asyncpg.Record]
) -> None:
    store = make(url)
    await store.migrate()
    await store.connect()
    first, last, after = (
        derived_run_id(moment, "x")
        for moment in (
            datetime(2199, 3, 1, tzinfo=UTC),
            datetime(2199, 3, 31, 23, 59, 59, 999000, tzinfo=UTC),
            datetime(2199, 4, 1, tzinfo=UTC),
        )
    )
    await store.create_runs([new_run(run_id) for run_id in (first, last, after)])
    await store.commit([transition(first, 2), transition(first, 3)])
    assert await home(sql, first) == "history_default"
    march = datetime(2199, 3, 15, tzinfo=UTC)
    names = await sql.fetch("SELECT warren_ensure_history_partitions(0, $1)", march)
    assert [row[0] for row in names] == ["history_2199_03"]
    assert [await home(sql, run_id) for run_id in (first, last, after)] == [
        "history_2199_03",
        "history_2199_03",
        "history_default",
    ]
    assert [row.seq for row in await store.history(first)] == [1, 2, 3]
    assert await sql.fetch("SELECT warren_ensure_history_partitions(0, $1)", march) == []
    await store.close()


async def test_upkeep_does_not_disturb_writers(url: str, sql: asyncpg.Connection[asyncpg.Record]) -> None:
    store = make(url)
    await store.migrate()
    await store.connect()
    run_ids = [new_run_id() for _ in range(3)] + [derived_run_id(datetime(2199, 3, 1, tzinfo=UTC), "x")]
    await store.create_runs([new_run(run_id) for run_id in run_ids])

    async def write() -> None:
        for seq in range(2, 60):
            await store.commit([transition(run_id, seq) for run_id in run_ids])

    async def maintain_forever() -> None:
        for month in range(1, 13):
            moment = datetime(2199, month, 1, tzinfo=UTC)
            await sql.fetch("SELECT warren_ensure_history_partitions(1, $1)", moment)

    await asyncio.gather(write(), maintain_forever(), store.maintain(), store.maintain())
    for run_id in run_ids:
        assert [row.seq for row in await store.history(run_id)] == list(range(1, 60))
    assert await home(sql, run_ids[-1]) == "history_2199_03"
    await store.close()


async def test_reads_of_one_run_use_an_index_in_one_partition(
    url: str, sql: asyncpg.Connection[asyncpg.Record]
) -> None:
    await make(url).migrate()
    plan = await sql.fetch(
        "EXPLAIN SELECT * FROM history WHERE run_id = $1 AND invocation = 7".replace("$1", f"'{new_run_id()}'")
    )
    text = "\n".join(row[0] for row in plan)
    assert "history_invocation" in text or "invocation_idx" in text
    assert "Append" not in text


async def partitions(sql: asyncpg.Connection[asyncpg.Record]) -> set[str]:
    rows = await sql.fetch("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'history'::regclass")
    return {row[0] for row in rows}


async def home(sql: asyncpg.Connection[asyncpg.Record], run_id: object) -> str:
    name: str = await sql.fetchval("SELECT tableoid::regclass::text FROM history WHERE run_id = $1 LIMIT 1", run_id)
    return name
