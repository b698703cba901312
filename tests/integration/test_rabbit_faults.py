"""RabbitMQ fails in every way it can, under load: healed within ten seconds, and nothing that was confirmed is lost."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from tests.chaos.proxy import ChaosProxy, Direction
from tests.integration.rabbit_load import EXCHANGE, HEALED_SECONDS, QUEUE, TOPOLOGY, loaded
from tests.support.brokers import bodies, take, to
from tests.support.eventually import eventually
from tests.support.servers.proxy import TcpProxy
from tests.support.servers.rabbitmq_private import PrivateRabbit

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts.topology import Queue, Topology
from warren.errors import BrokerError, BrokerUnavailable
from warren.ports.broker import Delivery, OutgoingMessage, QueueStats, Subscription

pytestmark = pytest.mark.server

LARGEST = 1_000_000


@pytest.fixture(scope="module")
def node() -> Iterator[PrivateRabbit]:
    with PrivateRabbit({"max_message_size": str(LARGEST)}) as node:
        yield node


async def test_a_restart(node: PrivateRabbit) -> None:
    async with loaded(node.url) as load:
        await asyncio.to_thread(node.stop)
        assert not load.broker.is_ready
        await asyncio.to_thread(node.start)
        await load.healed(since=time.monotonic())
        assert load.broker.epoch >= 2


async def test_a_kill(node: PrivateRabbit) -> None:
    async with loaded(node.url) as load:
        await asyncio.to_thread(node.kill)
        await asyncio.to_thread(node.start)
        await load.healed(since=time.monotonic())


async def test_all_data_lost(node: PrivateRabbit) -> None:
    """The adapter declares again what was declared through it; what lay in the queues is for others to recover."""
    broker = RabbitBroker(node.url, name="wiped")
    await broker.connect()
    await broker.declare(TOPOLOGY)
    subscription = await broker.subscribe(QUEUE.name, prefetch=10)
    private = await broker.subscribe(name := await broker.declare_private_queue(), prefetch=10)
    await asyncio.to_thread(node.wipe)
    since = time.monotonic()
    await broker.publish([OutgoingMessage(EXCHANGE.name, "k", b"1")])
    await eventually(lambda: broker.is_ready)
    await broker.publish(to(name, b"2"))
    assert bodies(await take(subscription, 1)) == [b"1"]
    assert bodies(await take(private, 1)) == [b"2"]
    assert time.monotonic() - since < HEALED_SECONDS
    await broker.close()


async def test_every_connection_closed_by_an_operator(node: PrivateRabbit) -> None:
    async with loaded(node.url) as load:
        since = time.monotonic()
        await asyncio.to_thread(node.ctl, "close_all_connections", "maintenance")
        await eventually(lambda: load.broker.epoch >= 2)
        await load.healed(since=since)


async def test_a_queue_deleted_under_its_consumer(node: PrivateRabbit) -> None:
    """What was in the queue is lost with it; everything published after it is back arrives."""
    broker = RabbitBroker(node.url, name="faults")
    await broker.connect()
    await broker.declare(TOPOLOGY)
    subscription = await broker.subscribe(QUEUE.name, prefetch=10)
    await asyncio.to_thread(node.ctl, "delete_queue", QUEUE.name)
    since = time.monotonic()
    await eventually(lambda: _has_consumer(broker))
    await broker.publish([OutgoingMessage(EXCHANGE.name, "k", b"1")])
    assert bodies(await take(subscription, 1)) == [b"1"]
    assert time.monotonic() - since < HEALED_SECONDS
    await broker.close()


async def test_a_memory_alarm(node: PrivateRabbit) -> None:
    async with loaded(node.url) as load:
        await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.0000001")
        await eventually(lambda: not load.broker.is_ready)
        count = len(load.confirmed)
        assert await load.broker.stats(QUEUE.name) is not None, "the other connection is not blocked"
        await asyncio.to_thread(node.ctl, "set_vm_memory_high_watermark", "0.4")
        await load.healed(since=time.monotonic())
        assert len(load.confirmed) > count
        assert load.broker.epoch == 1, "a blocked connection is no lost one"


async def test_a_node_that_freezes(node: PrivateRabbit) -> None:
    async with loaded(node.url) as load:
        node.pause()
        frozen = time.monotonic()
        try:
            await eventually(lambda: not load.broker.is_ready)
            assert time.monotonic() - frozen < HEALED_SECONDS
        finally:
            node.resume()
        await load.healed(since=time.monotonic())


async def test_a_network_that_swallows_everything(node: PrivateRabbit) -> None:
    async with TcpProxy(node.port) as proxy, loaded(f"amqp://guest:guest@127.0.0.1:{proxy.port}/") as load:
        proxy.freeze()
        since = time.monotonic()
        await eventually(lambda: not load.broker.is_ready)
        proxy.thaw()
        await load.healed(since=since)


@pytest.mark.parametrize("direction", ["to_server", "to_client"])
@pytest.mark.parametrize("kind", ["publishing", "consuming"])
async def test_a_network_that_swallows_one_direction(node: PrivateRabbit, direction: Direction, kind: str) -> None:
    """The broker, whom nothing reaches, goes on sending heartbeats and deliveries: only missing answers tell."""
    async with ChaosProxy(node.port) as proxy:
        broker = RabbitBroker(f"amqp://guest:guest@127.0.0.1:{proxy.port}/", name="hole", heartbeat_seconds=60)
        await broker.connect()
        await broker.declare(TOPOLOGY)
        subscription = await broker.subscribe(QUEUE.name, prefetch=10)
        since = time.monotonic()
        proxy.swallow(direction)
        await asyncio.sleep(3.0)  # the fault itself: every probe that falls into it is lost, whatever comes after it
        proxy.swallow(None)
        if kind == "publishing":
            await eventually(lambda: broker.epoch >= 2)
        else:
            keeper = broker._consuming
            await eventually(lambda: keeper.generation >= 2 and subscription.is_active)
        await broker.publish([OutgoingMessage(EXCHANGE.name, "k", b"1")])
        taken = await take(subscription, 1)
        assert bodies(taken) == [b"1"]
        assert time.monotonic() - since < HEALED_SECONDS
        subscription.ack(taken)
        await broker.close()


async def test_a_channel_closed_by_the_broker(node: PrivateRabbit) -> None:
    """An ack of an unknown tag makes the broker close the channel: a consumer that went wrong is made anew."""
    async with loaded(node.url) as load:
        since = time.monotonic()
        _settle_wrongly(load.subscription)
        await load.healed(since=since)
        assert load.broker.epoch == 1


async def test_persistent_messages_survive_a_kill_and_unsettled_ones_come_again(node: PrivateRabbit) -> None:
    broker = RabbitBroker(node.url, name="persistence", give_up_after=timedelta(seconds=20))
    await broker.connect()
    queue = Queue("persistence.q", dead_letter=None, queue_type="classic")  # a quorum queue so young is not yet on disk
    await broker.declare(Topology("quorum", queues=(queue,)))
    await asyncio.to_thread(node.ctl, "eval", "mnesia:sync_log().")  # RabbitMQ 3 notes a new queue seconds later
    await broker.publish(to(queue.name, *(b"%d" % number for number in range(10))))
    subscription = await broker.subscribe(queue.name, prefetch=4)
    before = await take(subscription, 4)
    await asyncio.to_thread(node.kill)
    await eventually(lambda: not subscription.is_active)
    subscription.ack(before)
    await asyncio.to_thread(node.start)
    again = []
    while len(again) < 10:
        deliveries = await subscription.receive(10)
        again += deliveries
        subscription.ack(deliveries)
    assert sorted(bodies(again)) == [b"%d" % number for number in range(10)]
    assert await broker.stats(queue.name) == QueueStats(messages=0, consumers=1)
    await broker.close()


async def test_a_message_that_is_too_large_fails_alone(node: PrivateRabbit) -> None:
    """The broker closes the channel for it, under everybody else's messages."""
    async with loaded(node.url) as load:
        since = time.monotonic()
        with pytest.raises(BrokerError, match="1,000,001 bytes, and the broker takes at most 1,000,000") as caught:
            await load.broker.publish([OutgoingMessage(EXCHANGE.name, "k", bytes(LARGEST + 1))])
        assert not isinstance(caught.value, BrokerUnavailable)
        await load.healed(since=since)


@pytest.mark.parametrize(
    ("break_url", "says"),
    [
        (lambda url: url.replace("guest:guest", "guest:wrong"), "check WARREN_BROKER_URL"),
        (lambda url: url + "no-such-vhost", "add_vhost"),
        (lambda url: url.rpartition(":")[0] + ":1/", "check that RabbitMQ runs there"),
        (lambda url: url.replace("amqp:", "amqps:"), "TLS"),
    ],
    ids=["password", "vhost", "port", "tls"],
)
async def test_what_is_wrong_with_a_url(node: PrivateRabbit, break_url: Callable[[str], str], says: str) -> None:
    broker = RabbitBroker(break_url(node.url), name="wrong", give_up_after=timedelta(seconds=1))
    with pytest.raises(BrokerUnavailable, match=says) as caught:
        await broker.connect()
    assert "127.0.0.1" in str(caught.value)
    assert "wrong" not in str(caught.value).replace("wrong version", "")
    assert ":***@" in str(caught.value)


async def _has_consumer(broker: RabbitBroker) -> bool:
    stats = await broker.stats(QUEUE.name)
    return stats is not None and stats.consumers == 1


def _settle_wrongly(subscription: Subscription) -> None:
    channel = subscription._channel  # type: ignore[attr-defined]  # no public call can go wrong like this
    channel._tags.delivered = 10**9
    subscription.ack([Delivery(b"", QUEUE.name, "", "", {}, False, 0, None, None, None, 10**9, channel.epoch)])
