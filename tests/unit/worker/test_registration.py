"""A worker tells the compiler what workflows it has, and whether that went well."""

from __future__ import annotations

import asyncio

import pytest
from tests.support.eventually import eventually
from tests.unit.worker.actions import UnitOne, UnitTwo
from tests.unit.worker.world import World

from warren.contracts import messages, names, wire
from warren.ports import Delivery, OutgoingMessage


class Compiler:
    """Plays the compiler's part."""

    def __init__(self, w: World) -> None:
        self._w = w

    async def received(self, count: int) -> list[Delivery]:
        """The next registrations."""
        subscription = await self._w.broker.subscribe(names.REGISTER_QUEUE, prefetch=10)
        deliveries: list[Delivery] = []
        async with asyncio.timeout(5):
            while len(deliveries) < count:
                deliveries += await subscription.receive(1)
        subscription.ack(deliveries)
        await subscription.cancel()
        return deliveries

    async def answer(self, delivery: Delivery, reply: messages.Reply) -> None:
        """Reply to one."""
        assert delivery.reply_to is not None
        message = OutgoingMessage(
            "", delivery.reply_to, wire.dump(reply), correlation_id=delivery.correlation_id, mandatory=False
        )
        await self._w.broker.publish([message])


def registered(delivery: Delivery) -> messages.WorkflowsRegistered:
    (source,) = wire.load(messages.RegisterWorkflows, delivery.body).workflows
    return messages.WorkflowsRegistered(versions={source.workflow: "v1"})


async def test_each_workflow_is_registered_and_then_the_worker_is_ready(w: World) -> None:
    worker = await w.worker(workflows=[UnitOne, UnitTwo])
    compiler = Compiler(w)
    deliveries = await compiler.received(2)
    names_sent = [wire.load(messages.RegisterWorkflows, each.body).workflows[0].workflow for each in deliveries]
    assert names_sent == ["unitone", "unittwo"]
    assert not worker.health.report()["registered"]
    for delivery in deliveries:
        await compiler.answer(delivery, registered(delivery))
    ready = {"broker": True, "consumers": True, "threads": True, "registered": True}
    await eventually(lambda: worker.health.report() == ready)


async def test_a_workflow_that_was_changed_since_it_was_compiled_leaves_the_worker_unready(
    w: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(UnitOne, "run", lambda self: None)
    worker = await w.worker(workflows=[UnitOne, UnitTwo])
    compiler = Compiler(w)
    (delivery,) = await compiler.received(1)
    assert wire.load(messages.RegisterWorkflows, delivery.body).workflows[0].workflow == "unittwo"
    await compiler.answer(delivery, registered(delivery))
    await eventually(lambda: not worker.health.report()["registered"])


async def test_a_refused_workflow_leaves_the_worker_unready(w: World) -> None:
    worker = await w.worker(workflows=[UnitOne, UnitTwo])
    compiler = Compiler(w)
    first, second = await compiler.received(2)
    error = messages.ErrorInfo(code="bad_message", message="unknown IR node")
    await compiler.answer(first, messages.Refused(error=error))
    await compiler.answer(second, registered(second))
    await eventually(lambda: worker.health.report()["consumers"])
    assert not worker.health.report()["registered"]


async def test_a_worker_without_workflows_is_ready_at_once(w: World) -> None:
    worker = await w.worker()
    await eventually(lambda: worker.health.is_ready)
