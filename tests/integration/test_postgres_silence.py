"""A PostgreSQL connection that goes half open is noticed within ten seconds; a statement that is only slow is not."""

from __future__ import annotations

import asyncio
import time

import asyncpg
import pytest
from tests.chaos.proxy import ChaosProxy, Direction
from tests.support.eventually import eventually

from warren.adapters.postgres import PostgresRunStore

pytestmark = [pytest.mark.server, pytest.mark.slow]


@pytest.mark.parametrize("direction", ["to_server", "to_client"])
async def test_a_statement_on_a_half_open_connection_is_made_again(database_url: str, direction: Direction) -> None:
    head, _, tail = database_url.rpartition("@")
    place, _, database = tail.partition("/")
    host, _, port = place.partition(":")
    async with ChaosProxy(int(port or 5432), host=host) as proxy:
        store = PostgresRunStore(f"{head}@127.0.0.1:{proxy.port}/{database}", name="silent")
        await store.migrate()
        await store.connect()
        await store.get_setting("any")
        proxy.swallow(direction)
        began = time.monotonic()
        asked = asyncio.ensure_future(store.get_setting("any"))
        await eventually(lambda: proxy.swallowed > 0)
        proxy.swallow(None)  # for new connections; what was lost stays lost
        await asyncio.wait_for(asked, 30)
        assert time.monotonic() - began < 10
        await store.close()


async def test_a_statement_that_waits_in_the_server_is_left_alone(database_url: str) -> None:
    store = PostgresRunStore(database_url, name="slow")
    await store.migrate()
    await store.connect()
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        await other.execute("LOCK TABLE settings IN ACCESS EXCLUSIVE MODE")
        asked = asyncio.ensure_future(store.get_setting("any"))
        session = "SELECT pid FROM pg_stat_activity WHERE application_name = 'slow' AND state = 'active'"
        pid = await eventually(lambda: other.fetchval(session))
        await asyncio.sleep(8.0)  # longer than the watch is patient
        assert await other.fetchval(session) == pid
        assert not asked.done()
    assert await asyncio.wait_for(asked, 10) is None
    await other.close()
    await store.close()
