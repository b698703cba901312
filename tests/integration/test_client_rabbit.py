"""The client on a real RabbitMQ: it hears of its runs in spite of lost connections."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from tests.support.eventually import eventually
from tests.support.servers.proxy import TcpProxy
from tests.unit.client.workflows import Order, Ship

from warren import RunIdTaken, Workflow, action, query, signal, workflow
from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.store import MemoryRunStore
from warren.adapters.rabbitmq import RabbitBroker
from warren.client import Warren
from warren.contracts.messages import RunStatus
from warren.contracts.topology import standard_topology
from warren.errors import BrokerUnavailable
from warren.runtime.settings import load_settings
from warren.sdk.registry import registry
from warren_compiler import app as compiler
from warren_coordinator import app as coordinator
from warren_worker import app as worker
from warren_worker.settings import WorkerSettings

pytestmark = pytest.mark.server


class Gate:
    """Whatever runs `hold` ends when it is open."""

    opened: asyncio.Event


@action
async def hold() -> str:
    await Gate.opened.wait()
    return "held"


@workflow
class Held(Workflow):
    name = "client-held"

    async def run(self) -> str:
        return await hold()


@workflow
class Asked(Workflow):
    name = "client-asked"

    def __init__(self) -> None:
        self.taken: list[int] = []

    @signal
    def take(self, number: int) -> None:
        self.taken.append(number)

    @query
    def count(self) -> int:
        return len(self.taken)

    async def run(self, needed: int) -> list[int]:
        await self.wait_until(lambda: len(self.taken) >= needed)
        return self.taken


@dataclass
class Place:
    """A client whose connections go through a proxy."""

    client: Warren
    proxy: TcpProxy
    database: MemoryDatabase
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        Gate.opened = self.gate


@pytest.fixture
async def place(fresh_broker_url: str) -> AsyncIterator[Place]:
    """The three services as tasks on RabbitMQ and a memory store."""
    settings = load_settings(WorkerSettings, shards=1)
    database = MemoryDatabase()
    stop = asyncio.Event()
    async with AsyncExitStack() as stack:

        async def broker(url: str, name: str) -> RabbitBroker:
            made = RabbitBroker(url, name=name)
            stack.push_async_callback(made.close)
            await made.connect()
            return made

        store = MemoryRunStore(database)
        await store.connect()
        first = await broker(fresh_broker_url, "declarer")
        await first.declare(standard_topology(shards=1, queue_type="quorum"))
        tasks = [
            asyncio.ensure_future(
                part.run(settings, broker=await broker(fresh_broker_url, "service"), store=store, stop=stop)
            )
            for part in (compiler, coordinator)
        ]
        tasks.append(
            asyncio.ensure_future(
                worker.run(
                    settings,
                    broker=await broker(fresh_broker_url, "worker"),
                    registry=registry,
                    workflows=(Ship, Held, Asked),
                    modules=(),
                    queues=("default",),
                    stop=stop,
                )
            )
        )
        parts = urlsplit(fresh_broker_url)
        account, _, _ = parts.netloc.rpartition("@")
        proxy = await stack.enter_async_context(TcpProxy(parts.port or 5672, host=parts.hostname or "127.0.0.1"))
        url = urlunsplit(parts._replace(netloc=f"{account}@127.0.0.1:{proxy.port}"))
        async with Warren(url, store=store) as client:
            await client.register(Ship, Held, Asked)
            yield Place(client, proxy, database)
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 20)


async def test_many_runs_at_once(place: Place) -> None:
    results = await asyncio.gather(*(place.client.run(Ship, Order(n, ("x",))) for n in range(200)))
    assert [point.x for _, point in results] == list(range(200))


async def test_an_outcome_that_came_while_the_client_was_away_is_heard_of(place: Place) -> None:
    handle = await place.client.start(Held)

    def is_finished() -> bool:
        run = place.database.runs.get(handle.id)
        return run is not None and run.status is RunStatus.COMPLETED

    place.proxy.refuse()
    place.gate.set()
    await eventually(is_finished)
    place.proxy.accept()
    assert await handle.result(30) == "held"


async def test_answers_that_came_while_the_client_was_away_are_heard_of(place: Place) -> None:
    handle = await place.client.start(Asked, 21)

    def transitions() -> int:
        return len(place.database.histories.get(handle.id, {}))

    await eventually(lambda: transitions() == 1)
    for number in range(20):
        sending = asyncio.ensure_future(handle.signal(Asked.take, number, id=str(number)))
        await asyncio.sleep(0.002 * number)
        place.proxy.cut()
        await asyncio.wait_for(sending, 30)
    asking = asyncio.ensure_future(handle.query(Asked.count))
    await asyncio.sleep(0.003)
    place.proxy.cut()
    assert await asyncio.wait_for(asking, 30) == 20
    await handle.signal(Asked.take, 20)
    assert await handle.result(30) == list(range(21))


async def test_transitions_that_were_made_while_the_client_was_away_come_once_and_in_order(place: Place) -> None:
    handle = await place.client.start(Asked, 30)
    seen: list[int] = []

    async def follow() -> None:
        seen.extend([entry.seq async for entry in handle.history(follow=True)])

    following = asyncio.ensure_future(follow())
    await eventually(lambda: place.database.histories.get(handle.id))
    for number in range(30):
        place.proxy.cut()
        await handle.signal(Asked.take, number)
    assert await handle.result(30) == list(range(30))
    await asyncio.wait_for(following, 30)
    assert seen == list(range(1, 32))


async def test_a_connection_that_breaks_for_a_moment_is_no_matter(place: Place) -> None:
    handles = [await place.client.start(Held) for _ in range(5)]
    place.proxy.cut()
    place.gate.set()
    assert await asyncio.gather(*(handle.result(30) for handle in handles)) == ["held"] * 5
    assert await place.client.run(Held) == "held"


async def test_a_run_id_of_another_workflow_is_refused(place: Place) -> None:
    run_id = uuid4()
    first = await place.client.start(Held, run_id=run_id)
    with pytest.raises(RunIdTaken, match=f"{run_id} is that of a run of workflow 'client-held'.*'client-ship'"):
        await place.client.run(Ship, Order(1, ("x",)), run_id=run_id)
    place.gate.set()
    again = await place.client.start(Held, run_id=run_id)
    assert await asyncio.gather(first.result(30), again.result(30)) == ["held", "held"]


async def test_a_client_may_be_opened_again(fresh_broker_url: str, place: Place) -> None:
    client = Warren(fresh_broker_url)
    place.gate.set()
    for _ in range(2):
        with pytest.raises(BrokerUnavailable, match="async with Warren"):
            await client.start(Held)
        async with client:
            assert await client.run(Held) == "held"
