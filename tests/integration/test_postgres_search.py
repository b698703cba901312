"""Searches and attributes on PostgreSQL: over indexes, with other statements only for those who use them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import asyncpg
import pytest
from tests.support.servers.postgres import new_database
from tests.support.store_records import finish, new_run, seconds, transition

from warren.adapters.postgres import PostgresRunStore
from warren.contracts.ids import new_run_id
from warren.contracts.messages import RunStatus
from warren.ports import NewRun, RunFilter, RunUpdate
from warren.search import parse_where

pytestmark = pytest.mark.server
_RUNS = 3_000


@pytest.fixture
async def url(postgres_url: str) -> AsyncIterator[str]:
    with new_database(postgres_url) as url:
        yield url


@pytest.fixture
async def store(url: str) -> AsyncIterator[PostgresRunStore]:
    made = PostgresRunStore(url, name="search", max_size=1)
    await made.migrate()
    await made.connect()
    yield made
    await made.close()


def numbered(number: int) -> NewRun:
    run_id = new_run_id()
    attributes: dict[str, Any] = {"customer": f"c{number % 300}", "amount": number, "even": number % 2 == 0}
    attributes["at"], attributes["tags"] = seconds(number), [f"t{number % 7}", "all"]
    first = replace(transition(run_id, 1), at=seconds(number))
    return new_run(run_id, key=str(number), attributes=attributes, workflow=f"w{number % 3}", first=first)


@pytest.mark.parametrize(
    ("where", "count"),
    [
        ('customer = "c7"', 10),
        ('customer = "c7" and amount > 3 and status = "running"', 10),
        ('customer in ("c7", "c8") or amount < 10', 28),
        ("amount > 2900", 99),
        ("even = true and amount > 2900", 49),
        ('at >= "2025-11-20T13:20:00Z"', 15),
        ('tags = "t3" and customer != "c7"', 428),
        ('status = "failed"', 30),
        ('workflow = "w1" and amount < 30', 10),
        ('customer = "c7" or status = "failed"', 40),
        ('not customer = "c7"', 2_990),
        ('key = "17" and workflow = "w2"', 1),
    ],
)
async def test_searches_go_over_indexes(url: str, store: PostgresRunStore, where: str, count: int) -> None:
    runs = [numbered(number) for number in range(_RUNS)]
    await store.create_runs(runs)
    ends = [RunUpdate(run.run_id, finish=finish(RunStatus.FAILED)) for run in runs[50::100]]
    await store.commit([transition(update.run_id, 2) for update in ends], ends)
    await _execute(url, "ANALYZE")
    filter_ = RunFilter(where=parse_where(where), limit=_RUNS)
    found = await store.list_runs(filter_)
    expected = {run.key for run in found}
    assert len(found) == len(expected) == count, where
    assert [run.created_at for run in found] == sorted((run.created_at for run in found), reverse=True)
    await store.close()
    assert await _rows_read(url) == {}


async def test_only_who_has_attributes_has_other_statements(
    store: PostgresRunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    names: list[str] = []
    fetch = store._connections.fetch_tracked

    async def noted(query: Any, *arguments: Any) -> Any:
        names.append(query.name)
        return await fetch(query, *arguments)

    monkeypatch.setattr(store._connections, "fetch_tracked", noted)
    run, other = new_run(), new_run(attributes={"a": 1}, memo="{}")
    await store.create_runs([run])
    await store.commit([transition(run.run_id, 2)])
    await store.commit([transition(run.run_id, 3)], [RunUpdate(run.run_id, set_wake_at=True)])
    assert names == ["create_runs", "append_transitions", "commit_changes"]
    names.clear()
    await store.create_runs([other])
    await store.commit([transition(other.run_id, 2)], [RunUpdate(other.run_id, attributes={"a": 2})])
    assert names == ["create_runs_and_create_details", "commit_changes_and_set_attributes"]


async def test_what_people_write_is_never_sql(store: PostgresRunStore) -> None:
    nasty = "x' OR '1'='1'; DROP TABLE runs; -- $1 %s {}"
    await store.create_runs([new_run(key="a", attributes={"customer": nasty}), new_run(key="b")])
    found = await store.list_runs(RunFilter(where=parse_where(f'customer = "{nasty}"')))
    assert [run.key for run in found] == ["a"]
    assert len(await store.list_runs(RunFilter())) == 2


async def _rows_read(url: str) -> dict[str, int]:
    """Rows of runs and attributes that were read by going through a whole table."""
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT relname, seq_tup_read FROM pg_stat_user_tables WHERE relname LIKE 'run%' AND seq_tup_read > 0"
        )
        return {row["relname"]: row["seq_tup_read"] for row in rows}
    finally:
        await connection.close()


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def test_a_change_of_attributes_leaves_the_runs_row_alone(url: str, store: PostgresRunStore) -> None:
    run = new_run(attributes={"a": 1})
    await store.create_runs([run])
    await store.commit([transition(run.run_id, 2)], [RunUpdate(run.run_id, attributes={"a": 2, "b": "x"})])
    connection = await asyncpg.connect(url)
    try:
        (row,) = await connection.fetch("SELECT ctid::text AS place FROM runs")
    finally:
        await connection.close()
    assert row["place"] == "(0,1)"
    assert (await store.run_details([run.run_id]))[run.run_id].attributes == {"a": 2, "b": "x"}
