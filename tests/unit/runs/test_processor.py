"""The one rule: acknowledged only after the commit and after every confirm; nothing is dropped, nothing waits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from tests.support.eventually import eventually
from tests.support.idle import idle

from warren.adapters.memory.broker import MemoryBroker, MemorySubscription
from warren.contracts import names
from warren.contracts.topology import Queue, Topology, standard_topology
from warren.errors import InternalError, StoreUnavailable
from warren.ports import Delivery, OutgoingMessage, Subscription
from warren.runs.processor import Handled, Processor, RecentCauses
from warren.runtime.batching import DELAYED_ACK_BATCHES
from warren.runtime.publisher import Publisher
from warren.runtime.routes import route_repair

IN, OUT = "in", "out"
TOPOLOGY = standard_topology(shards=1, queue_type="classic")


class GatedBroker(MemoryBroker):
    """Its confirms come only while the gate is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        await super().publish(messages)
        await self.gate.wait()


class Forwarding:
    """Sends every body on to `out`; notes what it saw."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.redelivered: list[bool] = []
        self.on_handle: Callable[[Sequence[Delivery]], None] = lambda deliveries: None
        self.target = OutgoingMessage(names.DEFAULT_EXCHANGE, OUT, b"")

    async def handle(self, deliveries: Sequence[Delivery]) -> Handled:
        self.redelivered += [delivery.redelivered for delivery in deliveries]
        self.on_handle(deliveries)
        self.batches.append([delivery.body for delivery in deliveries])
        return Handled(
            [OutgoingMessage(self.target.exchange, self.target.routing_key, delivery.body) for delivery in deliveries],
            [delivery.body for delivery in deliveries],
        )

    async def give_up(self, delivery: Delivery, error: Exception) -> Handled:
        return Handled([OutgoingMessage(names.DEFAULT_EXCHANGE, names.DEAD_QUEUE, repr(error).encode())])


class Bench:
    """A processor at work on a memory broker."""

    def __init__(self, broker: GatedBroker, handler: Forwarding) -> None:
        self.broker = broker
        self.handler = handler
        self.recent = RecentCauses()
        self.stop = asyncio.Event()
        self.subscription: MemorySubscription
        self.processor: Processor

    @property
    def unsettled(self) -> int:
        return 50 - self.subscription.capacity

    async def send(self, *bodies: bytes) -> None:
        for body in bodies:
            self.broker.server.publish(OutgoingMessage(names.DEFAULT_EXCHANGE, IN, body))

    async def take_all(self, queue: str) -> list[bytes]:
        bodies = []
        while (body := await self.broker.get(queue)) is not None:
            bodies.append(body)
        return bodies


@asynccontextmanager
async def working(**options: int) -> AsyncIterator[Bench]:
    broker, handler = GatedBroker(), Forwarding()
    bench = Bench(broker, handler)
    await broker.connect()
    await broker.declare(TOPOLOGY)
    await broker.declare(Topology(queue_type="classic", queues=(Queue(IN), Queue(OUT))))
    bench.subscription = await broker.subscribe(IN, prefetch=50)
    processor = Processor(
        handler,
        publisher=Publisher(broker, repair=route_repair(broker, TOPOLOGY)),
        subscriptions=[bench.subscription],
        recent=bench.recent,
        **options,
    )
    bench.processor = processor
    task = asyncio.ensure_future(processor.run(bench.stop))
    try:
        yield bench
        bench.broker.gate.set()
        bench.stop.set()
        await asyncio.wait_for(task, 5)
    finally:
        task.cancel()
        await broker.close()


async def test_a_message_is_acknowledged_only_after_what_it_causes_is_confirmed() -> None:
    async with working() as bench:
        bench.broker.gate.clear()
        await bench.send(b"1")
        await eventually(lambda: bench.handler.batches)
        assert await eventually(lambda: bench.broker.get(OUT)) == b"1"
        assert bench.unsettled == 1
        bench.broker.gate.set()
        await eventually(lambda: bench.unsettled == 0)


async def test_the_next_batch_is_handled_while_confirms_are_in_flight_up_to_a_bound() -> None:
    async with working(in_flight=2) as bench:
        bench.broker.gate.clear()
        for body in (b"1", b"2", b"3"):
            await bench.send(body)
            await idle(after_seconds=0.02)
        assert bench.handler.batches == [[b"1"], [b"2"]]
        assert bench.unsettled == 3
        bench.broker.gate.set()
        await eventually(lambda: bench.unsettled == 0)
        assert bench.handler.batches == [[b"1"], [b"2"], [b"3"]]


async def test_what_is_ready_becomes_one_batch() -> None:
    async with working() as bench:
        await bench.send(b"1", b"2", b"3")
        await eventually(lambda: bench.handler.batches)
        assert bench.handler.batches == [[b"1", b"2", b"3"]]


async def test_only_the_message_that_fails_is_given_up_with_its_reason() -> None:
    def fail(deliveries: Sequence[Delivery]) -> None:
        if any(delivery.body == b"bad" for delivery in deliveries):
            raise ZeroDivisionError("no good")

    async with working() as bench:
        bench.handler.on_handle = fail
        dead = await bench.broker.subscribe(names.DEAD_QUEUE, prefetch=5)
        await bench.send(b"1", b"bad", b"2")
        (given_up,) = await dead.receive(5)
        assert given_up.body == b"ZeroDivisionError('no good')"
        await eventually(lambda: bench.unsettled == 0)
        assert await bench.take_all(OUT) == [b"1", b"2"]


async def test_a_batch_that_an_absent_server_stopped_is_handled_again_as_redelivered() -> None:
    """The failed commit may have reached the server: the handler must look up what it caused."""
    failures = [StoreUnavailable("away")]

    def fail(deliveries: Sequence[Delivery]) -> None:
        if failures:
            raise failures.pop()

    async with working() as bench:
        bench.handler.on_handle = fail
        await bench.send(b"1")
        await eventually(lambda: bench.handler.batches)
        assert bench.handler.redelivered == [False, True]
        await eventually(lambda: bench.unsettled == 0)


async def test_what_was_lost_with_the_broker_while_a_server_was_away_is_not_handled_any_more() -> None:
    """It would cause something after the recovery from the loss, which would not know of it."""
    tries = 0

    def fail(deliveries: Sequence[Delivery]) -> None:
        nonlocal tries
        tries += 1
        if tries == 1:
            bench.broker.server.lose_data()
            raise StoreUnavailable("away")

    async with working() as bench:
        bench.handler.on_handle = fail
        await bench.send(b"1")
        await eventually(lambda: tries)
        await bench.send(b"2")
        await eventually(lambda: bench.handler.batches)
        assert bench.handler.batches == [[b"2"]]
        assert bench.handler.redelivered == [False, False]


async def test_a_missing_action_queue_is_made_and_nothing_else_is_sent_twice() -> None:
    async with working() as bench:
        bench.handler.target = OutgoingMessage(names.ACTIONS_EXCHANGE, "late", b"")
        await bench.send(b"1")
        await eventually(lambda: bench.handler.batches and bench.unsettled == 0)
        assert await bench.take_all(names.action_queue("late")) == [b"1"]


async def test_draining_finishes_what_is_in_hand_and_takes_nothing_new() -> None:
    async with working() as bench:
        bench.broker.gate.clear()
        await bench.send(b"1")
        await eventually(lambda: bench.handler.batches)
        bench.stop.set()
        await idle(after_seconds=0.02)
        await bench.send(b"2")
        await idle(after_seconds=0.02)
        assert bench.handler.batches == [[b"1"]]
        assert bench.unsettled == 1
    assert bench.unsettled == 0
    assert bench.handler.batches == [[b"1"]]


async def test_a_redelivery_to_the_process_that_did_the_work_is_recognised() -> None:
    async with working() as bench:
        await bench.send(b"1")
        await eventually(lambda: bench.handler.batches)
        assert bench.recent.did(b"1")
        assert not bench.recent.did(b"2")


def test_recent_causes_forget_the_oldest_batch() -> None:
    recent = RecentCauses(batches=2)
    for cause in "abc":
        recent.add([cause])
    assert [recent.did(cause) for cause in "abc"] == [False, True, True]


async def test_a_processor_must_remember_all_that_may_be_unacknowledged() -> None:
    enough = DELAYED_ACK_BATCHES + 3
    broker = GatedBroker()
    publisher = Publisher(broker, repair=route_repair(broker, TOPOLOGY))
    Processor(Forwarding(), publisher=publisher, subscriptions=[], recent=RecentCauses(enough), in_flight=2)
    with pytest.raises(InternalError, match=f"the {enough} that are remembered"):
        Processor(Forwarding(), publisher=publisher, subscriptions=[], recent=RecentCauses(enough), in_flight=3)


async def test_messages_of_a_lost_connection_are_settled_when_they_come_again() -> None:
    async with working() as bench:
        bench.broker.gate.clear()
        await bench.send(b"1")
        await eventually(lambda: bench.handler.batches)
        bench.broker.server.drop_connection(bench.broker)
        await eventually(lambda: len(bench.handler.batches) == 2)
        assert bench.handler.redelivered == [False, True]
        bench.broker.gate.set()
        await eventually(lambda: bench.unsettled == 0)


@pytest.mark.parametrize("count", [1, 3])
async def test_a_drained_processor_has_given_back_what_it_did_not_take(count: int) -> None:
    async with working() as bench:
        bench.stop.set()
        await eventually(lambda: not bench.subscription.is_active)
        await bench.send(*[b"x"] * count)
        assert len(await bench.take_all(IN)) == count


async def test_a_subscription_is_replaced_at_work_and_nothing_is_lost_or_handled_twice() -> None:
    async with working(in_flight=1, limit=2) as bench:
        old = bench.subscription
        bench.broker.gate.clear()
        await bench.send(*(b"%d" % n for n in range(10)))
        await eventually(lambda: bench.handler.batches)
        new = await bench.processor.replace(old, lambda: bench.broker.subscribe(IN, prefetch=50))
        assert new is not None
        bench.broker.gate.set()
        await eventually(lambda: old.capacity == 50)
        assert [body for batch in bench.handler.batches for body in batch] == [b"%d" % n for n in range(10)]
        assert await bench.take_all(IN) == []
        assert not bench.processor.has_received(new)
        await bench.send(b"next")
        await eventually(lambda: bench.handler.batches[-1] == [b"next"])
        assert bench.processor.has_received(new)
        assert bench.processor.is_active


async def test_a_processor_stops_while_a_subscription_is_being_replaced() -> None:
    async with working() as bench:
        subscribing = asyncio.Event()

        async def never() -> Subscription:
            subscribing.set()
            await asyncio.Event().wait()
            raise AssertionError

        replacing = asyncio.ensure_future(bench.processor.replace(bench.subscription, never))
        await subscribing.wait()
        bench.stop.set()
        assert await asyncio.wait_for(replacing, 5) is None
