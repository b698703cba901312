"""Compilers and coordinators on a memory broker and store, with the worker's and the client's parts played by the test.

Each service has its own broker connection and store, as processes do; `crash` ends one without draining.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from tests.support.idle import arrived

from warren.adapters.memory.broker import MemoryBroker, MemorySubscription
from warren.adapters.memory.broker_server import MemoryServer
from warren.adapters.memory.database import MemoryDatabase
from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id, shard_of
from warren.contracts.messages import RunStatus
from warren.contracts.topology import standard_topology
from warren.ir.base import to_json
from warren.ports import Delivery, OutgoingMessage, StoredRun, Subscription
from warren.runtime.clock import Clock, SystemClock
from warren.runtime.settings import Settings, load_settings
from warren.runtime.telemetry import Telemetry
from warren_compiler import app as compiler
from warren_coordinator import app as coordinator

Run = Callable[..., Awaitable[None]]


class FaultyBroker(MemoryBroker):
    """The connection of a process that can be stopped at the two dangerous points."""

    hangs_before_publishing = False
    loses_acknowledgements = False

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        if self.hangs_before_publishing:
            await asyncio.Event().wait()
        await super().publish(messages)

    async def subscribe(self, queue: str, *, prefetch: int) -> MemorySubscription:
        subscription = await super().subscribe(queue, prefetch=prefetch)
        acknowledge = subscription.ack

        def ack(deliveries: Sequence[Delivery]) -> None:
            if not self.loses_acknowledgements:
                acknowledge(deliveries)

        subscription.ack = ack  # type: ignore[method-assign]  # the fault itself
        return subscription


@dataclass(slots=True, eq=False)
class Service:
    """One compiler or coordinator at work."""

    broker: FaultyBroker
    store: MemoryRunStore
    stop: asyncio.Event
    task: asyncio.Task[None]

    async def drain(self) -> None:
        """Stop as on SIGTERM."""
        self.stop.set()
        await asyncio.wait_for(self.task, 5)
        await self.broker.close()

    async def crash(self) -> None:
        """Stop as on SIGKILL: nothing is finished, nothing acknowledged."""
        await self.broker.close()
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await self.task


@dataclass(slots=True, eq=False)
class Cluster:
    """A memory server and database, and what runs on them."""

    settings: Settings
    clock: Clock
    server: MemoryServer
    database: MemoryDatabase
    client: MemoryBroker
    worker: Subscription
    replies_name: str
    replies: Subscription
    services: list[Service] = field(default_factory=list)
    telemetry: Telemetry = field(default_factory=Telemetry)

    async def compiler(self) -> Service:
        """Start a compiler."""
        return await self._start(compiler.run)

    async def coordinator(self) -> Service:
        """Start a coordinator."""
        return await self._start(coordinator.run)

    async def _start(self, run: Run) -> Service:
        broker, store = FaultyBroker(self.server), MemoryRunStore(self.database)
        await broker.connect()
        await store.connect()
        stop = asyncio.Event()

        async def work() -> None:
            await run(self.settings, broker=broker, store=store, stop=stop, clock=self.clock, telemetry=self.telemetry)

        service = Service(broker, store, stop, asyncio.ensure_future(work()))
        self.services.append(service)
        return service

    # the client's part

    async def register(self, *workflows: Any) -> messages.WorkflowsRegistered:
        """Register workflow classes and wait for the answer."""
        sources = tuple(
            messages.WorkflowSource(workflow=each.__warren_ir__.name, ir=to_json(each.__warren_ir__))
            for each in workflows
        )
        await self.command(names.REGISTER_KEY, wire.dump(messages.RegisterWorkflows(workflows=sources)))
        reply = await self.reply()
        assert isinstance(reply, messages.WorkflowsRegistered), reply
        return reply

    async def command(self, key: str, body: bytes, *, headers: dict[str, str] | None = None, **properties: Any) -> None:
        """Publish to `warren.commands`; answers go to `reply()` unless `reply_to` says otherwise."""
        properties = {"reply_to": self.replies_name, "correlation_id": "c", **properties}
        await self.client.publish(
            [OutgoingMessage(names.COMMANDS_EXCHANGE, key, body, headers=headers or {}, **properties)]
        )

    async def start(self, workflow: Any, run_id: UUID | None = None, /, **arguments: Any) -> UUID:
        """Publish a start; returns the run's id."""
        run_id = run_id or new_run_id()
        request = messages.StartRun(workflow=workflow.__warren_ir__.name, input=arguments, run_id=run_id)
        await self.command(names.START_KEY, wire.dump(request))
        return run_id

    async def reply(self) -> messages.Reply:
        """The next answer."""
        async with asyncio.timeout(5):
            (delivery,) = await self.replies.receive(1)
        self.replies.ack([delivery])
        return wire.load_reply(delivery.body)

    async def finished(self) -> messages.RunFinished:
        """The next answer, which must be a run's end."""
        reply = await self.reply()
        assert isinstance(reply, messages.RunFinished), reply
        return reply

    # the worker's part

    async def actions(self, count: int, *, with_seeds: bool = False) -> list[messages.RunAction]:
        """The next `count` actions that are sent to the default queue; seeds are left away unless asked for."""
        taken: list[messages.RunAction] = []
        async with asyncio.timeout(5):
            while len(taken) < count:
                deliveries = await self.worker.receive(1)
                self.worker.ack(deliveries)
                taken += wire.load_actions(deliveries[0].body)
        assert len(taken) == count, taken
        return taken if with_seeds else [action.model_copy(update={"seed": None}) for action in taken]

    async def has_actions(self) -> bool:
        """Whether an action lies in the queue, or came to the worker, without having been taken."""
        deliveries = await arrived(self.worker, after_seconds=0.1)
        if deliveries:
            self.worker.nack(deliveries)
        return bool(deliveries)

    async def succeed(self, actions: Sequence[messages.RunAction], result: Any = None, **more: Any) -> None:
        """Report success of actions, each in a message of its own."""
        for action in actions:
            await self.event(
                messages.ActionSucceeded(
                    run_id=action.run_id, invocation=action.invocation, attempt=action.attempt, result=result, **more
                )
            )

    async def succeed_with_seed(self, action: messages.RunAction, result: Any) -> None:
        """Report success as a worker does that hands back the action's seed."""
        assert action.seed is not None
        event = messages.ActionSucceeded(run_id=action.run_id, invocation=action.invocation, attempt=1, result=result)
        body = wire.dump(messages.EventBatch(items=(event,), seeds=(action.seed,)))
        key = names.event_key(action.shard)
        await self.client.publish([OutgoingMessage(names.EVENTS_EXCHANGE, key, body)])

    async def event(self, *events: messages.Event) -> None:
        """Publish events of one shard in one message."""
        shard = shard_of(events[0].run_id, self.settings.shards)
        body = wire.dump(messages.EventBatch.model_validate({"items": [event.model_dump() for event in events]}))
        await self.client.publish([OutgoingMessage(names.EVENTS_EXCHANGE, names.event_key(shard), body)])

    # what came of it

    def run(self, run_id: UUID) -> StoredRun:
        """A run's row."""
        return self.database.runs[run_id]

    def is_finished(self, run_id: UUID) -> bool:
        """Whether a run exists and has ended."""
        return run_id in self.database.runs and self.database.runs[run_id].status is not RunStatus.RUNNING

    def sequence(self, run_id: UUID) -> list[int]:
        """The sequence numbers of a run's history."""
        return sorted(self.database.histories.get(run_id, {}))

    async def dead(self) -> list[str]:
        """The reasons of what is parked, which is taken away."""
        subscription = await self.client.subscribe(names.DEAD_QUEUE, prefetch=100)
        reasons = []
        while deliveries := await arrived(subscription, after_seconds=0.2):
            reasons += [delivery.headers[names.HEADER_REASON] for delivery in deliveries]
            subscription.ack(deliveries)
        await subscription.cancel()
        return reasons


@asynccontextmanager
async def cluster(
    *,
    compilers: int = 1,
    coordinators: int = 1,
    clock: Clock | None = None,
    telemetry: Telemetry | None = None,
    **settings: Any,
) -> AsyncIterator[Cluster]:
    """A cluster that is torn down, without draining, at the end."""
    loaded = load_settings(**{"shards": 2, "timer_poll": 0.05, **settings})
    server = MemoryServer()
    client = MemoryBroker(server)
    await client.connect()
    await client.declare(standard_topology(shards=loaded.shards, queue_type=loaded.queue_type))
    worker = await client.subscribe(names.action_queue(names.DEFAULT_ACTION_QUEUE), prefetch=1)
    replies_name = await client.declare_private_queue()
    replies = await client.subscribe(replies_name, prefetch=100)
    made = Cluster(
        loaded,
        clock or SystemClock(),
        server,
        MemoryDatabase(),
        client,
        worker,
        replies_name,
        replies,
        telemetry=telemetry or Telemetry(),
    )
    try:
        for _ in range(compilers):
            await made.compiler()
        for _ in range(coordinators):
            await made.coordinator()
        yield made
        for service in made.services:
            if service.task.done() and not service.task.cancelled():
                service.task.result()
    finally:
        for service in made.services:
            await service.crash()
        await client.close()
