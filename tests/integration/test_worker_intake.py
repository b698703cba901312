"""Long actions on a real RabbitMQ: a worker that is full of them takes nothing more, and others do."""

from __future__ import annotations

import asyncio

import pytest
from tests.integration.test_worker_rabbit import SHARDS, working
from tests.support.eventually import eventually
from tests.unit.worker import actions

from warren.adapters.rabbitmq import RabbitBroker
from warren.contracts import messages, names, wire
from warren.contracts.ids import new_run_id
from warren.contracts.topology import standard_topology
from warren.ports import OutgoingMessage, QueueStats

pytestmark = pytest.mark.server


async def test_a_full_worker_leaves_messages_to_others_and_takes_more_when_it_can(fresh_broker_url: str) -> None:
    actions.seen.__init__()  # type: ignore[misc]  # back to its defaults
    actions.seen.gate = asyncio.Event()
    broker = RabbitBroker(fresh_broker_url, name="test")
    await broker.connect()
    await broker.declare(standard_topology(shards=SHARDS, queue_type="quorum"))
    run_id = new_run_id()

    async def send(*numbers: int) -> None:
        key = actions.hold.__warren_action__  # type: ignore[attr-defined]  # what @action adds
        items = [
            messages.RunAction(run_id=run_id, workflow="w", shard=0, invocation=number, action=key, args=[number])
            for number in numbers
        ]
        bodies = [wire.dump(messages.ActionBatch(items=(item,))) for item in items]
        await broker.publish([OutgoingMessage(names.ACTIONS_EXCHANGE, "default", body) for body in bodies])

    async def is_left(messages: int, consumers: int) -> bool:
        return await broker.stats(names.action_queue("default")) == QueueStats(messages, consumers)

    settings = {"concurrency": 2, "lease_after": 0.3, "lease_seconds": 30}
    async with working(fresh_broker_url, **settings):  # type: ignore[arg-type]  # seconds may be fractions
        await send(1, 2, 3, 4, 5)
        await eventually(lambda: is_left(3, 0))
        async with working(fresh_broker_url, concurrency=3):
            await eventually(lambda: len(actions.seen.started) == 5)
            actions.seen.gate.set()
            await eventually(lambda: len(actions.seen.ended) == 5)
        await eventually(lambda: is_left(0, 1))
        await send(6)
        await eventually(lambda: len(actions.seen.ended) == 6)
    assert sorted(map(str, actions.seen.started)) == list("123456")
    await eventually(lambda: is_left(0, 0))
    await broker.close()
