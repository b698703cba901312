"""What only a real RabbitMQ does: refused confirms, TLS, headers of any type, delivery limits; and uvloop."""

from __future__ import annotations

import asyncio
import gc
import logging
import ssl
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import aio_pika
import pytest
import uvloop
from tests.support.brokers import bodies, take, to
from tests.support.eventually import eventually
from tests.support.servers.proxy import TcpProxy

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts.topology import Queue, Topology
from warren.errors import BrokerUnavailable
from warren.ports.broker import QueueStats

pytestmark = pytest.mark.server


@pytest.fixture
def name() -> str:
    return f"edge-{uuid4().hex[:10]}"


async def test_a_refused_message_is_published_again_until_it_is_taken(broker_url: str, name: str) -> None:
    """A full queue that rejects (Basic.Nack) is an outage, not an error."""
    async with await aio_pika.connect(broker_url) as connection:
        channel = await connection.channel()
        arguments = {"x-max-length": 2, "x-overflow": "reject-publish"}
        await channel.declare_queue(name, durable=True, arguments=arguments)
        broker = RabbitBroker(broker_url, name="edges", give_up_after=timedelta(seconds=10))
        await broker.connect()
        impatient = RabbitBroker(broker_url, name="edges", give_up_after=timedelta(seconds=0.5))
        await impatient.connect()
        await broker.publish(to(name, b"1", b"2"))
        with pytest.raises(BrokerUnavailable):
            await impatient.publish(to(name, b"never"))
        publishing = asyncio.create_task(broker.publish(to(name, b"3", b"4")))
        received = []
        while b"4" not in received:
            body = await broker.get(name)
            received += [] if body is None else [body]
            await asyncio.sleep(0.01)
        await publishing
        assert [body for body in dict.fromkeys(received) if body != b"never"] == [b"1", b"2", b"3", b"4"]
        await broker.close()
        await impatient.close()
        await channel.queue_delete(name)


async def test_tls(broker_url: str, name: str, tmp_path: Path) -> None:
    certificate, key = tmp_path / "certificate.pem", tmp_path / "key.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    command += ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, command, check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    parts = urlsplit(broker_url)
    account = parts.netloc.rpartition("@")[0]
    async with TcpProxy(parts.port or 5672, host=parts.hostname or "localhost", tls=tls) as proxy:
        url = f"amqps://{account}@localhost:{proxy.port}{parts.path}"
        trusting = RabbitBroker(f"{url}?cafile={certificate}", name="edges")
        await trusting.connect()
        await trusting.publish(to(queue := await trusting.declare_private_queue(), b"x" * 300_000))
        subscription = await trusting.subscribe(queue, prefetch=1)
        assert bodies(await take(subscription, 1)) == [b"x" * 300_000]
        assert not trusting.keep_alive(to(queue, b"from another thread")), "only the loop can encrypt"
        await trusting.publish(to(queue, b"still well"))
        assert (await trusting.stats(queue), trusting.epoch) == (QueueStats(messages=1, consumers=1), 1)
        await trusting.close()

        careless = RabbitBroker(f"{url}?no_verify_ssl=1", name="edges")
        await careless.connect()
        await careless.close()

        wary = RabbitBroker(url, name="edges", give_up_after=timedelta(seconds=0.5))
        with pytest.raises(BrokerUnavailable, match="cafile"):
            await wary.connect()


def test_uvloop(broker_url: str, name: str) -> None:
    """The services run on uvloop, whose transports are its own: the whole way, and a lost connection."""

    async def main() -> None:
        parts = urlsplit(broker_url)
        account = parts.netloc.rpartition("@")[0]
        async with TcpProxy(parts.port or 5672, host=parts.hostname or "127.0.0.1") as proxy:
            broker = RabbitBroker(f"amqp://{account}@127.0.0.1:{proxy.port}{parts.path}", name="edges")
            await broker.connect()
            subscription = await broker.subscribe(await broker.declare_private_queue(), prefetch=100)
            await broker.declare(Topology("classic", queues=(Queue(name, dead_letter=None),)))
            work = await broker.subscribe(name, prefetch=50)
            sent = [b"%d" % number for number in range(1000)]
            publishing = asyncio.create_task(broker.publish(to(name, *sent)))
            received: set[bytes] = set()
            cut = False
            while len(received) < len(sent):
                deliveries = await work.receive(10)
                received.update(bodies(deliveries))
                work.ack(deliveries)
                if len(received) > 500 and not cut:
                    cut = True
                    proxy.cut()
            await publishing
            assert received == set(sent)
            await subscription.cancel()
            await work.cancel()
            await broker.close()
        async with await aio_pika.connect(broker_url) as connection:
            await (await connection.channel()).queue_delete(name)

    uvloop.run(main())


async def test_foreign_messages_arrive_whatever_their_properties(broker_url: str) -> None:
    broker = RabbitBroker(broker_url, name="edges")
    await broker.connect()
    queue = await broker.declare_private_queue()
    subscription = await broker.subscribe(queue, prefetch=10)
    headers: dict[str, object] = {
        "n": 7,
        "f": 1.5,
        "b": bytearray(b"\xff"),
        "t": True,
        "l": ["a", 1],
        "d": {"x": None},
        "s": "text",
    }
    async with await aio_pika.connect(broker_url) as connection:
        channel = await connection.channel()
        message = aio_pika.Message(
            b"{}",
            headers=headers,  # type: ignore[arg-type]  # every kind of value that a table may hold
            content_type="application/json",
            content_encoding="utf-8",
            priority=3,
            correlation_id="c",
            reply_to="r",
            expiration=60,
            message_id="m",
            timestamp=datetime.now(UTC),
            type="t",
            app_id="a",
        )
        await channel.default_exchange.publish(message, routing_key=queue)
    (delivery,) = await take(subscription, 1)
    assert (delivery.body, delivery.correlation_id, delivery.reply_to, delivery.message_id) == (b"{}", "c", "r", "m")
    assert delivery.headers["n"] == 7
    assert delivery.headers["s"] == "text"
    assert delivery.headers["d"] == {"x": None}
    await broker.close()


async def test_a_message_given_back_too_often_is_dead_lettered(broker_url: str, name: str) -> None:
    """A poisonous message must not circle for ever; the same limit on RabbitMQ 3.10 and 4."""
    broker = RabbitBroker(broker_url, name="edges")
    await broker.connect()
    dead, queue = Queue(f"{name}.dead", dead_letter=None), Queue(name, dead_letter=f"{name}.dead")
    await broker.declare(Topology("quorum", queues=(dead, queue)))
    parked = await broker.subscribe(dead.name, prefetch=1)
    subscription = await broker.subscribe(queue.name, prefetch=1)
    await broker.publish(to(queue.name, b"poison"))
    waiting = asyncio.create_task(parked.receive(1))
    rounds = 0
    while not waiting.done():
        giving = asyncio.create_task(subscription.receive(1))
        await asyncio.wait([giving, waiting], return_when=asyncio.FIRST_COMPLETED)
        if giving.done():
            subscription.nack(giving.result())
            rounds += 1
        else:
            giving.cancel()
    assert bodies(waiting.result()) == [b"poison"]
    assert 90 <= rounds <= 110
    assert await broker.stats(queue.name) == QueueStats(messages=0, consumers=1)
    await broker.close()
    async with await aio_pika.connect(broker_url) as connection:
        channel = await connection.channel()
        await channel.queue_delete(name)
        await channel.queue_delete(dead.name)


async def test_subscriptions_that_end_at_any_moment_disturb_no_other_one(
    broker_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    """A channel that is not closed in good order makes RabbitMQ close the whole connection (504)."""
    broker = RabbitBroker(broker_url, name="edges")
    await broker.connect()
    queue = await broker.declare_private_queue()
    other = await broker.subscribe(queue, prefetch=1)
    for step in range(60):
        subscribing = asyncio.create_task(broker.subscribe(queue, prefetch=1))
        await _pass(step)
        subscribing.cancel()
        await asyncio.wait({subscribing})
        if not subscribing.cancelled():
            await subscribing.result().cancel()
        subscription = await broker.subscribe(queue, prefetch=1)
        cancelling = asyncio.create_task(subscription.cancel())
        await _pass(step)
        await subscription.stop()
        await cancelling
    await eventually(lambda: _has_consumers(broker, queue, 1))
    assert other.is_active
    await broker.close()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def _pass(step: int) -> None:
    """Some turns of the event loop, and a little time."""
    for _ in range(step % 20):
        await asyncio.sleep(0)
    await asyncio.sleep(step // 20 * 0.0005)


async def _has_consumers(broker: RabbitBroker, queue: str, count: int) -> bool:
    stats = await broker.stats(queue)
    return stats is not None and stats.consumers == count


async def test_a_broker_can_be_closed_right_after_its_subscriptions(
    broker_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(5):
        broker = RabbitBroker(broker_url, name="edges")
        await broker.connect()
        queue = await broker.declare_private_queue()
        for _ in range(5):
            await (await broker.subscribe(queue, prefetch=1)).cancel()
        await broker.close()
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING] == []


async def test_attempts_that_failed_leave_nothing_to_the_garbage_collector(recwarn: pytest.WarningsRecorder) -> None:
    """Wherever it runs: no task is started, and nothing is written to the user's terminal."""
    listener = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        broker = RabbitBroker(f"amqp://guest:guest@127.0.0.1:{port}/", name="gc", give_up_after=timedelta(seconds=0.5))
        with pytest.raises(BrokerUnavailable):
            await broker.connect()
        await broker.close()
    del broker
    await asyncio.to_thread(gc.collect)
    assert not [warning for warning in recwarn if "never awaited" in str(warning.message)]
