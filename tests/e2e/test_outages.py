"""Servers that go away, lose everything or are sent rubbish, and workers that die: services in other processes go on.

The servers are private, so that they can be stopped; the tests of this file share them and the services. All of it with
quorum queues and with classic ones.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from tests.chaos.ledger import VARIABLE, Execution, read_ledger
from tests.e2e import workload
from tests.e2e.histories import check_exactly_once, check_run, full_history
from tests.e2e.poison import all_poison, for_queue, newer_events, succeeded
from tests.support.eventually import eventually
from tests.support.processes import Installation, ServiceProcess, installation
from tests.support.servers.postgres import PrivatePostgres
from tests.support.servers.rabbitmq_private import PrivateRabbit

from warren.client import ClientRunHandle
from warren.contracts import names
from warren.contracts.ids import new_run_id
from warren.contracts.wire import load_event
from warren.runs.programs import Programs

pytestmark = [pytest.mark.server, pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

RESULT_SECONDS = 60.0
OUTAGE_SECONDS = 5.5
MOST_OF_A_CORE = 0.2
LEASES = {"WARREN_LEASE_AFTER": "1", "WARREN_LEASE_SECONDS": "3", "WARREN_STALL_AFTER": "60"}


class World:
    """An installation and the servers below it."""

    def __init__(self, made: Installation, rabbit: PrivateRabbit, postgres: PrivatePostgres, ledger: Path) -> None:
        self.made = made
        self.rabbit = rabbit
        self.postgres = postgres
        self.ledger = ledger
        self.client = made.client
        self.started: list[ClientRunHandle] = []

    def executions(self, *handles: ClientRunHandle) -> list[Execution]:
        """What the ledger says of these runs, or of all."""
        ids = {handle.id for handle in handles}
        return [each for each in read_ledger(self.ledger) if not ids or each.run_id in ids]

    async def start_mix(self, count: int) -> list[tuple[ClientRunHandle, Any]]:
        """Start runs of every kind, with the results that they must have."""
        chosen = [(*workload.MIX[number % len(workload.MIX)], number % 13) for number in range(count)]
        handles = await asyncio.gather(*(self.client.start(cls, n) for cls, _, n in chosen))
        return [(handle, expected(n)) for handle, (_, expected, n) in zip(handles, chosen, strict=True)]

    async def check(self, runs: list[tuple[ClientRunHandle, Any]], *, exactly_once: bool) -> None:
        """Results, histories and executions."""
        results = await asyncio.gather(*(handle.result(RESULT_SECONDS) for handle, _ in runs))
        for (handle, expected), result in zip(runs, results, strict=True):
            assert result == expected, handle
        if exactly_once:
            await check_exactly_once(self.made.store, [handle.id for handle, _ in runs], self.ledger)
            return
        by_worker = Counter((e.run_id, e.invocation, e.attempt, e.pid) for e in self.executions(*(h for h, _ in runs)))
        assert set(by_worker.values()) == {1}, "a worker knows what it has done"
        programs = Programs(self.made.store)
        for handle, _ in runs:
            run = await self.made.store.get_run(handle.id)
            assert run is not None
            await check_run(self.made.store, programs, run)


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=["quorum", "classic"])
async def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    ledger = tmp_path_factory.mktemp("ledger") / "executions"
    settings = LEASES | {VARIABLE: str(ledger), "WARREN_QUEUE_TYPE": request.param}
    with PrivateRabbit() as rabbit, PrivatePostgres() as postgres:
        async with installation(rabbit.url, postgres.url, **settings) as made:
            made.compiler()
            for _ in range(2):
                made.coordinator()
                made.worker("tests.e2e.workload", "--queue", "default")
            await made.until_ready()
            yield World(made, rabbit, postgres, ledger)


async def in_the_middle(world: World, runs: list[tuple[ClientRunHandle, Any]], gate: Path) -> list[ClientRunHandle]:
    """Add runs that go on until the gate is there, and return them as soon as all of them, too, are at work."""
    gated = [await world.client.start(workload.Gated, n, str(gate)) for n in range(10)]
    runs += [(handle, n + 1) for n, handle in enumerate(gated)]
    await eventually(lambda: len({each.run_id for each in world.executions(*gated)}) == len(gated), within_seconds=30)
    return gated


def go_on(gated: list[ClientRunHandle], gate: Path) -> None:
    """It was in the middle; these runs may end now."""
    assert not any(handle._expectation.answer.done() for handle in gated)
    gate.touch()


class Effort:
    """What services use of a core from now on."""

    def __init__(self, services: list[ServiceProcess]) -> None:
        self._began = {service: service.cpu_seconds for service in services}
        self._since = time.monotonic()

    def check(self) -> None:
        """None of them spins, which would take a whole core, or a good part of one beside others."""
        elapsed = time.monotonic() - self._since
        shares = {f"{each.name} {each.pid}": (each.cpu_seconds - was) / elapsed for each, was in self._began.items()}
        assert max(shares.values()) < MOST_OF_A_CORE, shares


async def all_say(services: list[ServiceProcess], path: str, status: int) -> bool:
    return {await service.probe(path) for service in services} == {status}


async def test_postgresql_away_for_a_while_makes_services_wait_and_go_on(world: World, tmp_path: Path) -> None:
    made = world.made
    with_database = made.named("compiler") + made.named("coordinator")
    runs = await world.start_mix(80)
    gated = await in_the_middle(world, runs, gate := tmp_path / "gate")
    await asyncio.to_thread(world.postgres.stop, "immediate")
    effort = Effort(made.all)
    runs += await world.start_mix(20)
    await eventually(lambda: all_say(with_database, "/readyz", 503), every_seconds=0.2)
    await asyncio.sleep(OUTAGE_SECONDS)  # the outage itself
    assert await all_say(made.all, "/healthz", 200)
    assert await all_say(with_database, "/readyz", 503)
    effort.check()
    go_on(gated, gate)
    await asyncio.to_thread(world.postgres.start)
    await world.check(runs, exactly_once=True)
    await eventually(lambda: all_say(made.all, "/readyz", 200), every_seconds=0.2)


async def test_rabbitmq_restarted_in_the_middle_loses_nothing(world: World, tmp_path: Path) -> None:
    made = world.made
    runs = await world.start_mix(80)
    gated = await in_the_middle(world, runs, gate := tmp_path / "gate")
    await asyncio.to_thread(world.rabbit.kill)
    await eventually(lambda: all_say(made.all, "/readyz", 503), every_seconds=0.2)
    effort = Effort(made.all)
    await asyncio.sleep(2.0)  # some of the outage
    assert await all_say(made.all, "/healthz", 200)
    effort.check()
    go_on(gated, gate)
    await asyncio.to_thread(world.rabbit.start)
    await world.check(runs, exactly_once=False)
    await eventually(lambda: all_say(made.all, "/readyz", 200), every_seconds=0.2)


async def test_a_rabbitmq_that_lost_everything_is_given_it_again(world: World, tmp_path: Path) -> None:
    runs = await world.start_mix(80)
    gated = await in_the_middle(world, runs, gate := tmp_path / "gate")
    await asyncio.to_thread(world.rabbit.wipe)
    go_on(gated, gate)
    await world.check(runs, exactly_once=False)
    counts = Counter((each.run_id, each.invocation, each.attempt) for each in world.executions(*(r for r, _ in runs)))
    assert max(counts.values()) <= 2
    await eventually(lambda: all_say(world.made.all, "/readyz", 200), every_seconds=0.2)
    await eventually(lambda: was_told(world, "recovered from the loss of the broker's data"))


def was_told(world: World, event: str) -> bool:
    """Whether a coordinator logged this."""
    return any(record["event"] == event for each in world.made.named("coordinator") for record in each.records())


@asynccontextmanager
async def always_two_workers(world: World) -> AsyncIterator[None]:
    """Start another worker for each that died, as an orchestrator would."""

    def replace() -> None:
        while len(world.made.named("worker")) < 2:
            world.made.worker("tests.e2e.workload", "--queue", "default", "--no-register")

    async def keep_replacing() -> None:
        while True:
            replace()
            await asyncio.sleep(0.05)

    task = asyncio.create_task(keep_replacing())
    try:
        yield
    finally:
        task.cancel()
        replace()  # the last one may have died a moment ago


async def test_an_action_that_kills_its_workers_is_reported_lost_and_others_go_on(world: World) -> None:
    async with always_two_workers(world):
        others = await world.start_mix(40)
        doomed = await world.client.start(workload.Doomed, 7)
        others += await world.start_mix(40)
        text = await doomed.result(RESULT_SECONDS)
    assert text.startswith(("lost 7: giving up on action 'tests.e2e.workload:deadly'", "lost 7: 3 workers"))
    deaths = len(world.executions(doomed))
    assert 5 <= deaths <= 3 * 6, "one for each delivery; where it waited for longer than `lease_after`, for each lease"
    await world.check(others, exactly_once=False)
    await world.made.until_ready()


async def test_long_actions_hold_leases_and_are_run_again_when_their_worker_is_killed(
    world: World, tmp_path: Path
) -> None:
    made = world.made
    gate = tmp_path / "gate"
    special = made.worker("tests.e2e.workload", "--queue", "special", "--no-register")
    await special.until_ready()
    steady = await world.client.start(workload.Patient, 1, str(gate))

    async def kinds(run: ClientRunHandle, invocation: int) -> list[str]:
        events = [load_event(row.event) for row in await full_history(made.store, run.id)]
        return [event.type for event in events if getattr(event, "invocation", 0) == invocation]

    async def has_leases(run: ClientRunHandle, count: int) -> bool:
        return (await kinds(run, 1)).count("action_started") == count

    await eventually(lambda: has_leases(steady, 1))
    handle = await world.client.start(workload.Held, 1, str(gate))
    await eventually(lambda: has_leases(handle, 1))
    (first,) = world.executions(handle)
    (victim,) = [worker for worker in made.named("worker") if worker.pid == first.pid]
    victim.kill()
    await eventually(lambda: has_leases(handle, 2), within_seconds=RESULT_SECONDS)  # longer than a lease lasts
    gate.touch()
    assert await handle.result(RESULT_SECONDS) == 2
    assert [each.pid == first.pid for each in world.executions(handle)] == [True, False]
    assert {(each.invocation, each.attempt) for each in world.executions(handle)} == {(1, 1)}
    assert await kinds(handle, 1) == ["action_started", "lease_expired", "action_started", "action_succeeded"]
    assert await steady.result(RESULT_SECONDS) == 2
    assert await kinds(steady, 1) == ["action_started", "action_succeeded"], "heartbeats kept the lease"
    assert len(world.executions(steady)) == 2
    special.terminate()
    assert await special.exit_code() == 0


async def test_poison_of_every_kind_on_every_queue_is_parked_with_its_reason(world: World) -> None:
    made = world.made
    alive = [service for service in made.all if service.is_alive]
    broker = world.client._broker
    dead = await broker.subscribe(names.DEAD_QUEUE, prefetch=1_000)
    waiting = await world.client.start(workload.Patient, 1, "/")  # nobody consumes the queue `special` now
    await eventually(lambda: stored_shard(world, waiting))
    shard = await stored_shard(world, waiting)
    assert shard
    stranger = new_run_id()
    poison = all_poison(shard=shard - 1, stranger=stranger)
    harmless = [for_queue(names.event_queue(shard - 1), {"items": [succeeded(waiting.id, 99)]})]
    runs = await world.start_mix(40)
    for message, _ in poison:
        await broker.publish([message])
    await broker.publish([*harmless, *newer_events()])
    wanted = Counter((message.routing_key, reason) for message, reason in poison if reason != "unknown_run")
    strange = len(poison) - wanted.total()
    parked: Counter[tuple[str, str]] = Counter()
    ends: set[tuple[int, str]] = set()  # of the stranger's attempts; any number of events may share a message
    try:
        async with asyncio.timeout(60):
            while parked.total() < wanted.total() or len(ends) < strange:
                deliveries = await dead.receive(100)
                for each in deliveries:
                    assert each.headers[names.HEADER_DETAIL]
                    if each.headers[names.HEADER_REASON] == "unknown_run":
                        ends |= ends_of(stranger, each.body)
                    else:
                        parked[str(each.headers[names.HEADER_QUEUE]), str(each.headers[names.HEADER_REASON])] += 1
                dead.ack(deliveries)
    except TimeoutError:
        logs = "\n".join(f"{each.name} {each.pid}: {each.log_end()}" for each in made.all)
        pytest.fail(f"not parked: {wanted - parked}, or an end besides {ends}\n{logs}")
    await dead.cancel()
    assert parked == wanted

    async def has_kept_newer_events() -> bool:
        kept = await made.store.quarantined()
        return sorted(each.routing_key for each in kept) == sorted(each.routing_key for each in newer_events())

    await eventually(has_kept_newer_events)
    await world.check(runs, exactly_once=False)
    assert [service.name for service in alive if not service.is_alive] == []
    await made.until_ready()
    made.worker("tests.e2e.workload", "--queue", "special", "--no-register")
    assert await waiting.result(RESULT_SECONDS) == 2


def ends_of(run_id: UUID, body: bytes) -> set[tuple[int, str]]:
    """Which attempts of a run are reported to have ended in a batch of events, and how."""
    items = [item for item in json.loads(body)["items"] if item["run_id"] == str(run_id)]
    return {(item["invocation"], item["type"]) for item in items if item["type"] != "action_started"}


async def stored_shard(world: World, handle: ClientRunHandle) -> int:
    """A run's shard plus one, 0 while it is not stored yet."""
    run = await world.made.store.get_run(handle.id)
    return 0 if run is None else run.shard + 1
