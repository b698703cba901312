"""A worker on a memory broker, with the coordinator's part played by the test. `crash` ends it as SIGKILL does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.broker_server import MemoryServer
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.topology import QueueType, standard_topology
from warren.ports import OutgoingMessage, Subscription
from warren.runtime.health import Health
from warren.runtime.settings import load_settings
from warren.runtime.telemetry import Telemetry
from warren.sdk import Workflow
from warren.sdk.registry import registry
from warren_worker import app
from warren_worker.settings import WorkerSettings


@dataclass(slots=True, eq=False)
class RunningWorker:
    """One worker."""

    broker: MemoryBroker
    stop: asyncio.Event
    task: asyncio.Task[None]
    health: Health

    async def drain(self) -> None:
        """Stop as on SIGTERM."""
        self.stop.set()
        await asyncio.wait_for(self.task, 5)
        await self.broker.close()

    async def crash(self) -> None:
        """Stop as on SIGKILL."""
        await self.broker.close()
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self.task


@dataclass(slots=True, eq=False)
class World:
    """The broker and whoever is connected."""

    server: MemoryServer
    broker: MemoryBroker
    events: Subscription
    queue_type: QueueType
    workers: list[RunningWorker] = field(default_factory=list)
    run_id: UUID = field(default_factory=new_run_id)
    invocations: int = 0
    bodies: list[bytes] = field(default_factory=list)

    async def worker(
        self,
        *,
        workflows: Sequence[type[Workflow]] = (),
        queues: Sequence[str] = ("default",),
        modules: Sequence[str] = ("tests.unit.worker",),
        telemetry: Telemetry | None = None,
        restart: Callable[[], None] | None = None,
        broker: MemoryBroker | None = None,
        watch_loop: bool = False,
        **settings: Any,
    ) -> RunningWorker:
        """Start a worker with the actions of this process."""
        broker, stop, health = broker or MemoryBroker(self.server), asyncio.Event(), Health()
        await broker.connect()
        task = asyncio.ensure_future(
            app.run(
                load_settings(WorkerSettings, **{"shards": 2, "queue_type": self.queue_type, **settings}),
                broker=broker,
                registry=registry,
                workflows=workflows,
                modules=modules,
                queues=queues,
                stop=stop,
                health=health,
                telemetry=telemetry,
                restart=restart,
                watch_loop=watch_loop,
            )
        )
        worker = RunningWorker(broker, stop, task, health)
        self.workers.append(worker)
        return worker

    def item(self, action: Any, *args: Any, run_id: UUID | None = None, **more: Any) -> messages.RunAction:
        """One action of shard 1; `action` is a decorated function or a key. Arguments are encoded already."""
        self.invocations += 1
        key = action if isinstance(action, str) else action.__warren_action__
        return messages.RunAction.model_validate(
            {
                "run_id": run_id or self.run_id,
                "workflow": "w",
                "shard": 1,
                "invocation": self.invocations,
                "action": key,
                "args": list(args),
                **more,
            }
        )

    async def send(self, *items: messages.RunAction, queue: str = "default") -> None:
        """Publish one batch."""
        await self.send_body(wire.dump(messages.ActionBatch(items=items)), queue=queue)

    async def send_body(self, body: bytes, *, queue: str = "default") -> None:
        """Publish bytes to the workers."""
        await self.broker.publish([OutgoingMessage(names.ACTIONS_EXCHANGE, queue, body)])

    async def call(self, action: Any, *args: Any, **more: Any) -> messages.RunEvent:
        """Have one action run, and return what became of it."""
        await self.send(self.item(action, *args, **more))
        (event,) = await self.reported(1)
        return event

    async def reported(self, count: int) -> list[messages.RunEvent]:
        """The next `count` events, in the order in which they were published."""
        events: list[messages.RunEvent] = []
        async with asyncio.timeout(5):
            while len(events) < count:
                (delivery,) = await self.events.receive(1)
                self.events.ack([delivery])
                self.bodies.append(delivery.body)
                events += wire.load(messages.EventBatch, delivery.body).items
        assert len(events) == count, events
        return events

    async def waiting(self, queue: str = "default") -> int:
        """How many messages are in an action queue that nobody holds."""
        stats = await self.broker.stats(names.action_queue(queue))
        assert stats is not None
        return stats.messages

    async def dead(self) -> list[str]:
        """Reasons of what is parked."""
        subscription = await self.broker.subscribe(names.DEAD_QUEUE, prefetch=10)
        async with asyncio.timeout(5):
            deliveries = await subscription.receive(10)
        subscription.ack(deliveries)
        await subscription.cancel()
        return [delivery.headers[names.HEADER_REASON] for delivery in deliveries]

    async def control(self, order: messages.CancelActions) -> None:
        """Tell all workers."""
        await self.broker.publish([OutgoingMessage(names.CONTROL_EXCHANGE, "", wire.dump(order), mandatory=False)])


@asynccontextmanager
async def world(*, queue_type: QueueType = "quorum") -> AsyncIterator[World]:
    """A broker with the standard topology; workers that are left are killed at the end."""
    server = MemoryServer()
    broker = MemoryBroker(server)
    await broker.connect()
    await broker.declare(standard_topology(shards=2, queue_type=queue_type, action_queues=("default", "gpu")))
    events = await broker.subscribe(names.event_queue(1), prefetch=1000)
    made = World(server, broker, events, queue_type)
    try:
        yield made
        for worker in made.workers:
            if worker.task.done() and not worker.task.cancelled():
                worker.task.result()
    finally:
        for worker in made.workers:
            await worker.crash()
        await broker.close()
