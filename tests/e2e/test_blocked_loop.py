"""An action blocks its worker's event loop for longer than anybody waits for a sign of life: slow, and never double."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from tests.chaos.ledger import VARIABLE, Execution, read_ledger
from tests.e2e import workload
from tests.e2e.histories import full_history
from tests.support.eventually import eventually
from tests.support.processes import Installation, ServiceProcess, installation
from tests.support.servers.postgres import new_database
from tests.support.servers.rabbitmq import BrokerServer, empty_broker

from warren.contracts.wire import load_event

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(240)]

BLOCKED_SECONDS = 14.0
"""Longer than the broker waits (6 s), than a lease lasts, and than a run may stand still before it is looked after."""
SETTINGS = {
    "WARREN_HEARTBEAT_SECONDS": "2",
    "WARREN_LEASE_AFTER": "2",
    "WARREN_LEASE_SECONDS": "3",
    "WARREN_STALL_AFTER": "6",
    "WARREN_LOG_FORMAT": "json",
}
RESULT_SECONDS = 60.0
UNREAD = 12
GOES_ON = "event loop unblocked"


class World:
    """An installation with one worker, and what is executed in it."""

    def __init__(self, made: Installation, ledger: Path) -> None:
        self.made = made
        self.client = made.client
        self._ledger = ledger

    def worker(self, without: str | None = None) -> ServiceProcess:
        return self.made.worker("tests.e2e.workload", "--queue", "default", without=without)

    def executions(self, *run_ids: UUID) -> list[Execution]:
        return [each for each in read_ledger(self._ledger) if each.run_id in run_ids]

    async def events(self, run_id: UUID) -> list[str]:
        return [load_event(row.event).type for row in await full_history(self.made.store, run_id)]

    async def is_executed(self, run_id: UUID, times: int = 1) -> None:
        await eventually(lambda: len(self.executions(run_id)) >= times, within_seconds=30)


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    with new_database(postgres_url) as url:
        yield url


@pytest.fixture
async def world(rabbit: BrokerServer, database_url: str, tmp_path: Path) -> AsyncIterator[World]:
    ledger = tmp_path / "executions"
    async with installation(empty_broker(rabbit), database_url, **SETTINGS, **{VARIABLE: str(ledger)}) as made:
        made.compiler()
        made.coordinator()
        yield World(made, ledger)


@pytest.mark.parametrize("is_computing", [False, True], ids=["asleep", "computing"])
async def test_whatever_a_blocked_worker_holds_is_run_once_and_the_culprit_is_named(
    world: World, tmp_path: Path, is_computing: bool
) -> None:
    first = world.worker()
    await world.made.until_ready()
    gate = tmp_path / "gate"
    innocent = await world.client.start(workload.Held, 1, str(gate))
    await eventually(lambda: _has(world, innocent.id, "action_started"), within_seconds=30)
    culprit = await world.client.start(workload.Blocking, 1, BLOCKED_SECONDS, is_computing)
    await world.is_executed(culprit.id)
    unread = [await world.client.start(workload.Steps, n, steps=2) for n in range(UNREAD)]
    await eventually(lambda: _is_empty(world, "warren.actions.default"), within_seconds=10)
    second = world.worker()
    await second.until_ready()
    others = await asyncio.gather(*(world.client.start(workload.Steps, n, steps=3) for n in range(20)))

    assert await culprit.result(RESULT_SECONDS) == 2
    gate.touch()
    assert await innocent.result(RESULT_SECONDS) == 2
    assert [await each.result(RESULT_SECONDS) for each in unread] == [n + 2 for n in range(UNREAD)]
    assert [await each.result(RESULT_SECONDS) for each in others] == [n + 3 for n in range(20)]

    ids = [each.id for each in (culprit, innocent, *unread, *others)]
    times = Counter((each.run_id, each.invocation, each.attempt) for each in world.executions(*ids))
    assert set(times.values()) == {1}
    assert {each.pid for each in world.executions(culprit.id, innocent.id)} == {first.pid}
    assert first.pid in {each.pid for each in world.executions(*(each.id for each in unread))}, "it had them, unread"
    assert await world.events(innocent.id) == ["run_started", "action_started", "action_succeeded"]
    assert await world.events(culprit.id) == ["run_started", "action_started", "action_succeeded"]
    await eventually(lambda: any(each["event"] == GOES_ON for each in first.records()))
    check_logs(first, culprit.id)
    assert not any("event loop" in each["event"] for each in second.records())


def check_logs(worker: ServiceProcess, culprit: UUID) -> None:
    """It was reported at growing intervals, and once at the end, and no connection was lost."""
    records = worker.records()
    reports = [each for each in records if each["event"] == "event loop blocked"]
    (end,) = [each for each in records if each["event"] == GOES_ON]
    assert len(reports) == 3, "after 2, 4 and 8 s"
    for each in (*reports, end):
        assert each["action"] == "tests.e2e.workload:blocking"
        assert (each["run_id"], each["invocation"], each["attempt"]) == (str(culprit), 1, 1)
        assert each["service"] == "worker"
    assert all("in stand_still" in each["stack"] and "workload.py" in each["stack"] for each in reports)
    assert reports[0]["seconds"] < 4
    assert end["seconds"] >= BLOCKED_SECONDS - 2
    assert not any("was lost" in each["event"] for each in records)


async def test_without_the_watchdog_it_is_run_twice(world: World, tmp_path: Path) -> None:
    first = world.worker(without="watchdog")
    await world.made.until_ready()
    culprit = await world.client.start(workload.Blocking, 1, BLOCKED_SECONDS, False)
    await world.is_executed(culprit.id)
    second = world.worker()
    await world.is_executed(culprit.id, times=2)
    assert {each.pid for each in world.executions(culprit.id)} == {first.pid, second.pid}
    assert await culprit.result(RESULT_SECONDS) == 2


async def test_a_worker_that_is_stopped_gives_what_it_holds_to_others(world: World, tmp_path: Path) -> None:
    first = world.worker()
    await world.made.until_ready()
    gate = tmp_path / "gate"
    held = await world.client.start(workload.Held, 1, str(gate))
    await eventually(lambda: _has(world, held.id, "action_started"), within_seconds=30)
    first.pause()
    second = world.worker()
    await world.is_executed(held.id, times=2)
    assert [each.pid for each in world.executions(held.id)] == [first.pid, second.pid]
    first.resume()
    gate.touch()
    assert await held.result(RESULT_SECONDS) == 2
    await first.until_ready()
    assert not any("event loop" in each["event"] for each in first.records())


async def _has(world: World, run_id: UUID, event: str) -> bool:
    return event in await world.events(run_id)


async def _is_empty(world: World, queue: str) -> bool:
    stats = await world.client._broker.stats(queue)
    return stats is not None and stats.messages == 0
