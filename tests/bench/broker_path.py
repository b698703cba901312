"""CPU per message of the broker path: Warren's adapter beside aiormq and aio-pika used plainly.

Run it by hand: `python tests/bench/broker_path.py [URL] [--messages N] [--body BYTES]`. It prints, for each way, the
microseconds of this process's CPU for publish + confirm, and for deliver + ack, and messages a second.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import Awaitable, Callable

import aio_pika
import aiormq
import uvloop
from pamqp.commands import Basic

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts.topology import Queue, Topology
from warren.ports.broker import OutgoingMessage

QUEUE = "bench.broker_path"
IN_FLIGHT = 256
Side = Callable[[], Awaitable[None]]


async def measured(side: Side, messages: int) -> tuple[float, float]:
    cpu, wall = time.process_time(), time.perf_counter()
    await side()
    return (time.process_time() - cpu) / messages * 1e6, messages / (time.perf_counter() - wall)


async def report(name: str, messages: int, publish: Side, consume: Side) -> None:
    sent, sent_rate = await measured(publish, messages)
    got, got_rate = await measured(consume, messages)
    print(
        f"{name:34} publish+confirm {sent:6.1f} us {sent_rate:8.0f}/s   deliver+ack {got:6.1f} us {got_rate:8.0f}/s"
        f"   together {sent + got:6.1f} us"
    )


async def plain_aiormq(url: str, messages: int, body: bytes) -> None:
    connection = await aiormq.connect(url)
    channel = await connection.channel()
    left = messages
    done = asyncio.Event()

    async def publish() -> None:
        for start in range(0, messages, IN_FLIGHT):
            count = min(IN_FLIGHT, messages - start)
            await asyncio.gather(
                *(
                    channel.basic_publish(
                        body, routing_key=QUEUE, mandatory=True, properties=Basic.Properties(delivery_mode=2)
                    )
                    for _ in range(count)
                )
            )

    async def on_message(message: aiormq.abc.DeliveredMessage) -> None:
        nonlocal left
        assert message.delivery_tag is not None
        await channel.basic_ack(message.delivery_tag, wait=False)
        left -= 1
        if not left:
            done.set()

    async def consume() -> None:
        await channel.basic_qos(prefetch_count=IN_FLIGHT)
        await channel.basic_consume(QUEUE, on_message)
        await done.wait()

    await report("aiormq", messages, publish, consume)
    await connection.close()


async def plain_aio_pika(url: str, messages: int, body: bytes) -> None:
    connection = await aio_pika.connect(url)
    channel = await connection.channel()
    exchange = channel.default_exchange

    async def publish() -> None:
        for start in range(0, messages, IN_FLIGHT):
            count = min(IN_FLIGHT, messages - start)
            await asyncio.gather(
                *(exchange.publish(aio_pika.Message(body, delivery_mode=2), routing_key=QUEUE) for _ in range(count))
            )

    async def consume() -> None:
        await channel.set_qos(prefetch_count=IN_FLIGHT)
        queue = await channel.get_queue(QUEUE)
        left = messages
        async with queue.iterator() as deliveries:
            async for message in deliveries:
                await message.ack()
                left -= 1
                if not left:
                    return

    await report("aio-pika", messages, publish, consume)
    await connection.close()


async def warren(url: str, messages: int, body: bytes, *, together: int) -> None:
    """`together` messages in one publish call; as many calls at once as give the same number in flight."""
    broker = RabbitBroker(url, name="bench")
    await broker.connect()
    batch = [OutgoingMessage("", QUEUE, body)] * together
    rounds = messages // together

    async def publish() -> None:
        at_once = max(1, IN_FLIGHT // together)
        for start in range(0, rounds, at_once):
            await asyncio.gather(*(broker.publish(batch) for _ in range(min(at_once, rounds - start))))

    async def consume() -> None:
        subscription = await broker.subscribe(QUEUE, prefetch=IN_FLIGHT)
        left = rounds * together
        while left:
            deliveries = await subscription.receive(64)
            subscription.ack(deliveries)
            left -= len(deliveries)

    await report(f"warren, {together} a publish", rounds * together, publish, consume)
    await broker.close()


async def main(url: str, messages: int, size: int, queue_type: str) -> None:
    body = b"x" * size
    broker = RabbitBroker(url, name="bench")
    await broker.connect()
    queue = Queue(QUEUE, dead_letter=None, queue_type="quorum" if queue_type == "quorum" else "classic")
    await broker.declare(Topology("quorum", queues=(queue,)))
    await broker.purge(QUEUE)
    await plain_aio_pika(url, messages, body)
    await plain_aiormq(url, messages, body)
    for together in (1, 16, 256):
        await warren(url, messages, body, together=together)
    await broker.close()
    async with await aio_pika.connect(url) as connection:
        await (await connection.channel()).queue_delete(QUEUE)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url", nargs="?", default="amqp://guest:guest@127.0.0.1:5672/")
    parser.add_argument("--messages", type=int, default=10_240)
    parser.add_argument("--body", type=int, default=300)
    parser.add_argument("--queue-type", choices=("quorum", "classic"), default="quorum")
    arguments = parser.parse_args()
    uvloop.run(main(arguments.url, arguments.messages, arguments.body, arguments.queue_type))
