"""What the memory store offers to a simulator beyond the port: being away, failing before and after the fact."""

from __future__ import annotations

import pytest
from tests.support.store_records import new_run, transition

from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.store import MemoryRunStore
from warren.contracts.ids import new_run_id
from warren.errors import SequenceConflict, StoreError, StoreUnavailable
from warren.ports import RunStore


@pytest.fixture
def database() -> MemoryDatabase:
    return MemoryDatabase()


@pytest.fixture
async def store(database: MemoryDatabase) -> RunStore:
    store: RunStore = MemoryRunStore(database)
    await store.connect()
    return store


async def test_while_it_is_away_every_operation_fails_and_nothing_is_ready(
    database: MemoryDatabase, store: RunStore
) -> None:
    database.is_away = True
    for operation in (
        store.get_run(new_run_id()),
        store.migrate(),
        store.maintain(),
        MemoryRunStore(database).connect(),
    ):
        with pytest.raises(StoreUnavailable):
            await operation
    assert not store.is_ready
    database.is_away = False
    await store.get_run(new_run_id())
    assert store.is_ready


async def test_a_failure_before_the_fact_changes_nothing(database: MemoryDatabase, store: RunStore) -> None:
    run = new_run()
    database.fail_next(times=2)
    for _ in range(2):
        with pytest.raises(StoreUnavailable):
            await store.create_runs([run])
    assert (await store.create_runs([run]))[0].created


async def test_a_failure_after_the_fact_has_changed_everything(database: MemoryDatabase, store: RunStore) -> None:
    run = new_run()
    await store.create_runs([run])
    database.fail_next(StoreError("lost"), operation="commit", after=True)
    assert await store.get_run(run.run_id) is not None
    with pytest.raises(StoreError, match="lost"):
        await store.commit([transition(run.run_id, 2)])
    with pytest.raises(SequenceConflict):
        await store.commit([transition(run.run_id, 2)])


async def test_a_hook_sees_every_operation_before_it_starts(database: MemoryDatabase, store: RunStore) -> None:
    seen: list[str] = []
    database.before = seen.append
    await store.get_setting("a")
    await store.set_setting("a", "b", expected=None)
    assert seen == ["get_setting", "set_setting"]
