"""The broker port: what is published arrives, where it should, as it was sent, in order."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.brokers import World, bodies, take, to

from warren.contracts.topology import Topology
from warren.errors import BrokerError, UnroutableMessage
from warren.ports.broker import OutgoingMessage, QueueStats


async def test_a_message_arrives_with_everything_it_was_sent_with(world: World) -> None:
    broker = await world.broker()
    exchange = world.exchange("x")
    queue = world.queue(binding=(exchange, "key"), queue_type="classic")
    await broker.declare(Topology("classic", (exchange,), (queue,)))
    subscription = await broker.subscribe(queue.name, prefetch=10)

    await broker.publish(
        [
            OutgoingMessage(
                exchange.name,
                "key",
                b"\x00body\xff",
                headers={"traceparent": "00-ab-cd-01", "ü": "é" * 300, "empty": ""},
                reply_to="some.queue",
                correlation_id="c-1",
                message_id="m-1",
            )
        ]
    )

    (delivery,) = await subscription.receive(10)
    assert delivery.body == b"\x00body\xff"
    assert delivery.queue == queue.name
    assert (delivery.exchange, delivery.routing_key) == (exchange.name, "key")
    assert delivery.headers == {"traceparent": "00-ab-cd-01", "ü": "é" * 300, "empty": ""}
    assert (delivery.reply_to, delivery.correlation_id, delivery.message_id) == ("some.queue", "c-1", "m-1")
    assert (delivery.redelivered, delivery.delivery_count) == (False, 0)


async def test_a_message_without_properties_arrives_without_them(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=10)
    await broker.publish([OutgoingMessage("", queue, b"", persistent=False)])
    (delivery,) = await subscription.receive(1)
    assert delivery.body == b""
    assert delivery.headers == {}
    assert (delivery.reply_to, delivery.correlation_id, delivery.message_id) == (None, None, None)


@pytest.mark.parametrize("size", [1, 131_064, 131_065, 1_500_000], ids=["small", "a frame", "two frames", "many"])
async def test_a_body_of_any_size_arrives_whole(world: World, size: int) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    subscription = await broker.subscribe(queue, prefetch=10)
    body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    await broker.publish([*to(queue, b"before", body, b"after")])
    assert bodies(await take(subscription, 3)) == [b"before", body, b"after"]


async def test_publishing_nothing_is_done_at_once_and_sends_nothing(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    await broker.publish([])
    await broker.publish(to(queue, b"canary"))
    subscription = await broker.subscribe(queue, prefetch=10)
    assert bodies(await subscription.receive(10)) == [b"canary"]
    assert await broker.stats(queue) == QueueStats(messages=0, consumers=1)


async def test_messages_of_one_publish_keep_their_order(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    sent = [b"%d" % number for number in range(3000)]
    await broker.publish(to(queue, *sent))
    assert await broker.stats(queue) == QueueStats(messages=3000, consumers=0)
    subscription = await broker.subscribe(queue, prefetch=5000)
    assert bodies(await take(subscription, 3000)) == sent


async def test_publishers_at_once_lose_and_repeat_nothing(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    sent = [[b"%d.%d" % (publisher, number) for number in range(20)] for publisher in range(50)]
    await asyncio.gather(*(broker.publish(to(queue, *each)) for each in sent))
    subscription = await broker.subscribe(queue, prefetch=2000)
    received = bodies(await take(subscription, 1000))
    for publisher, each in enumerate(sent):
        assert [body for body in received if body.startswith(b"%d." % publisher)] == each
    assert await broker.stats(queue) == QueueStats(messages=0, consumers=1)


async def test_a_mandatory_message_without_a_queue_is_an_error_and_the_others_are_taken(world: World) -> None:
    broker = await world.broker()
    exchange = world.exchange("x")
    queue = world.queue(binding=(exchange, "key"), queue_type="classic")
    await broker.declare(Topology("classic", (exchange,), (queue,)))
    with pytest.raises(UnroutableMessage) as caught:
        await broker.publish(
            [
                OutgoingMessage(exchange.name, "key", b"one"),
                OutgoingMessage(exchange.name, "nowhere", b"lost"),
                OutgoingMessage(exchange.name, "nowhere", b"dropped", mandatory=False),
                OutgoingMessage(exchange.name, "key", b"two"),
                OutgoingMessage("", f"{world.prefix}.no.such.queue", b"lost as well"),
            ]
        )
    assert sorted(caught.value.routes) == [("", f"{world.prefix}.no.such.queue"), (exchange.name, "nowhere")]
    assert "nowhere" in str(caught.value)
    subscription = await broker.subscribe(queue.name, prefetch=10)
    assert bodies(await take(subscription, 2)) == [b"one", b"two"]


async def test_each_publish_hears_of_its_own_unroutable_messages_only(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    missing = f"{world.prefix}.missing"
    outcomes = await asyncio.gather(
        *(broker.publish(to(missing if number % 3 == 0 else queue, b"same body")) for number in range(60)),
        return_exceptions=True,
    )
    for number, outcome in enumerate(outcomes):
        assert isinstance(outcome, UnroutableMessage) == (number % 3 == 0)
    assert await broker.stats(queue) == QueueStats(messages=40, consumers=0)


async def test_a_message_that_is_not_mandatory_is_dropped_silently(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    lost = OutgoingMessage("", f"{world.prefix}.missing", b"x", mandatory=False)
    await broker.publish([lost])
    await broker.publish([lost, *to(queue, b"canary"), lost])
    subscription = await broker.subscribe(queue, prefetch=10)
    assert bodies(await subscription.receive(10)) == [b"canary"], "what shares a publish with it arrives"
    assert await broker.stats(queue) == QueueStats(messages=0, consumers=1)


async def test_an_unknown_exchange_is_an_error_that_names_it_and_harms_nobody_else(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    outcomes = await asyncio.gather(
        broker.publish(to(queue, b"before")),
        broker.publish([OutgoingMessage(f"{world.prefix}.missing", "k", b"x")]),
        broker.publish(to(queue, b"after")),
        return_exceptions=True,
    )
    assert outcomes[0] is None
    assert isinstance(outcomes[1], BrokerError)
    assert f"{world.prefix}.missing" in str(outcomes[1])
    assert outcomes[2] is None
    await broker.publish(to(queue, b"later"))
    subscription = await broker.subscribe(queue, prefetch=10)
    received: set[bytes] = set()
    while not received >= {b"before", b"after", b"later"}:  # what shared the channel may come more than once
        received |= set(bodies(await take(subscription, 1)))


@pytest.mark.parametrize(
    "what",
    [{"routing_key": "k" * 256}, {"message_id": "m" * 256}, {"reply_to": "r" * 256}, {"correlation_id": "ü" * 128}],
    ids=lambda what: next(iter(what)),
)
async def test_a_name_too_long_for_the_protocol_is_an_error(world: World, what: dict[str, str]) -> None:
    broker = await world.broker()
    with pytest.raises(BrokerError, match="255"):
        await broker.publish([OutgoingMessage(**{"exchange": "", "routing_key": "q", "body": b"", **what})])


async def test_a_fanout_exchange_gives_every_queue_a_copy(world: World) -> None:
    broker = await world.broker()
    exchange = world.exchange("x", "fanout")
    queues = [world.queue(name, binding=(exchange, ""), queue_type="classic") for name in "ab"]
    await broker.declare(Topology("classic", (exchange,), tuple(queues)))
    await broker.publish([OutgoingMessage(exchange.name, "anything", b"copy")])
    assert [await broker.get(queue.name) for queue in queues] == [b"copy", b"copy"]


@pytest.mark.parametrize(
    ("pattern", "taken"),
    [
        ("run.completed.order", ["run.completed.order"]),
        ("run.*.order", ["run.completed.order", "run.failed.order"]),
        ("run.completed.#", ["run.completed.order", "run.completed.order.eu", "run.completed"]),
        ("#", ["run.completed.order", "run.failed.order", "run.completed.order.eu", "run.completed", "x"]),
        ("#.eu", ["run.completed.order.eu"]),
        ("*", ["x"]),
    ],
)
async def test_a_topic_exchange_routes_by_pattern(world: World, pattern: str, taken: list[str]) -> None:
    broker = await world.broker()
    exchange = world.exchange("x", "topic")
    queue = world.queue(binding=(exchange, pattern), queue_type="classic")
    await broker.declare(Topology("classic", (exchange,), (queue,)))
    keys = ["run.completed.order", "run.failed.order", "run.completed.order.eu", "run.completed", "x"]
    await broker.publish([OutgoingMessage(exchange.name, key, key.encode(), mandatory=False) for key in keys])
    received = [await broker.get(queue.name) for _ in taken]
    assert received == [key.encode() for key in taken]
    assert await broker.get(queue.name) is None


async def test_get_takes_one_message_for_good(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    assert await broker.get(queue) is None
    await broker.publish(to(queue, b"1", b"2"))
    assert await broker.get(queue) == b"1"
    assert await broker.get(queue) == b"2"
    assert await broker.get(queue) is None


async def test_stats_and_purge(world: World) -> None:
    broker = await world.broker()
    queue = await world.declared(broker)
    await broker.publish(to(queue, b"1", b"2", b"3"))
    subscription = await broker.subscribe(queue, prefetch=1)
    await take(subscription, 1)
    assert await broker.stats(queue) == QueueStats(messages=2, consumers=1)
    assert await broker.purge(queue) == 2
    assert await broker.purge(queue) == 0
    assert await broker.stats(queue) == QueueStats(messages=0, consumers=1)


async def test_a_missing_queue(world: World) -> None:
    broker = await world.broker()
    missing = f"{world.prefix}.missing"
    assert await broker.stats(missing) is None
    for asked in (broker.get(missing), broker.purge(missing), broker.subscribe(missing, prefetch=1)):
        with pytest.raises(BrokerError, match=missing):
            await asked
    assert broker.is_ready
