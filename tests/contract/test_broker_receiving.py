"""The broker port: subscriptions, settling, prefetch, competing and single active consumers."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.brokers import World, bodies, take, to
from tests.support.eventually import eventually

from warren.ports.broker import Broker, QueueStats


async def test_receive_waits_and_then_takes_what_is_there_up_to_its_limit(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=10)
    waiting = asyncio.create_task(subscription.receive(10))
    await broker.stats(queue)
    assert not waiting.done()
    await broker.publish(to(queue, b"0"))
    assert bodies(await waiting) == [b"0"]
    await broker.publish(to(queue, b"1", b"2", b"3", b"4"))
    await eventually(lambda: _is_drained(broker, queue))
    assert bodies(await subscription.receive(3)) == [b"1", b"2", b"3"]
    assert bodies(await subscription.receive(3)) == [b"4"]


async def test_a_cancelled_receive_loses_nothing(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=10)
    waiting = asyncio.create_task(subscription.receive(10))
    await broker.stats(queue)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await broker.publish(to(queue, b"1"))
    assert bodies(await subscription.receive(10)) == [b"1"]


async def test_what_is_acknowledged_never_comes_again(world: World) -> None:
    broker, other = await world.broker(), await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=100)
    await broker.publish(to(queue, *(b"%d" % number for number in range(10))))
    deliveries = await take(subscription, 10)
    subscription.ack(deliveries[7:8])
    subscription.ack([deliveries[3], deliveries[0], deliveries[1]])
    subscription.ack([deliveries[2], deliveries[3], deliveries[9]])
    subscription.ack([])
    await broker.close()
    remaining = await take(await other.subscribe(queue, prefetch=100), 4)
    assert bodies(remaining) == [b"4", b"5", b"6", b"8"]
    assert all(delivery.redelivered for delivery in remaining)


async def test_one_unsettled_delivery_holds_back_no_other_ack(world: World) -> None:
    broker, other = await world.broker(), await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=10)
    sent = [b"%d" % number for number in range(100)]
    publishing = asyncio.create_task(broker.publish(to(queue, b"slow", *sent)))
    (slow,) = await take(subscription, 1)
    for body in sent:
        (delivery,) = await take(subscription, 1)
        assert delivery.body == body
        subscription.ack([delivery])
    await publishing
    await broker.close()
    again = await take(await other.subscribe(queue, prefetch=10), 1)
    assert bodies(again) == [slow.body]
    assert await other.stats(queue) == QueueStats(messages=0, consumers=1)


async def test_settling_twice_is_ignored(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=10)
    await broker.publish(to(queue, b"1", b"2"))
    deliveries = await take(subscription, 2)
    subscription.ack(deliveries)
    subscription.ack(deliveries)
    subscription.nack(deliveries)
    await broker.publish(to(queue, b"3"))
    assert bodies(await take(subscription, 1)) == [b"3"]
    assert subscription.is_active


async def test_what_is_given_back_comes_again_and_says_so(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker, queue_type="quorum")
    subscription = await broker.subscribe(queue, prefetch=10)
    await broker.publish(to(queue, b"1", b"2", b"3"))
    deliveries = await take(subscription, 3)
    subscription.ack([deliveries[1]])
    subscription.nack([deliveries[2], deliveries[0]])
    again = await take(subscription, 2)
    assert bodies(again) == [b"1", b"3"]
    assert all(delivery.redelivered and delivery.delivery_count == 1 for delivery in again)
    subscription.nack(again[:1])
    (third,) = await take(subscription, 1)
    assert (third.body, third.delivery_count) == (b"1", 2)


async def test_a_classic_queue_says_that_it_delivers_again_and_not_how_often(world: World) -> None:
    broker, other = await world.broker(), await world.broker()
    queue = await world.declared(broker, queue_type="classic")
    subscription = await broker.subscribe(queue, prefetch=10)
    await broker.publish(to(queue, b"1"))
    (first,) = await take(subscription, 1)
    assert (first.redelivered, first.delivery_count) == (False, 0)
    subscription.nack([first])
    (second,) = await take(subscription, 1)
    assert (second.redelivered, second.delivery_count) == (True, None)
    await broker.close()
    (third,) = await take(await other.subscribe(queue, prefetch=10), 1)
    assert (third.redelivered, third.delivery_count) == (True, None)


async def test_a_count_of_the_sender_is_no_count_of_the_queue(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker, queue_type="classic")
    subscription = await broker.subscribe(queue, prefetch=10)
    await broker.publish(to(queue, b"1", headers={"x-warren-deliveries": "7"}))
    (first,) = await take(subscription, 1)
    assert (first.redelivered, first.delivery_count, first.headers["x-warren-deliveries"]) == (False, 0, "7")


async def test_what_is_rejected_goes_to_the_dead_letter_queue(world: World) -> None:
    broker = await world.broker()
    dead = await world.declared(broker, "dead")
    queue = await world.declared(broker, dead_letter=dead)
    subscription = await broker.subscribe(queue, prefetch=10)
    await broker.publish(to(queue, b"1", b"2", b"3", headers={"a": "b"}, correlation_id="c"))
    deliveries = await take(subscription, 3)
    subscription.nack([deliveries[0], deliveries[2]], requeue=False)
    parked = await take(await broker.subscribe(dead, prefetch=10), 2)
    assert bodies(parked) == [b"1", b"3"]
    assert all((each.headers["a"], each.correlation_id) == ("b", "c") for each in parked)
    assert all(each.headers["x-first-death-queue"] == queue for each in parked)
    subscription.ack(deliveries)
    await eventually(lambda: _is_drained(broker, queue))


async def test_what_is_rejected_without_a_dead_letter_queue_is_gone(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=10)
    await broker.publish(to(queue, b"1", b"2"))
    first, second = await take(subscription, 2)
    subscription.nack([first], requeue=False)
    subscription.nack([second])
    assert bodies(await take(subscription, 1)) == [b"2"]


async def test_no_more_than_prefetch_deliveries_are_unsettled(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    await broker.publish(to(queue, *(b"%d" % number for number in range(5))))
    subscription = await broker.subscribe(queue, prefetch=2)
    first = await take(subscription, 2)
    assert await broker.stats(queue) == QueueStats(messages=3, consumers=1)
    waiting = asyncio.create_task(subscription.receive(5))
    await broker.stats(queue)
    assert not waiting.done()
    subscription.ack(first[:1])
    assert bodies(await waiting) == [b"2"]
    assert await broker.stats(queue) == QueueStats(messages=2, consumers=1)


async def test_after_cancel_what_was_not_taken_goes_back_and_what_was_can_be_settled(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    await broker.publish(to(queue, *(b"%d" % number for number in range(5))))
    subscription = await broker.subscribe(queue, prefetch=4)
    taken = await subscription.receive(1)
    taken += await subscription.receive(1) if len(taken) < 2 else []
    await subscription.cancel()
    await subscription.cancel()
    assert await subscription.receive(10) == []
    assert not subscription.is_active
    assert broker.is_ready
    subscription.ack(taken[:1])
    subscription.nack(taken[1:])
    await eventually(lambda: _has(broker, queue, QueueStats(messages=4, consumers=0)))
    rest = await take(await broker.subscribe(queue, prefetch=10), 4)
    assert bodies(rest) == [b"1", b"2", b"3", b"4"]


async def test_what_a_cancelled_subscription_still_holds_comes_again_after_a_lost_connection(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    await broker.publish(to(queue, b"1", b"2"))
    first = await broker.subscribe(queue, prefetch=1)
    (held,) = await take(first, 1)
    await first.cancel()
    second = await broker.subscribe(queue, prefetch=1)
    (other,) = await take(second, 1)
    second.ack([other])
    await world.drop_connections(broker)
    (again,) = await take(second, 1)
    assert (held.body, again.body, again.redelivered) == (b"1", b"1", True)
    first.ack([held])
    second.ack([again])
    await eventually(lambda: _has(broker, queue, QueueStats(messages=0, consumers=1)))


async def test_cancel_ends_a_receive_that_waits(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    for end in ("cancel", "close"):
        subscription = await broker.subscribe(queue, prefetch=4)
        waiting = asyncio.create_task(subscription.receive(1))
        await broker.stats(queue)
        await (subscription.cancel() if end == "cancel" else broker.close())
        assert await waiting == []


async def test_close_gives_back_what_was_not_settled(world: World) -> None:
    broker, other = await world.broker(), await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=4)
    await broker.publish(to(queue, b"1", b"2", b"3", b"4", b"5"))
    taken = await take(subscription, 2)
    subscription.ack(taken[1:])
    await broker.close()
    await broker.close()
    assert not broker.is_ready
    again = await take(await other.subscribe(queue, prefetch=10), 4)
    assert bodies(again) == [b"1", b"3", b"4", b"5"]
    assert again[0].redelivered


async def test_competing_consumers_share_the_work(world: World) -> None:
    brokers = [await world.broker() for _ in range(3)]
    queue = await world.declared(brokers[0])
    subscriptions = [await broker.subscribe(queue, prefetch=10) for broker in brokers]
    await brokers[0].publish(to(queue, *(b"%d" % number for number in range(30))))
    shares = [await take(subscription, 10) for subscription in subscriptions]
    assert sorted(int(delivery.body) for share in shares for delivery in share) == list(range(30))


async def test_a_single_active_consumer_is_followed_by_the_next_in_order(world: World) -> None:
    brokers = [await world.broker() for _ in range(2)]
    queue = await world.declared(brokers[0], single_active_consumer=True, queue_type="quorum")
    first, second = [await broker.subscribe(queue, prefetch=100) for broker in brokers]
    assert second.is_active
    await brokers[1].publish(to(queue, *(b"%d" % number for number in range(10))))
    deliveries = await take(first, 10)
    assert bodies(deliveries) == [b"%d" % number for number in range(10)]
    waiting = asyncio.create_task(second.receive(100))
    await brokers[1].stats(queue)
    assert not waiting.done()
    first.ack(deliveries[:4])
    await brokers[0].close()
    taken = await waiting
    while len(taken) < 6:
        taken += await second.receive(100)
    assert bodies(taken) == [b"%d" % number for number in range(4, 10)]


@pytest.mark.parametrize("queue_type", ["classic", "quorum"])
async def test_a_long_stream_with_acks_in_batches_loses_and_repeats_nothing(world: World, queue_type: str) -> None:
    broker = await world.broker()
    queue = await world.declared(broker, queue_type=queue_type)
    subscription = await broker.subscribe(queue, prefetch=64)
    sent = [b"%d" % number for number in range(2000)]

    async def publish() -> None:
        for start in range(0, len(sent), 50):
            await broker.publish(to(queue, *sent[start : start + 50]))

    publishing = asyncio.create_task(publish())
    received: list[bytes] = []
    while len(received) < len(sent):
        deliveries = await subscription.receive(32)
        received += bodies(deliveries)
        subscription.ack(deliveries)
    await publishing
    assert received == sent
    await broker.close()
    other = await world.broker()
    assert await other.stats(queue) == QueueStats(messages=0, consumers=0)


async def _is_drained(broker: Broker, queue: str) -> bool:
    return await _has(broker, queue, QueueStats(messages=0, consumers=1))


async def _has(broker: Broker, queue: str, expected: QueueStats) -> bool:
    return await broker.stats(queue) == expected
