"""The broker port: connecting, declaring, losing the connection, and which errors may come out."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.brokers import World, bodies, take, to
from tests.support.eventually import eventually

from warren.contracts.topology import Queue, Topology, standard_topology
from warren.errors import BrokerError, BrokerUnavailable
from warren.ports.broker import Broker, OutgoingMessage, QueueStats


async def test_connecting_twice_is_connecting_once(world: World) -> None:
    broker = await world.broker(connect=False)
    assert not broker.is_ready
    await broker.connect()
    await broker.connect()
    assert broker.is_ready
    assert broker.epoch == 1


async def test_declaring_twice_is_declaring_once(world: World) -> None:
    broker, other = await world.broker(), await world.broker()
    exchange = world.exchange("x")
    queue = world.queue(binding=(exchange, "k"))
    topology = Topology("quorum", (exchange,), (queue,))
    await broker.declare(topology)
    await broker.publish([OutgoingMessage(exchange.name, "k", b"1")])
    await broker.declare(topology)
    await other.declare(topology)
    assert await broker.stats(queue.name) == QueueStats(messages=1, consumers=0)


async def test_one_queue_is_declared_with_the_type_of_the_topology(world: World) -> None:
    broker = await world.broker()
    exchange = world.exchange("x")
    await broker.declare(Topology("classic", (exchange,)))
    queue = world.queue(binding=(exchange, "k"))
    await broker.declare_queue(queue)
    await broker.declare_queue(queue)
    await broker.declare_queue(Queue(queue.name, queue.binding, dead_letter=None, queue_type="classic"))
    await broker.publish([OutgoingMessage(exchange.name, "k", b"1")])
    assert await broker.get(queue.name) == b"1"


@pytest.mark.parametrize("change", ["type", "single active consumer", "dead letter"])
async def test_a_queue_that_exists_with_other_properties_is_named_and_kept(world: World, change: str) -> None:
    broker = await world.broker()
    name = await world.declared(broker)
    other = {
        "type": Queue(name, dead_letter=None, queue_type="quorum"),
        "single active consumer": Queue(name, dead_letter=None, queue_type="classic", single_active_consumer=True),
        "dead letter": Queue(name, dead_letter="elsewhere", queue_type="classic"),
    }[change]
    with pytest.raises(BrokerError, match=name) as caught:
        await broker.declare(Topology("classic", queues=(other,)))
    assert not isinstance(caught.value, BrokerUnavailable)
    await broker.publish(to(name, b"1"))
    assert await broker.get(name) == b"1"


async def test_an_exchange_that_exists_with_another_type_is_named(world: World) -> None:
    broker = await world.broker()
    exchange = world.exchange("x", "direct")
    await broker.declare(Topology("classic", (exchange,)))
    with pytest.raises(BrokerError, match=exchange.name):
        await broker.declare(Topology("classic", (world.exchange("x", "topic"),)))


async def test_a_binding_to_a_missing_exchange_is_an_error(world: World) -> None:
    broker = await world.broker()
    queue = world.queue(binding=(world.exchange("missing"), "k"), queue_type="classic")
    with pytest.raises(BrokerError, match="missing"):
        await broker.declare_queue(queue)


async def test_the_standard_topology_can_be_declared(world: World) -> None:
    broker = await world.broker()
    topology = standard_topology(shards=2, queue_type="quorum")
    world.queues += [queue.name for queue in topology.queues]
    world.exchanges += [exchange.name for exchange in topology.exchanges]
    await broker.declare(topology)
    for queue in topology.queues:
        assert await broker.stats(queue.name) is not None


async def test_a_private_queue_is_its_brokers_alone(world: World) -> None:
    broker, other = await world.broker(), await world.broker()
    exchange = world.exchange("x", "topic")
    await broker.declare(Topology("classic", (exchange,)))
    name = await broker.declare_private_queue(bindings=[(exchange.name, "run.#"), (exchange.name, "other")])
    assert name != await broker.declare_private_queue()
    subscription = await broker.subscribe(name, prefetch=10)
    await other.publish([OutgoingMessage(exchange.name, key, key.encode()) for key in ("run.a.b", "other")])
    await other.publish(to(name, b"direct"))
    deliveries = await take(subscription, 3)
    assert bodies(deliveries) == [b"run.a.b", b"other", b"direct"]
    subscription.ack(deliveries)
    with pytest.raises(BrokerError, match=name):
        await other.subscribe(name, prefetch=1)
    await broker.close()
    assert await other.stats(name) is None


async def test_a_subscription_survives_the_loss_of_its_connection(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=4)
    await broker.publish(to(queue, *(b"%d" % number for number in range(6))))
    before = await take(subscription, 3)
    subscription.ack(before[:1])
    await eventually(lambda: _depth(world, queue, 1))
    assert subscription.held(before) == before
    await world.drop_connections(broker)
    again = await take(subscription, 4)
    assert subscription.held(before) == []
    assert subscription.held([*before, *again]) == again
    assert bodies(again) == [b"1", b"2", b"3", b"4"]
    assert (again[0].redelivered, again[0].delivery_count) == (True, None)
    subscription.ack(before)
    subscription.nack(before)
    subscription.ack(again)
    assert bodies(await take(subscription, 1)) == [b"5"]
    assert broker.epoch == 2


async def test_a_receive_that_waits_goes_on_waiting_while_the_connection_changes(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=4)
    waiting = asyncio.create_task(subscription.receive(4))
    await broker.stats(queue)
    await world.drop_connections(broker)
    assert not waiting.done()
    await broker.publish(to(queue, b"1"))
    assert bodies(await waiting) == [b"1"]


async def test_a_private_queue_comes_back_under_its_name_with_its_bindings(world: World) -> None:
    broker, other = await world.broker(), await world.broker()
    exchange = world.exchange("x", "fanout")
    await broker.declare(Topology("classic", (exchange,)))
    name = await broker.declare_private_queue(bindings=[(exchange.name, "")])
    subscription = await broker.subscribe(name, prefetch=10)
    await world.drop_connections(broker, other)
    await other.publish([OutgoingMessage(exchange.name, "", b"1"), *to(name, b"2")])
    assert set(bodies(await take(subscription, 2))) == {b"1", b"2"}


async def test_publish_waits_for_a_broker_that_is_away(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    await world.backend.go_away()
    await eventually(lambda: not broker.is_ready)
    publishing = asyncio.create_task(broker.publish(to(queue, b"1", b"2")))
    asking = asyncio.create_task(broker.stats(queue))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asyncio.shield(publishing), 0.2)
    await world.backend.come_back()
    await publishing
    await asking
    subscription = await broker.subscribe(queue, prefetch=10)
    assert bodies(await take(subscription, 2)) == [b"1", b"2"]


async def test_nothing_confirmed_is_lost_while_connections_break(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=20)
    total, seen = 300, set[bytes]()

    async def publish() -> None:
        for number in range(0, total, 3):
            await broker.publish(to(queue, b"%d" % number, b"%d" % (number + 1), b"%d" % (number + 2)))
            if number % 60 == 0:
                await world.backend.drop_connections()

    publishing = asyncio.create_task(publish())
    while len(seen) < total:
        deliveries = await subscription.receive(10)
        seen.update(bodies(deliveries))
        subscription.ack(deliveries)
    await publishing
    assert seen == {b"%d" % number for number in range(total)}


async def test_a_consumer_whose_queue_was_deleted_gets_it_again(world: World) -> None:
    broker = await world.broker()
    exchange = world.exchange("x")
    queue = world.queue(binding=(exchange, "k"), queue_type="classic")
    await broker.declare(Topology("classic", (exchange,), (queue,)))
    subscription = await broker.subscribe(queue.name, prefetch=10)
    await broker.publish([OutgoingMessage(exchange.name, "k", b"before")])
    before = await take(subscription, 1)
    await world.backend.delete_queue(queue.name)
    await eventually(lambda: _has_consumer(world, queue.name))
    subscription.ack(before)
    await broker.publish([OutgoingMessage(exchange.name, "k", b"after")])
    assert bodies(await take(subscription, 1)) == [b"after"]
    assert broker.is_ready


async def test_a_consumer_waits_for_somebody_elses_queue_to_come_back(world: World) -> None:
    owner, broker = await world.broker(), await world.broker()
    name = await world.declared(owner)
    subscription = await broker.subscribe(name, prefetch=10)
    await world.backend.delete_queue(name)
    await eventually(lambda: not subscription.is_active)
    assert not broker.is_ready
    await owner.declare_queue(Queue(name, dead_letter=None, queue_type="classic"))
    await eventually(lambda: subscription.is_active)
    await owner.publish(to(name, b"1"))
    assert bodies(await take(subscription, 1)) == [b"1"]


async def test_every_method_gives_up_when_the_broker_stays_away(world: World) -> None:
    broker = await world.broker(give_up_after=0.3)
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=1)
    await world.backend.go_away()
    await eventually(lambda: not broker.is_ready)
    assert not subscription.is_active
    for asked in (
        broker.publish(to(queue, b"1")),
        broker.declare(Topology("classic", queues=(Queue(queue, dead_letter=None),))),
        broker.declare_queue(Queue(queue, dead_letter=None)),
        broker.declare_private_queue(),
        broker.subscribe(queue, prefetch=1),
        broker.get(queue),
        broker.stats(queue),
        broker.purge(queue),
    ):
        with pytest.raises(BrokerUnavailable):
            await asked
    await subscription.cancel()
    await broker.close()


async def test_connect_gives_up_when_there_is_no_broker(world: World) -> None:
    await world.backend.go_away()
    broker = await world.broker(give_up_after=0.3, connect=False)
    with pytest.raises(BrokerUnavailable):
        await broker.connect()


async def test_a_broker_that_is_not_connected_says_so(world: World) -> None:
    broker = await world.broker(give_up_after=None, connect=False)
    with pytest.raises(BrokerUnavailable):
        await broker.publish(to("q", b"1"))
    with pytest.raises(BrokerUnavailable):
        await broker.stats("q")
    await broker.connect()
    queue = await world.declared(broker)
    publishing = asyncio.create_task(_publish_for_ever(broker, queue))
    await eventually(lambda: _depth(world, queue, 3, at_least=True))
    await broker.close()
    with pytest.raises(BrokerUnavailable):
        await publishing
    with pytest.raises(BrokerUnavailable):
        await broker.get(queue)


async def _publish_for_ever(broker: Broker, queue: str) -> None:
    while True:
        await broker.publish(to(queue, b"x"))


async def _depth(world: World, queue: str, expected: int, *, at_least: bool = False) -> bool:
    broker = await world.broker()
    stats = await broker.stats(queue)
    await broker.close()
    return stats is not None and (stats.messages >= expected if at_least else stats.messages == expected)


async def _has_consumer(world: World, queue: str) -> bool:
    broker = await world.broker()
    stats = await broker.stats(queue)
    await broker.close()
    return stats is not None and stats.consumers == 1
