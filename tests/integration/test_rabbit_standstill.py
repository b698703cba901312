"""The event loop stands still and another thread keeps RabbitMQ's connections, on asyncio's loop and on uvloop's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import aio_pika
import pytest
import uvloop
from tests.support.brokers import bodies, from_a_thread, take, to
from tests.support.eventually import eventually
from tests.support.servers.proxy import TcpProxy

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts.topology import Queue, Topology
from warren.ports.broker import QueueStats

pytestmark = [pytest.mark.server, pytest.mark.timeout(120)]

HEARTBEAT = 1
LONGER_THAN_ANYBODY_WAITS = 7.5
"""RabbitMQ gives a connection up after two to three heartbeats, aiormq after three times one more than a heartbeat."""

Run = Callable[[Coroutine[Any, Any, None]], None]


def run_on(factory: Callable[[], asyncio.AbstractEventLoop], main: Coroutine[Any, Any, None]) -> None:
    with asyncio.Runner(loop_factory=factory) as runner:
        runner.run(main)


@pytest.fixture(params=[asyncio.new_event_loop, uvloop.new_event_loop], ids=["asyncio", "uvloop"])
def run(request: pytest.FixtureRequest) -> Run:
    return partial(run_on, request.param)


@pytest.fixture
def name() -> str:
    return f"standstill-{uuid4().hex[:10]}"


def stand_still(seconds: float, *, computing: bool) -> None:
    """Block this thread, asleep or at work."""
    until = time.monotonic() + seconds
    if not computing:
        time.sleep(seconds)
    while time.monotonic() < until:
        pass


async def ready(url: str, name: str) -> RabbitBroker:
    broker = RabbitBroker(url, name="standstill", heartbeat_seconds=HEARTBEAT)
    await broker.connect()
    await broker.declare(Topology("classic", queues=(Queue(name, dead_letter=None),)))
    await eventually(lambda: broker._publisher._aside is not None)
    return broker


async def gone(url: str, *names: str) -> None:
    async with await aio_pika.connect(url) as connection:
        for each in names:
            await (await connection.channel()).queue_delete(each)


@pytest.mark.parametrize(
    ("factory", "computing"),
    [(asyncio.new_event_loop, False), (asyncio.new_event_loop, True), (uvloop.new_event_loop, True)],
    ids=["asyncio, asleep", "asyncio, at work", "uvloop, at work"],
)
def test_what_was_delivered_stays_here_for_as_long_as_another_thread_speaks(
    broker_url: str, name: str, factory: Callable[[], asyncio.AbstractEventLoop], computing: bool
) -> None:
    async def main() -> None:
        broker = await ready(broker_url, name)
        subscription = await broker.subscribe(name, prefetch=2)
        await broker.publish(to(name, b"1", b"2", b"3"))
        deliveries = await take(subscription, 2)
        sent: list[bool] = []
        beat = to(name, b"from the thread", mandatory=False)
        with from_a_thread(lambda: sent.append(broker.keep_alive(beat if not sent else ()))):
            stand_still(LONGER_THAN_ANYBODY_WAITS, computing=computing)
        await asyncio.sleep(3.0)  # whoever had something to say about it has said it
        assert all(sent)
        assert broker.epoch == 1
        subscription.ack(deliveries)
        rest = await take(subscription, 2)
        assert bodies(rest) == [b"3", b"from the thread"]
        assert not any(each.redelivered for each in rest)
        subscription.ack(rest)
        await broker.publish(to(name, b"4"))
        assert bodies(await take(subscription, 1)) == [b"4"]
        await broker.close()
        await gone(broker_url, name)

    run_on(factory, main())


def test_without_that_it_is_given_to_others(broker_url: str, name: str) -> None:
    """On one loop only: it is the broker that is seen here."""

    async def main() -> None:
        broker = await ready(broker_url, name)
        subscription = await broker.subscribe(name, prefetch=2)
        await broker.publish(to(name, b"1"))
        await take(subscription, 1)
        stand_still(LONGER_THAN_ANYBODY_WAITS, computing=False)
        (again,) = await take(subscription, 1)
        assert again.redelivered
        await broker.close()
        await gone(broker_url, name)

    asyncio.run(main())


def test_two_threads_write_whole_frames_however_they_meet(broker_url: str, name: str, run: Run) -> None:
    """Much faster than a watchdog ever would be, and while the loop is at work: the broker would drop the connection
    at the first frame that is torn."""

    async def main() -> None:
        broker = await ready(broker_url, name)
        other = f"{name}.other"
        await broker.declare_queue(Queue(other, dead_letter=None))
        sent: list[bool] = []
        beats = to(other, b"x" * 2000, mandatory=False)
        deadline = time.monotonic() + 2.0
        published = 0
        with from_a_thread(lambda: sent.append(broker.keep_alive(beats)), every_seconds=0.0):
            while time.monotonic() < deadline:
                await broker.publish(to(name, *(b"y" * 5000 for _ in range(40))))
                published += 40
        assert broker.epoch == 1
        assert sum(sent) > 100
        assert await broker.stats(name) == QueueStats(messages=published, consumers=0)
        await eventually(lambda: _has(broker, other, sum(sent)))
        await broker.close()
        await gone(broker_url, name, other)

    run(main())


async def _has(broker: RabbitBroker, queue: str, messages: int) -> bool:
    stats = await broker.stats(queue)
    return stats is not None and stats.messages == messages


def test_a_socket_that_takes_no_more_gets_whole_frames_later(broker_url: str, name: str, run: Run) -> None:
    """The broker reads nothing for a while (a proxy that does not), so that a frame of the other thread is cut."""

    async def main() -> None:
        parts = urlsplit(broker_url)
        account = parts.netloc.rpartition("@")[0]
        async with TcpProxy(parts.port or 5672, host=parts.hostname or "127.0.0.1") as proxy:
            broker = await ready(f"amqp://{account}@127.0.0.1:{proxy.port}{parts.path}", name)
            beats = to(name, b"z" * 60_000, mandatory=False)
            sent = []
            while len(sent) < 2000 and (not sent or sent[-1]):  # the loop stands still, and so does the proxy
                sent.append(broker.keep_alive(beats))
            assert not sent[-1]
            assert broker._publisher._aside is not None
            connection = broker._publisher._aside.connection
            assert connection._writer._rest, "a frame is cut in two"
            await broker.publish(to(name, b"whole"))
            await eventually(lambda: _has(broker, name, sum(sent) + 1))
            assert broker.epoch == 1
            await broker.close()
        await gone(broker_url, name)

    run(main())
