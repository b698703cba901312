"""The coordinator over memory adapters: events that come again because somebody died, or were moved by somebody."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from tests.support.cluster import Cluster, cluster
from tests.support.eventually import eventually
from tests.support.service_workflows import Long, Nothing, Retried, Sleeps, Twice, Wide

from warren.adapters.memory.store import MemoryRunStore
from warren.contracts import messages, names, wire
from warren.contracts.ids import shard_of
from warren.ports import Delivery
from warren.runs.command_dispatch import Dispatcher
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.processor import RecentCauses
from warren.runs.programs import Programs
from warren.runs.quarantine import Quarantine
from warren.runs.timers import Timers
from warren.runs.transition_watchdog import TransitionWatchdog
from warren.runs.trial import NoTrial
from warren.runtime.clock import SystemClock
from warren.runtime.telemetry import Telemetry
from warren_coordinator.events.handler import EventHandler
from warren_coordinator.events.wiring import make_handler
from warren_coordinator.run_cache import RunCache

ALL = (Long, Nothing, Retried, Sleeps, Twice, Wide)


@pytest.fixture
async def working() -> AsyncIterator[Cluster]:
    async with cluster() as made:
        await made.register(*ALL)
        yield made


async def test_a_coordinator_that_dies_before_publishing_leaves_it_to_the_next_one() -> None:
    async with cluster() as made:
        await made.register(*ALL)
        runs = [await made.start(Twice, n=1), await made.start(Long, steps=1)]
        actions = {action.run_id: action for action in await made.actions(2)}
        victim = made.services[1]
        victim.broker.hangs_before_publishing = True
        await made.succeed(list(actions.values()), 2)
        await eventually(lambda: all(len(made.sequence(run_id)) == 2 for run_id in runs))
        await victim.crash()
        await made.coordinator()
        (second,) = await made.actions(1)
        assert (second.run_id, second.invocation) == (runs[0], 2)
        assert (await made.finished()).run_id == runs[1]
        assert not await made.has_actions()


async def test_two_messages_of_one_event_that_come_again_publish_what_it_caused_once() -> None:
    async with cluster() as made:
        await made.register(*ALL)
        made.services[1].broker.loses_acknowledgements = True
        await made.start(Long, steps=3)
        first = await made.actions(1)
        for _ in range(2):
            await made.succeed(first, 1)
        (second,) = await made.actions(1)
        await made.services[1].crash()
        await made.coordinator()
        assert await made.actions(1) == [second]
        assert not await made.has_actions()


async def test_a_copy_beside_a_redelivery_does_not_take_its_place() -> None:
    """Who committed the event died before it published anything: the redelivery tells of that, the copy does not."""
    async with cluster(coordinators=0) as made:
        await made.register(*ALL)
        handlers = [await _handler(made) for _ in range(2)]
        run_id = await made.start(Twice, n=1)
        (action,) = await made.actions(1)
        event = messages.ActionSucceeded(run_id=run_id, invocation=1, attempt=1, result=2)
        fresh = _delivery(action.shard, event, redelivered=False)
        await handlers[0].handle([fresh])
        handled = await handlers[1].handle([fresh, _delivery(action.shard, event, redelivered=True)])
        (message,) = [each for each in handled.messages if each.exchange == names.ACTIONS_EXCHANGE]
        (again,) = wire.load(messages.ActionBatch, message.body).items
        assert (again.run_id, again.invocation) == (run_id, 2)


async def test_a_copy_before_a_redelivery_does_not_take_its_place_either() -> None:
    """Two coordinators had a copy each; the one that committed died, and what it held comes to the other one."""
    async with cluster(coordinators=0) as made:
        await made.register(*ALL)
        recent = RecentCauses()
        handlers = [await _handler(made), await _handler(made, recent)]
        run_id = await made.start(Twice, n=1)
        (action,) = await made.actions(1)
        event = messages.ActionSucceeded(run_id=run_id, invocation=1, attempt=1, result=2)
        fresh = _delivery(action.shard, event, redelivered=False)
        await handlers[0].handle([fresh])
        handled = await handlers[1].handle([fresh])
        assert handled.messages == []
        recent.add(handled.causes)
        handled = await handlers[1].handle([_delivery(action.shard, event, redelivered=True)])
        (message,) = handled.messages
        (again,) = wire.load(messages.ActionBatch, message.body).items
        assert (again.run_id, again.invocation) == (run_id, 2)


async def _handler(made: Cluster, recent: RecentCauses | None = None) -> EventHandler:
    store, clock = MemoryRunStore(made.database), SystemClock()
    await store.connect()
    return make_handler(
        store=store,
        programs=Programs(store),
        cache=RunCache(runs=100, size=1 << 20),
        recent=recent or RecentCauses(),
        dispatcher=Dispatcher(
            timers=Timers(clock=clock, publish=made.client.publish),
            durations=Durations(),
            consumers=ConsumerCounts(made.client),
            shards=made.settings.shards,
        ),
        telemetry=Telemetry(),
        clock=clock,
        quarantine=Quarantine(store, clock),
        watchdog=TransitionWatchdog(5.0),
        trial=NoTrial(),
        max_losses=3,
    )


def _delivery(shard: int, event: messages.RunEvent, *, redelivered: bool) -> Delivery:
    body = wire.dump(messages.EventBatch(items=(event,)))
    queue, key = names.event_queue(shard), names.event_key(shard)
    count = int(redelivered)
    return Delivery(body, queue, names.EVENTS_EXCHANGE, key, {}, redelivered, count, None, None, None, 1 + count, 1)


async def test_a_redelivery_publishes_only_what_is_still_pending() -> None:
    async with cluster() as made:
        await made.register(*ALL)
        made.services[1].broker.loses_acknowledgements = True
        run_id = await made.start(Long, steps=3)
        await made.succeed(await made.actions(1), 1)
        await made.succeed(await made.actions(1), 1)
        (third,) = await made.actions(1)
        await made.services[1].crash()
        await made.coordinator()
        assert await made.actions(1) == [third]
        assert not await made.has_actions()
        assert made.sequence(run_id) == [1, 2, 3]


async def test_an_unpublished_event_that_was_moved_and_so_is_new_to_the_broker_is_made_good() -> None:
    """An operator's shovel, which takes a redelivery out of a queue and publishes it as a new message."""
    async with cluster() as made:
        await made.register(*ALL)
        victim = made.services[1]
        await made.start(Long, steps=3)
        first = await made.actions(1)
        victim.broker.hangs_before_publishing = True
        run_id = first[0].run_id
        await made.succeed(first, 1)
        await eventually(lambda: made.sequence(run_id) == [1, 2])
        await victim.crash()
        await made.client.purge(names.event_queue(shard_of(run_id, made.settings.shards)))
        await made.coordinator()
        for _ in range(2):
            await made.succeed(first, 1)
        (second,) = await made.actions(1)
        assert second.invocation == 2
        await made.succeed([second], 2)
        (third,) = await made.actions(1)
        assert third.invocation == 3
        for _ in range(70):  # more batches than a coordinator remembers
            await made.start(Twice, n=1)
            await made.succeed(await made.actions(1), 1)
            await made.actions(1)
        await made.succeed([second], 2)
        assert not await made.has_actions(), "a copy of what the living coordinator has done does not echo"


async def test_a_lost_connection_of_a_living_coordinator_sends_nothing_twice(working: Cluster) -> None:
    await working.start(Twice, n=1)
    coordinator = working.services[1]
    coordinator.broker.loses_acknowledgements = True
    await working.succeed(await working.actions(1), 2)
    await working.actions(1)
    coordinator.broker.loses_acknowledgements = False
    working.server.drop_connection(coordinator.broker)
    assert not await working.has_actions()
    for shard in range(working.settings.shards):
        assert await working.client.get(names.event_queue(shard)) is None
