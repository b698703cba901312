"""`world`: what a broker test needs, once on the memory broker and once on a real RabbitMQ."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest
from tests.support.brokers import World, world_of

from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.store import MemoryRunStore
from warren.adapters.postgres import PostgresRunStore
from warren.ports import RunStore


@pytest.fixture(params=["memory", pytest.param("rabbit", marks=pytest.mark.server)])
async def world(request: pytest.FixtureRequest) -> AsyncIterator[World]:
    async with world_of(request.param, request) as made:
        yield made


Connect = Callable[[], Awaitable[RunStore]]


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.server)])
async def another(request: pytest.FixtureRequest) -> AsyncIterator[Connect]:
    """Connects one more store to the same, initially empty, database."""
    stores: list[RunStore] = []
    database = MemoryDatabase()
    url = request.getfixturevalue("database_url") if request.param == "postgres" else None
    if url is not None:
        await PostgresRunStore(url, name="contract").migrate()
        await _empty(url)

    async def connect() -> RunStore:
        store: RunStore = MemoryRunStore(database)
        if url is not None:
            store = PostgresRunStore(url, name="contract", give_up_after=timedelta(seconds=20))
        await store.connect()
        stores.append(store)
        return store

    yield connect
    for store in stores:
        await store.close()


@pytest.fixture
async def store(another: Connect) -> RunStore:
    return await another()


async def _empty(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("TRUNCATE programs, runs, history, settings, quarantine")
    await connection.close()
