"""RabbitMQ lives and answers, but has forgotten something: a request, a confirm, or a consumer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from typing import Any

import aio_pika
import pytest
from tests.integration.rabbit_load import loaded
from tests.support.brokers import bodies, take, to
from tests.support.eventually import eventually
from tests.support.servers.rabbitmq_private import PrivateRabbit

from warren.adapters.rabbitmq import RabbitBroker, connection, declarations, publisher, subscription
from warren.adapters.rabbitmq.confirm_channel import Batch
from warren.adapters.rabbitmq.consume_channel import ConsumeChannel
from warren.adapters.rabbitmq.declarations import Declarations
from warren.contracts.topology import Queue, Topology
from warren.ports.broker import QueueStats

pytestmark = pytest.mark.server

NAME = "faults.single"
SINGLE = Topology("quorum", queues=(Queue(NAME, dead_letter=None, single_active_consumer=True),))


@pytest.fixture(scope="module")
def node() -> Iterator[PrivateRabbit]:
    with PrivateRabbit() as node:
        yield node


async def test_a_broker_that_never_answers_a_consumer_is_asked_again(
    node: PrivateRabbit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "_CONSUME_SECONDS", 0.5)
    consume, asked = ConsumeChannel.consume, 0

    async def never_at_first(channel: ConsumeChannel, *, prefetch: int) -> None:
        nonlocal asked
        asked += 1
        await (consume(channel, prefetch=prefetch) if asked > 2 else asyncio.Event().wait())

    monkeypatch.setattr(ConsumeChannel, "consume", never_at_first)
    async with loaded(node.url):
        assert asked >= 3, "the two that were not answered, and one that was"


async def test_a_broker_that_never_prepares_a_connection_gets_another_one(
    node: PrivateRabbit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "_PREPARE_SECONDS", 0.5)
    declare, asked = Declarations.declare, 0

    async def never_at_first(made: Declarations, to: connection.Connection, topology: Topology) -> None:
        nonlocal asked
        asked += 1
        await (asyncio.Event().wait() if asked in (2, 3) else declare(made, to, topology))

    monkeypatch.setattr(Declarations, "declare", never_at_first)
    async with loaded(node.url) as load:
        since = time.monotonic()
        await asyncio.to_thread(node.ctl, "close_all_connections", "maintenance")
        await eventually(lambda: asked > 3)
        await load.healed(since=since)


async def test_a_confirm_that_the_broker_forgot_is_not_waited_for_without_end(
    node: PrivateRabbit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "_FORGOTTEN_SECONDS", 2.0)
    settle: Any = Batch.settle
    forgotten: tuple[Batch, int] | None = None

    def forgetful(batch: Batch, tag: int, *, multiple: bool, is_ack: bool) -> None:
        """One message of one batch is never confirmed: not by a later confirm for all up to another one either."""
        nonlocal forgotten
        if forgotten is None and tag > 500:
            forgotten = batch, min(tag, batch.end - 1)
        if forgotten is None or forgotten[0] is not batch:
            settle(batch, tag, multiple=multiple, is_ack=is_ack)
            return
        for each in range(batch.low, min(tag + 1, batch.end)) if multiple else [tag]:
            if each != forgotten[1]:
                settle(batch, each, multiple=False, is_ack=is_ack)

    monkeypatch.setattr(Batch, "settle", forgetful)
    async with loaded(node.url) as load:
        await eventually(lambda: forgotten)
        await eventually(lambda: load.broker.epoch >= 2)
        await load.healed(since=time.monotonic())


async def make_anew(url: str) -> None:
    """Delete the queue and declare it again, as another program."""
    connection = await aio_pika.connect(url)
    channel = await connection.channel()
    await channel.queue_delete(NAME)
    arguments = {"x-queue-type": "quorum", "x-single-active-consumer": True, "x-delivery-limit": 2_000_000_000}
    await channel.declare_queue(NAME, durable=True, arguments=arguments)
    await connection.close()


async def test_a_queue_that_was_made_anew_behind_a_consumer_is_consumed_again(
    node: PrivateRabbit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """RabbitMQ 3.10 keeps such a consumer, and drops what the new queue sends to it."""
    monkeypatch.setattr(subscription, "_IDLE_SECONDS", 1.0)
    broker = RabbitBroker(node.url, name="anew")
    await broker.connect()
    await broker.declare(SINGLE)
    taking = await broker.subscribe(NAME, prefetch=10)
    for number in range(5):
        await broker.publish(to(NAME, b"%d" % number))
        taking.ack(await take(taking, 1))
        await make_anew(node.url)
        await broker.publish(to(NAME, b"again"))
        received = await take(taking, 1)
        assert bodies(received) == [b"again"]
        taking.ack(received)
    await broker.purge(NAME)
    await broker.close()


async def acknowledge(message: aio_pika.abc.AbstractIncomingMessage) -> None:
    await message.ack()


async def test_the_consumers_of_a_queue_that_has_gone_get_time_to_be_told(
    node: PrivateRabbit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within milliseconds they would be taken over as above; how long RabbitMQ takes depends on its load."""
    monkeypatch.setattr(declarations, "_GONE_SECONDS", 0.7)
    broker = RabbitBroker(node.url, name="again")
    await broker.connect()
    await broker.declare(SINGLE)
    connection = await aio_pika.connect(node.url)
    channel = await connection.channel()
    consumed = await channel.get_queue(NAME)
    await consumed.consume(acknowledge)
    deleting = await connection.channel()
    await deleting.queue_delete(NAME)
    since = time.monotonic()
    await broker.declare_queue(SINGLE.queues[0])
    assert time.monotonic() - since > 0.7
    assert await broker.stats(NAME) == QueueStats(messages=0, consumers=0)
    await connection.close()
    await broker.close()
