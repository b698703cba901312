"""The faults that the memory broker's server can cause, which the simulator and the chaos tests build on."""

from __future__ import annotations

import pytest
from tests.support.brokers import bodies, take, to

from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.broker_server import MemoryServer
from warren.contracts.topology import Exchange, Queue, Topology
from warren.ports.broker import OutgoingMessage, QueueStats

QUEUE = Queue("q", ("x", "k"), dead_letter=None)
TOPOLOGY = Topology("quorum", (Exchange("x", "direct"),), (QUEUE,))


@pytest.fixture
def server() -> MemoryServer:
    return MemoryServer()


async def connected(server: MemoryServer) -> MemoryBroker:
    broker = MemoryBroker(server)
    await broker.connect()
    await broker.declare(TOPOLOGY)
    return broker


async def test_one_connection_drops_and_the_others_get_its_deliveries(server: MemoryServer) -> None:
    unlucky, lucky = await connected(server), await connected(server)
    lost = await unlucky.subscribe("q", prefetch=2)
    kept = await lucky.subscribe("q", prefetch=10)
    await lucky.publish(to("q", b"1", b"2", b"3", b"4"))
    assert bodies(await take(lost, 2)) == [b"1", b"3"]
    server.drop_connection(unlucky)
    assert bodies(await take(kept, 4)) == [b"2", b"4", b"1", b"3"]
    assert (unlucky.epoch, lucky.epoch) == (2, 1)
    assert lost.is_active
    await lucky.publish(to("q", b"5"))
    assert bodies(await take(lost, 1)) == [b"5"]


async def test_lost_data_leaves_what_the_brokers_declare_again_and_nothing_in_it(server: MemoryServer) -> None:
    broker, other = await connected(server), await connected(server)
    subscription = await broker.subscribe("q", prefetch=1)
    private = await broker.declare_private_queue()
    await other.publish(to("q", b"1", b"2"))
    (before,) = await take(subscription, 1)
    server.lose_data()
    assert await other.stats("q") == QueueStats(messages=0, consumers=1)
    subscription.ack([before])
    await other.publish([OutgoingMessage("x", "k", b"3"), *to(private, b"4")])
    assert bodies(await take(subscription, 1)) == [b"3"]
    assert await broker.get(private) == b"4"
    assert (broker.epoch, other.epoch) == (2, 2)


async def test_the_next_messages_arrive_twice(server: MemoryServer) -> None:
    broker = await connected(server)
    server.duplicate_next(2)
    await broker.publish(to("q", b"1", b"2", b"3"))
    assert [await broker.get("q") for _ in range(6)] == [b"1", b"1", b"2", b"2", b"3", None]


async def test_withheld_messages_arrive_when_they_are_released_in_any_order(server: MemoryServer) -> None:
    broker = await connected(server)
    server.withhold_next(3)
    await broker.publish(to("q", b"1", b"2", b"3", b"4"))
    assert server.release(lambda withheld: withheld[::-1]) == 3
    assert server.release() == 0
    assert [await broker.get("q") for _ in range(5)] == [b"4", b"3", b"2", b"1", None]


async def test_a_stopped_server_keeps_its_data(server: MemoryServer) -> None:
    broker = await connected(server)
    subscription = await broker.subscribe("q", prefetch=1)
    await broker.publish(to("q", b"1", b"2"))
    await take(subscription, 1)
    server.stop()
    assert not broker.is_ready
    assert not subscription.is_active
    server.start()
    assert bodies(await take(subscription, 1)) == [b"1"]
    assert broker.is_ready


async def test_the_same_calls_give_the_same_order(server: MemoryServer) -> None:
    async def run() -> list[list[bytes]]:
        fresh = MemoryServer()
        brokers = [await connected(fresh) for _ in range(3)]
        subscriptions = [await broker.subscribe("q", prefetch=3) for broker in brokers]
        await brokers[0].publish(to("q", *(b"%d" % number for number in range(12))))
        seen: list[list[bytes]] = [[], [], []]
        for _ in range(2):
            for index, subscription in enumerate(subscriptions):
                deliveries = await subscription.receive(2)
                seen[index] += bodies(deliveries)
                subscription.ack(deliveries[:1])
                subscription.nack(deliveries[1:])
        return seen

    assert await run() == await run()
