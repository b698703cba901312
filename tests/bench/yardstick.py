"""The yardstick: a plain aio-pika loop that keeps no state. It publishes an action, consumes it, publishes the
reply, consumes that.

Durable quorum queues, persistent messages, publisher confirms, as anybody would write it by hand; both sides run on
uvloop. `python -m tests.bench.yardstick URL` is its worker.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import aio_pika
import uvloop
from tests.bench.targets import Outcome

ACTIONS = "raw.actions"
REPLIES = "raw.replies"
_PREFETCH = 100
_ROOT = Path(__file__).resolve().parents[2]


async def work(url: str) -> None:
    """Consume actions, publish `n + 1` to wherever the reply is wanted."""
    connection = await aio_pika.connect(url)
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=_PREFETCH)
    queue = await channel.declare_queue(ACTIONS, durable=True, passive=True)

    async def on_action(message: aio_pika.abc.AbstractIncomingMessage) -> None:
        result = json.loads(message.body)["n"] + 1
        reply = aio_pika.Message(
            json.dumps({"result": result}).encode(),
            correlation_id=message.correlation_id,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        assert message.reply_to is not None
        await channel.default_exchange.publish(reply, routing_key=message.reply_to)
        await message.ack()

    await queue.consume(on_action)
    await asyncio.Event().wait()


class RawTarget:
    """The client's side; `queue_type` is quorum or classic."""

    def __init__(self, url: str, *, queue_type: str = "quorum") -> None:
        self.name = "raw aio-pika" if queue_type == "quorum" else f"raw aio-pika, {queue_type} queues"
        self._url = url
        self._queue_type = queue_type
        self._waiting: dict[str, asyncio.Future[int]] = {}
        self._next = 0
        self.worker: subprocess.Popen[bytes] | None = None

    async def open(self) -> None:
        """Declare the queues, start the worker process, consume replies."""
        self._connection = await aio_pika.connect(self._url)
        self._channel = await self._connection.channel()
        await self._channel.set_qos(prefetch_count=1000)
        arguments = {"x-queue-type": self._queue_type}
        await self._channel.declare_queue(ACTIONS, durable=True, arguments=arguments)
        replies = await self._channel.declare_queue(REPLIES, durable=True, arguments=arguments)
        await replies.consume(self._on_reply)
        command = [sys.executable, "-m", "tests.bench.yardstick", self._url]
        self.worker = subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.DEVNULL)

    async def close(self) -> None:
        """Stop the worker, disconnect."""
        if self.worker is not None:
            self.worker.kill()
            self.worker.wait(10)
        await self._connection.close()

    async def chains(self, runs: int, steps: int) -> Outcome:
        async def chain() -> float:
            begun = time.perf_counter()
            value = 0
            for _ in range(steps):
                value = await self._inc(value)
            assert value == steps
            return time.perf_counter() - begun

        begun = time.perf_counter()
        latencies = await asyncio.gather(*(chain() for _ in range(runs)))
        return Outcome(time.perf_counter() - begun, latencies)

    async def fan(self, width: int) -> Outcome:
        begun = time.perf_counter()
        total = sum(await asyncio.gather(*(self._inc(n) for n in range(width))))
        assert total == width * (width + 1) // 2
        seconds = time.perf_counter() - begun
        return Outcome(seconds, [seconds])

    async def _inc(self, n: int) -> int:
        self._next += 1
        correlation_id = str(self._next)
        waiting = self._waiting[correlation_id] = asyncio.get_running_loop().create_future()
        message = aio_pika.Message(
            json.dumps({"n": n}).encode(),
            reply_to=REPLIES,
            correlation_id=correlation_id,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await self._channel.default_exchange.publish(message, routing_key=ACTIONS)
        return await waiting

    async def _on_reply(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        waiting = self._waiting.pop(message.correlation_id or "", None)
        await message.ack()
        if waiting is not None:
            waiting.set_result(json.loads(message.body)["result"])


if __name__ == "__main__":
    uvloop.run(work(sys.argv[1]))
