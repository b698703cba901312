"""The broker port: the event loop stands still, and another thread has the broker keep the connection."""

from __future__ import annotations

import asyncio
import time

from tests.support.brokers import World, bodies, from_a_thread, take, to
from tests.support.eventually import eventually

from warren.ports.broker import Broker

LONGER_THAN_THE_BROKER_WAITS = 4.5


async def test_what_was_delivered_is_given_to_nobody_else_while_the_loop_stands_still(world: World) -> None:
    broker = await world.broker(heartbeat_seconds=1, around_proxy=True)
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=2)
    await broker.publish(to(queue, b"1", b"2", b"3"))
    deliveries = await take(subscription, 2)
    with from_a_thread(broker.keep_alive):
        time.sleep(LONGER_THAN_THE_BROKER_WAITS)
    subscription.ack(deliveries)
    (third,) = await take(subscription, 1)
    assert (third.body, third.redelivered) == (b"3", False)
    assert broker.epoch == 1
    subscription.ack([third])
    await eventually(lambda: _holds(broker, queue, 0))


async def test_a_message_of_another_thread_comes_once_where_it_is_said_to_be_on_its_way(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    await broker.publish(to(queue, b"before"))
    is_on_its_way = await asyncio.to_thread(broker.keep_alive, to(queue, b"aside", b"x" * 300_000, mandatory=False))
    await eventually(lambda: _holds(broker, queue, 3 if is_on_its_way else 1))
    subscription = await broker.subscribe(queue, prefetch=10)
    expected = [b"before", b"aside", b"x" * 300_000] if is_on_its_way else [b"before"]
    assert sorted(bodies(await take(subscription, len(expected)))) == sorted(expected)


async def test_nobody_minds_a_message_of_another_thread_that_no_queue_takes(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    await asyncio.to_thread(broker.keep_alive, to("no such queue", b"1", mandatory=False))
    await broker.publish(to(queue, b"1"))
    assert broker.epoch == 1


async def test_another_thread_may_call_at_any_time(world: World) -> None:
    broker = await world.broker(connect=False)
    assert not await asyncio.to_thread(broker.keep_alive)
    await broker.connect()
    await world.backend.go_away()
    await eventually(lambda: not broker.is_ready)
    assert not await asyncio.to_thread(broker.keep_alive, to("q", b"1"))
    await world.backend.come_back()
    await eventually(lambda: broker.is_ready)
    await broker.close()
    assert not await asyncio.to_thread(broker.keep_alive)


async def _holds(broker: Broker, queue: str, messages: int) -> bool:
    stats = await broker.stats(queue)
    return stats is not None and stats.messages == messages
