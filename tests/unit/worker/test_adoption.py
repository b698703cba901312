"""After a lost connection a worker takes what is delivered again for what is still running here."""

from __future__ import annotations

import asyncio
from uuid import uuid4

from tests.support.eventually import eventually
from tests.unit.worker import actions
from tests.unit.worker.actions import seen
from tests.unit.worker.world import World

from warren.adapters.memory.broker import MemoryBroker
from warren.adapters.memory.broker_server import MemoryServer
from warren.contracts import messages, names, wire
from warren.ports import OutgoingMessage
from warren.runtime.settings import load_settings
from warren.sdk.actions import action
from warren.sdk.registry import registry
from warren_worker import app
from warren_worker.settings import WorkerSettings

may_end: asyncio.Event
executions: list[int]


@action
async def wait_for_the_test(number: int) -> int:
    """Ends when the test says so."""
    executions.append(number)
    await may_end.wait()
    return number


async def test_two_messages_of_one_attempt_are_both_settled_after_a_lost_connection() -> None:
    global may_end, executions
    may_end, executions = asyncio.Event(), []
    server = MemoryServer()
    broker, stop = MemoryBroker(server), asyncio.Event()
    await broker.connect()
    settings = load_settings(WorkerSettings, shards=1)
    working = asyncio.ensure_future(
        app.run(settings, broker=broker, registry=registry, workflows=[], modules=[], queues=["default"], stop=stop)
    )
    client = MemoryBroker(server)
    await client.connect()
    await eventually(lambda: server.has_queue(names.action_queue("default")) and broker.is_ready)
    order = messages.RunAction(
        run_id=uuid4(),
        workflow="w",
        shard=0,
        invocation=1,
        action=f"{wait_for_the_test.__module__}:wait_for_the_test",
        args=[1],
    )
    body = wire.dump(messages.ActionBatch(items=(order,)))
    await client.publish([OutgoingMessage(names.ACTIONS_EXCHANGE, "default", body)] * 2)
    await eventually(lambda: len(executions) == 1)
    server.drop_connection(broker)
    await eventually(lambda: broker.is_ready)
    may_end.set()
    events = await client.subscribe(names.event_queue(0), prefetch=10)
    async with asyncio.timeout(5):
        events.ack(await events.receive(10))
    stop.set()
    await asyncio.wait_for(working, 5)
    await broker.close()
    stats = await client.stats(names.action_queue("default"))
    assert stats is not None
    assert stats.messages == 0
    assert executions == [1]
    await client.close()


async def test_what_was_just_reported_is_answered_again_and_not_run_again(w: World) -> None:
    await w.worker()
    item = w.item(actions.hold, "x")
    seen.gate.set()
    await w.send(item)
    (first,) = await w.reported(1)
    await w.send(item)
    (again,) = await w.reported(1)
    assert again == first
    await w.send(item.model_copy(update={"attempt": 2}))
    await w.reported(1)
    assert seen.started == ["x", "x"], "the second attempt is another one"


async def test_a_second_message_for_what_still_runs_waits_for_its_result(w: World) -> None:
    await w.worker()
    item = w.item(actions.hold, "x")
    await w.send(item)
    await eventually(lambda: seen.started)
    await w.send(item)
    await eventually(lambda: no_message_waits(w))
    seen.gate.set()
    await w.reported(1)
    assert seen.started == ["x"]


async def no_message_waits(w: World) -> bool:
    return await w.waiting() == 0
