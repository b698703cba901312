"""Taskiq's side: `taskiq worker taskiq_peer:broker` (PEER_URL in the environment) or `taskiq_peer.py client`.

taskiq-aio-pika brings no way back for results, and Taskiq's own waiting polls; so results go through a queue of their
own, and the client waits for nothing but them.
"""

from __future__ import annotations

import asyncio
import json
import os
import time
from typing import Any

import aio_pika
from lines import serve
from taskiq import AsyncResultBackend, TaskiqResult  # type: ignore[import-not-found]  # in the peer's environment only
from taskiq_aio_pika import AioPikaBroker, Queue  # type: ignore[import-not-found]  # likewise

URL = os.environ["PEER_URL"]
REPLIES = "taskiq.replies"


class Replies(AsyncResultBackend):  # type: ignore[misc]
    """Results as messages."""

    def __init__(self) -> None:
        self.waiting: dict[str, asyncio.Future[Any]] = {}

    async def startup(self) -> None:
        self.connection = await aio_pika.connect(URL)
        self.channel = await self.connection.channel()
        await self.channel.declare_queue(REPLIES, durable=True, arguments={"x-queue-type": "quorum"})

    async def shutdown(self) -> None:
        await self.connection.close()

    async def set_result(self, task_id: str, result: TaskiqResult[Any]) -> None:
        message = aio_pika.Message(
            json.dumps(result.return_value).encode(),
            correlation_id=task_id,
            delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        )
        await self.channel.default_exchange.publish(message, routing_key=REPLIES)

    async def is_result_ready(self, task_id: str) -> bool:
        return False

    async def get_result(self, task_id: str, with_logs: bool = False) -> Any:
        raise NotImplementedError

    async def consume(self) -> None:
        queue = await self.channel.get_queue(REPLIES)
        await self.channel.set_qos(prefetch_count=1000)
        await queue.consume(self._on_reply)

    async def _on_reply(self, message: aio_pika.abc.AbstractIncomingMessage) -> None:
        await message.ack()
        waiting = self.waiting.pop(message.correlation_id or "", None)
        if waiting is not None:
            waiting.set_result(json.loads(message.body))


replies = Replies()
broker = AioPikaBroker(URL, qos=100, task_queues=[Queue(name="taskiq.peer")], result_backend=replies)


@broker.task(task_name="inc")  # type: ignore[misc]
async def inc(n: int) -> int:
    return n + 1


async def call(n: int) -> int:
    kicker = inc.kicker()
    task_id = os.urandom(8).hex()
    waiting = replies.waiting[task_id] = asyncio.get_running_loop().create_future()
    await kicker.with_task_id(task_id).kiq(n)
    result: int = await waiting
    return result


async def chain(steps: int) -> None:
    value = 0
    for _ in range(steps):
        value = await call(value)
    assert value == steps


async def chains(runs: int, steps: int) -> float:
    begun = time.perf_counter()
    await asyncio.gather(*(chain(steps) for _ in range(runs)))
    return time.perf_counter() - begun


async def fan(width: int) -> float:
    begun = time.perf_counter()
    assert sum(await asyncio.gather(*(call(n) for n in range(width)))) == width * (width + 1) // 2
    return time.perf_counter() - begun


if __name__ == "__main__":
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(broker.startup())
        runner.run(replies.consume())
        serve(lambda *arguments: runner.run(chains(*arguments)), lambda width: runner.run(fan(width)))
