"""PostgreSQL is killed, restarted, paused and cut off under `PostgresRunStore`: nothing is lost, nothing is doubled."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest
from tests.support.lossy_proxy import LossyProxy
from tests.support.servers.postgres import PrivatePostgres
from tests.support.store_records import NOW, finish, new_run, program, transition

from warren.adapters.postgres import PostgresRunStore
from warren.contracts.ids import new_run_id
from warren.errors import SequenceConflict, StoreError, StoreUnavailable, WarrenError
from warren.ports import ReplyAddress, RunFilter, RunUpdate
from warren.ports.store import CreateOutcome

pytestmark = [pytest.mark.server, pytest.mark.timeout(60)]

Fault = Callable[[PrivatePostgres], Awaitable[None]]


@pytest.fixture(scope="module")
def server() -> Iterator[PrivatePostgres]:
    with PrivatePostgres({"max_connections": "30"}) as running:
        yield running


@pytest.fixture
async def store(server: PrivatePostgres) -> AsyncIterator[PostgresRunStore]:
    store = PostgresRunStore(server.url, name="faults")
    await store.migrate()
    await store.connect()
    yield store
    await store.close()


@pytest.fixture
async def proxied(
    server: PrivatePostgres, store: PostgresRunStore
) -> AsyncIterator[tuple[PostgresRunStore, LossyProxy]]:
    """A store with one connection, through a proxy."""
    async with LossyProxy(server.port) as proxy:
        behind = PostgresRunStore(f"postgresql://postgres@127.0.0.1:{proxy.port}/postgres", name="proxied", max_size=1)
        await behind.connect()
        yield behind, proxy
        await behind.close()


async def terminate_backends(server: PrivatePostgres) -> None:
    connection = await asyncpg.connect(server.url)
    for _ in range(20):
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'faults'"
        )
        await asyncio.sleep(0.03)  # between blows, not to wait for an effect
    await connection.close()


async def restart(server: PrivatePostgres) -> None:
    await asyncio.to_thread(server.restart)


async def restart_without_shutting_down(server: PrivatePostgres) -> None:
    await asyncio.to_thread(server.restart, "immediate")


async def crash(server: PrivatePostgres) -> None:
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


async def crash_again_and_again(server: PrivatePostgres) -> None:
    for _ in range(3):
        await restart_without_shutting_down(server)
    await crash(server)


@pytest.mark.parametrize(
    "fault", [terminate_backends, restart, restart_without_shutting_down, crash, crash_again_and_again]
)
async def test_nothing_is_lost_or_doubled(server: PrivatePostgres, store: PostgresRunStore, fault: Fault) -> None:
    runs = [new_run() for _ in range(6)]
    assert all(outcome.created for outcome in await store.create_runs(runs))
    is_over = asyncio.Event()
    committed: dict[UUID, int] = {}

    async def go_on(run_id: UUID, seq: int = 1) -> None:
        while not is_over.is_set():
            seq += 1
            await store.commit([transition(run_id, seq, invocation=seq)])  # a SequenceConflict fails the test
            committed[run_id] = seq
            if seq % 5 == 0:
                child = new_run()
                assert (await store.create_runs([child]))[0].created

    async with asyncio.TaskGroup() as tasks:
        for run in runs:
            tasks.create_task(go_on(run.run_id))
        await progress(committed, runs[0].run_id, 5)
        await fault(server)
        await progress(committed, runs[0].run_id, 5)
        is_over.set()
    for run in runs:
        rows = await store.history(run.run_id, limit=100_000)
        assert [row.seq for row in rows] == list(range(1, committed[run.run_id] + 1))
    assert store.is_ready


async def progress(committed: dict[UUID, int], run_id: UUID, count: int) -> None:
    """Wait until the run has got on by `count` transitions."""
    goal = committed.get(run_id, 0) + count
    async with asyncio.timeout(30):
        while committed.get(run_id, 0) < goal:
            await asyncio.sleep(0.005)


async def test_a_commit_whose_answer_was_lost_succeeds(proxied: tuple[PostgresRunStore, LossyProxy]) -> None:
    store, proxy = proxied
    run = new_run()
    await store.create_runs([run])
    rows = [transition(run.run_id, 3), transition(run.run_id, 2)]
    proxy.lose_next("answer")
    assert await store.commit(rows) == {}
    proxy.lose_next("answer")
    finished = await store.commit([transition(run.run_id, 4)], [RunUpdate(run.run_id, finish=finish())])
    assert finished[run.run_id].result == '{"done":true}'
    assert [row.seq for row in await store.history(run.run_id)] == [1, 2, 3, 4]
    assert proxy.losses == 2


async def test_creating_and_setting_whose_answer_was_lost_succeed(proxied: tuple[PostgresRunStore, LossyProxy]) -> None:
    store, proxy = proxied
    run, name = new_run(key=str(new_run_id())), str(new_run_id())
    proxy.lose_next("answer")
    assert (await store.create_runs([run]))[0].created
    assert not (await store.create_runs([run]))[0].created
    for value, expected in (("1", None), ("2", "1")):
        proxy.lose_next("answer")
        assert await store.set_setting(name, value, expected=expected)
    assert proxy.losses == 3


async def test_a_commit_that_was_lost_and_overtaken_is_a_conflict(
    store: PostgresRunStore, proxied: tuple[PostgresRunStore, LossyProxy]
) -> None:
    slow, proxy = proxied
    run = new_run()
    await store.create_runs([run])
    other = transition(run.run_id, 2, event='"the other one\'s"')
    proxy.lose_next("answer")  # of the statement that fails: the retry must not take the other's row for its own
    await store.commit([other])
    with pytest.raises(SequenceConflict) as caught:
        await slow.commit([transition(run.run_id, 2), transition(run.run_id, 3)])
    assert caught.value.run_ids == (run.run_id,)
    assert await store.history(run.run_id) == [run.first, other]
    assert proxy.losses == 1


async def test_a_commit_that_never_arrived_is_made_again(proxied: tuple[PostgresRunStore, LossyProxy]) -> None:
    store, proxy = proxied
    run = new_run()
    await store.create_runs([run])
    proxy.lose_next("request")
    await store.commit([transition(run.run_id, 2)])
    assert [row.seq for row in await store.history(run.run_id)] == [1, 2]
    assert proxy.losses == 1


async def test_a_server_that_hangs_is_given_up_in_time_and_used_again(server: PrivatePostgres) -> None:
    store = PostgresRunStore(server.url, name="hasty", give_up_after=timedelta(seconds=0.5))
    await store.migrate()
    await store.connect()
    run = new_run()
    await store.create_runs([run])
    server.pause()
    try:
        start = time.monotonic()
        async with asyncio.timeout(30):  # it hangs for as long as this test likes
            with pytest.raises(StoreUnavailable, match=r"127\.0\.0\.1"):
                await store.commit([transition(run.run_id, 2)])
        assert time.monotonic() - start > 0.4
    finally:
        server.resume()
    await store.commit([transition(run.run_id, 3)])
    assert store.is_ready
    await store.close()


async def test_readiness_follows_the_server(server: PrivatePostgres) -> None:
    store = PostgresRunStore(server.url, name="hasty", give_up_after=timedelta(seconds=0.3))
    await store.migrate()
    await store.connect()
    await asyncio.to_thread(server.stop)
    with pytest.raises(StoreUnavailable):
        await store.get_run(new_run_id())
    assert not store.is_ready
    late = PostgresRunStore(server.url, name="patient")
    connecting = asyncio.create_task(late.connect())
    await asyncio.to_thread(server.start)
    async with asyncio.timeout(20):
        await connecting
    await store.get_run(new_run_id())
    assert store.is_ready
    assert late.is_ready
    await late.close()
    await store.close()


async def test_too_many_connections_are_waited_out(server: PrivatePostgres, store: PostgresRunStore) -> None:
    crowd: list[asyncpg.Connection[asyncpg.Record]] = []
    with contextlib.suppress(asyncpg.TooManyConnectionsError):
        while len(crowd) < 31:
            crowd.append(await asyncpg.connect(server.url))
    assert 0 < len(crowd) <= 30
    late = PostgresRunStore(server.url, name="patient")
    connecting = asyncio.create_task(late.connect())
    done, _ = await asyncio.wait([connecting], timeout=0.3)
    assert not done
    for connection in crowd:
        await connection.close()
    async with asyncio.timeout(10):
        await connecting
    await late.close()


async def test_a_cancelled_caller_leaves_nothing_broken(store: PostgresRunStore) -> None:
    run = new_run()
    await store.create_runs([run])
    for seq in range(2, 40):
        task = asyncio.create_task(store.commit([transition(run.run_id, seq)]))
        await asyncio.sleep(seq / 100_000)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    assert (
        await asyncio.gather(*(store.get_run(run.run_id) for _ in range(10))) == [await store.get_run(run.run_id)] * 10
    )


def every_operation(store: PostgresRunStore) -> list[Callable[[], Awaitable[object]]]:
    run = new_run(key="k")
    return [
        lambda: store.save_program(program("v1")),
        lambda: store.load_program("v1"),
        lambda: store.latest_program("w"),
        store.list_programs,
        lambda: store.create_runs([run]),
        lambda: store.load_runs([run.run_id]),
        lambda: store.commit([transition(run.run_id, 2)], [RunUpdate(run.run_id, finish=finish())]),
        lambda: store.find_transitions(run.run_id, 1),
        lambda: store.due_runs(before=NOW, limit=1),
        lambda: store.open_run_ids(after=None, limit=1),
        lambda: store.get_run(run.run_id),
        lambda: store.find_run("w", "k"),
        lambda: store.list_runs(RunFilter()),
        lambda: store.list_runs(RunFilter(workflow="w")),
        lambda: store.history(run.run_id),
        lambda: store.get_setting("s"),
        lambda: store.set_setting("s", "1", expected=None),
        lambda: store.set_setting("s", "1", expected="0"),
        store.maintain,
    ]


async def test_no_exception_of_the_driver_escapes(server: PrivatePostgres) -> None:
    store = PostgresRunStore(server.url, name="hasty", give_up_after=timedelta(seconds=0.05))
    await store.connect()
    administrator = await asyncpg.connect(server.url)
    await administrator.execute("ALTER TABLE programs RENAME TO gone_programs")
    await administrator.execute("ALTER TABLE runs RENAME TO gone_runs")
    await administrator.execute("ALTER TABLE history RENAME TO gone_history")
    await administrator.execute("ALTER TABLE settings RENAME TO gone_settings")
    for operation in every_operation(store)[:-1]:
        with pytest.raises(StoreError, match="warren migrate"):
            await operation()
    for name in ("programs", "runs", "history", "settings"):
        await administrator.execute(f"ALTER TABLE gone_{name} RENAME TO {name}")
    await administrator.close()
    await asyncio.to_thread(server.stop)
    for operation in every_operation(store):
        with pytest.raises(StoreUnavailable):
            await operation()
    await store.close()
    await asyncio.to_thread(server.start)


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("postgresql://nobody_here@127.0.0.1:{port}/postgres", "nobody_here"),
        ("postgresql://postgres@127.0.0.1:{port}/missing", "warren migrate"),
        ("postgresql://postgres@127.0.0.1:{port}x/postgres", "postgresql://user:password@host"),
        ("mysql://postgres:secret@127.0.0.1:{port}/postgres", "postgresql://user:password@host"),
        ("postgresql://postgres:secret@127.0.0.1:1/postgres", "is PostgreSQL running there"),
    ],
)
async def test_a_wrong_url_says_what_is_wrong_with_it(server: PrivatePostgres, url: str, message: str) -> None:
    store = PostgresRunStore(url.format(port=server.port), name="x", give_up_after=timedelta(seconds=0.2))
    with pytest.raises(WarrenError, match=message) as caught:
        await store.connect()
    assert "secret" not in str(caught.value)
    await store.close()


_REFUSE_UPDATES = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
CREATE TRIGGER refuse BEFORE UPDATE ON runs EXECUTE FUNCTION refuse();
"""


async def test_starts_that_were_left_half_done_are_finished_by_the_next_call(
    server: PrivatePostgres, store: PostgresRunStore
) -> None:
    """Creating is one transaction, naming new reply addresses of existing runs another one."""
    existing, fresh = new_run(reply_to="first"), new_run()
    await store.create_runs([existing])
    starts = [replace(existing, reply_to="second"), fresh]
    connection = await asyncpg.connect(server.url)
    await connection.execute(_REFUSE_UPDATES)
    with pytest.raises(WarrenError):
        await store.create_runs(starts)
    assert await store.history(fresh.run_id) == [fresh.first]
    await connection.execute("DROP FUNCTION refuse() CASCADE")
    await connection.close()
    assert await store.create_runs(starts) == [
        CreateOutcome(existing.run_id, created=False),
        CreateOutcome(fresh.run_id, created=False),
    ]
    stored = await store.get_run(existing.run_id)
    assert stored is not None
    assert stored.reply == ReplyAddress("second", None)


_DEADLOCK_ONCE = """
CREATE SEQUENCE insertions;
CREATE FUNCTION deadlock_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF nextval('insertions') = 1 THEN
        RAISE EXCEPTION 'deadlock detected' USING ERRCODE = 'deadlock_detected';
    END IF;
    RETURN new;
END
$$;
CREATE TRIGGER deadlock_once BEFORE INSERT ON runs FOR EACH ROW EXECUTE FUNCTION deadlock_once();
"""


async def test_what_was_rolled_back_is_not_taken_for_done(server: PrivatePostgres, store: PostgresRunStore) -> None:
    """After a deadlock the statement is tried again, and the equal rows that are there now are somebody else's."""
    run = new_run()
    assert (await store.create_runs([run]))[0].created
    connection = await asyncpg.connect(server.url)
    await connection.execute(_DEADLOCK_ONCE)
    assert await store.create_runs([run]) == [CreateOutcome(run.run_id, created=False)]
    assert await connection.fetchval("SELECT last_value FROM insertions") == 2, "it was tried again"
    await connection.execute("DROP FUNCTION deadlock_once() CASCADE; DROP SEQUENCE insertions")
    await connection.close()
