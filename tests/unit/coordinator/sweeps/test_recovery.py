"""When the broker loses everything, the runs go on from the store; when it does not, nothing is sent twice."""

from __future__ import annotations

import pytest
from structlog.testing import capture_logs
from tests.support.clock import FakeClock
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import Long, Sleeps, Twice, Wide

from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.broker_server import MemoryServer
from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import names
from warren.contracts.topology import standard_topology
from warren_coordinator.sweeps.broker_marker import BrokerMarker


async def restart_without_data(made: Cluster) -> None:
    made.server.lose_data()
    await eventually(lambda: all(service.broker.is_ready for service in made.services))


async def is_marked(made: Cluster) -> bool:
    stats = await made.client.stats(names.MARKER_QUEUE)
    return bool(stats and stats.messages) and names.MARKER_SETTING in made.database.settings


async def test_open_runs_go_on_after_the_broker_lost_its_data() -> None:
    async with cluster(coordinators=2) as made:
        await made.register(Long, Wide)
        await eventually(lambda: is_marked(made))
        sequential = await made.start(Long, steps=2)
        await made.succeed(await made.actions(1), 1)
        wide = await made.start(Wide, width=3)
        await eventually(lambda: len(made.sequence(sequential)) == 2 and made.sequence(wide))
        await restart_without_data(made)
        actions = await made.actions(4)
        assert sorted((action.run_id, action.invocation) for action in actions) == sorted(
            [(sequential, 2), (wide, 1), (wide, 2), (wide, 3)]
        )
        await made.succeed(actions, 5)
        await eventually(lambda: made.is_finished(sequential) and made.is_finished(wide))
        assert not await made.has_actions()


async def test_timers_survive_the_loss_of_the_broker() -> None:
    clock = FakeClock()
    async with cluster(clock=clock, timer_poll=1) as made:
        await made.register(Sleeps)
        await eventually(lambda: is_marked(made))
        run_id = await made.start(Sleeps, before=30, seconds=0)
        await eventually(lambda: made.sequence(run_id))
        await restart_without_data(made)
        await clock.advance(32)
        await made.actions(1)


@pytest.mark.parametrize("restart", [False, True])
async def test_a_broker_that_keeps_its_data_causes_no_recovery(restart: bool) -> None:
    async with cluster(coordinators=2) as made:
        await made.register(Twice)
        await eventually(lambda: is_marked(made))
        note = made.database.settings[names.MARKER_SETTING]
        await made.start(Twice, n=1)
        await made.actions(1)
        if restart:
            made.server.stop()
            made.server.start()
        else:
            await made.coordinator()
        await eventually(lambda: is_marked(made))
        assert not await made.has_actions()
        assert made.database.settings[names.MARKER_SETTING] == note


async def marker_of(server: MemoryServer, database: MemoryDatabase, clock: FakeClock) -> BrokerMarker:
    broker, store = MemoryBroker(server), MemoryRunStore(database)
    await broker.connect()
    await broker.declare(standard_topology(shards=1, queue_type="classic"))
    await store.connect()
    return BrokerMarker(broker=broker, store=store, clock=clock)


async def test_the_first_marker_is_no_loss() -> None:
    clock = FakeClock()
    marker = await marker_of(MemoryServer(), MemoryDatabase(), clock)
    assert await clock.passing(marker.check()) is None
    assert await clock.passing(marker.check()) is None


async def test_of_two_that_find_it_lost_one_recovers() -> None:
    database, clock = MemoryDatabase(), FakeClock()
    await clock.passing((await marker_of(MemoryServer(), database, clock)).check())
    await clock.advance(60)
    other = MemoryServer()
    first, second = await marker_of(other, database, clock), await marker_of(other, database, clock)
    note = await clock.passing(first.check())
    assert note is not None
    assert note.recovering_since is not None
    assert await clock.passing(second.check()) is None


async def test_who_looks_for_the_old_marker_leaves_the_new_one_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of two that connect again one reads the note, and the other one replaces it before the first one looks."""
    database, clock, other = MemoryDatabase(), FakeClock(), MemoryServer()
    await clock.passing((await marker_of(MemoryServer(), database, clock)).check())
    await clock.advance(60)
    first, second = await marker_of(other, database, clock), await marker_of(other, database, clock)
    old = database.settings[names.MARKER_SETTING]
    note = await clock.passing(first.check())
    assert note is not None
    await first.finish(note)
    await clock.advance(60)
    store = second._setting._store
    get_setting = store.get_setting
    answers = [old]

    async def late(name: str) -> str | None:
        return answers.pop() if answers else await get_setting(name)

    monkeypatch.setattr(store, "get_setting", late)
    assert await clock.passing(second.check()) is None
    assert await clock.passing(first.check()) is None


async def test_a_recovery_that_the_store_interrupted_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("warren_coordinator.sweeps.broker_marker._CHECK_SECONDS", 0.01)
    monkeypatch.setattr("warren_coordinator.sweeps.recovery._RETRY_SECONDS", 0.05)
    async with cluster(coordinators=2, shards=1) as made:
        await made.register(Long)
        await eventually(lambda: is_marked(made))
        await made.start(Long, steps=2)
        await made.actions(1)
        made.database.fail_next(operation="open_run_ids")
        await restart_without_data(made)
        (again,) = await made.actions(1)
        assert again.invocation == 1


async def test_a_recovery_whose_coordinator_died_is_continued() -> None:
    database, clock = MemoryDatabase(), FakeClock()
    await clock.passing((await marker_of(MemoryServer(), database, clock)).check())
    await clock.advance(60)
    other = MemoryServer()
    first, second = await marker_of(other, database, clock), await marker_of(other, database, clock)
    note = await clock.passing(first.check())
    assert note is not None
    half = await first.advance(note, after=note.value)
    assert half is not None
    assert await clock.passing(second.check()) is None
    await clock.advance(60)
    left = await clock.passing(second.check())
    assert left is not None
    assert (left.after, left.value) == (note.value, note.value)
    assert await first.advance(half, after=note.value) is None, "the first one must notice that it was replaced"
    await second.finish(left)
    await clock.advance(60)
    assert await clock.passing(first.check()) is None


@pytest.mark.parametrize(("broker_url", "level"), [("memory:", "info"), ("amqp://somewhere", "warning")])
async def test_only_a_broker_that_should_have_kept_its_data_is_warned_of(broker_url: str, level: str) -> None:
    async with cluster(broker_url=broker_url) as made:
        await made.register(Twice)
        await eventually(lambda: is_marked(made))
        await made.start(Twice, n=1)
        await made.actions(1)
        with capture_logs() as said:
            await restart_without_data(made)
            await made.actions(1)
        assert {each["log_level"] for each in said if "lost its data" in each["event"]} == {level}
