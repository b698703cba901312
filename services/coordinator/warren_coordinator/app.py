"""The coordinator put together: every dependency is an argument, so that it also runs inside another process."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from datetime import timedelta
from functools import partial

from warren.contracts import names
from warren.contracts.topology import Topology, standard_topology
from warren.errors import BrokerError
from warren.ports import Broker, RunStore, Subscription
from warren.runs.command_dispatch import Dispatcher
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.processor import Processor, RecentCauses
from warren.runs.programs import Programs
from warren.runs.quarantine import Quarantine
from warren.runs.timers import Timers
from warren.runs.transition_watchdog import TransitionWatchdog
from warren.runs.trial import NoTrial, Trial
from warren.runtime.clock import Clock, SystemClock
from warren.runtime.health import Health
from warren.runtime.publisher import Publisher, Repair
from warren.runtime.routes import route_repair
from warren.runtime.service import retry_infrastructure, unless_stopped
from warren.runtime.settings import Settings
from warren.runtime.telemetry import Telemetry
from warren.tasks import cancel
from warren_coordinator.events.handler import EventHandler
from warren_coordinator.events.wiring import make_handler
from warren_coordinator.membership.presence import Presence
from warren_coordinator.membership.shard_balancer import PRESENT_SECONDS, ShardBalancer
from warren_coordinator.run_cache import RunCache
from warren_coordinator.sweeps.expired_leases import ExpiredLeases
from warren_coordinator.sweeps.overdue_timers import OverdueTimers
from warren_coordinator.sweeps.quarantine_sweep import QuarantineSweep
from warren_coordinator.sweeps.recovery import Recovery
from warren_coordinator.sweeps.redispatch import Redispatch
from warren_coordinator.sweeps.stalled_runs import StalledRuns
from warren_coordinator.sweeps.store_maintenance import maintain_forever


async def run(
    settings: Settings,
    *,
    broker: Broker,
    store: RunStore,
    stop: asyncio.Event,
    health: Health | None = None,
    telemetry: Telemetry | None = None,
    clock: Clock | None = None,
    trial: Trial | None = None,
) -> None:
    """Work until `stop` is set, then finish what is in hand. Broker and store are connected, and closed by the caller.

    `trial` is where events are tried that may have been the end of a process; without one they are not.

    Raises:
        StopRequested: asked to stop before it could start.
    """
    topology = standard_topology(shards=settings.shards, queue_type=settings.queue_type)
    await unless_stopped(stop, retry_infrastructure(partial(broker.declare, topology), what="topology"))
    repair = route_repair(broker, topology)
    recent = RecentCauses()
    clock = clock or SystemClock()
    quarantine = Quarantine(store, clock)
    publisher = Publisher(broker, repair=repair, set_aside=quarantine.keep)
    watchdog = TransitionWatchdog(settings.transition_seconds)
    parts = _Parts(
        settings=settings,
        broker=broker,
        store=store,
        topology=topology,
        clock=clock,
        publisher=publisher,
        quarantine=quarantine,
        repair=repair,
    )
    subscriptions = [await parts.subscribe(shard) for shard in range(settings.shards)]
    processor = Processor(
        parts.handler(recent, telemetry or Telemetry(), watchdog=watchdog, trial=trial or NoTrial()),
        publisher=publisher,
        subscriptions=subscriptions,
        recent=recent,
    )
    balancer = parts.balancer(processor, subscriptions)
    if health is not None:
        health.add("broker", lambda: broker.is_ready)
        health.add("store", lambda: store.is_ready)
        health.add("consumers", lambda: processor.is_active)
    try:
        async with asyncio.TaskGroup() as group:
            background = [group.create_task(work) for work in (*parts.background(), balancer.run())]
            await processor.run(stop)
            await cancel(background)
    finally:
        watchdog.close()
    await balancer.leave()


class _Parts:
    """What handles events, and what works beside that, with all that they share."""

    def __init__(
        self,
        *,
        settings: Settings,
        broker: Broker,
        store: RunStore,
        topology: Topology,
        clock: Clock,
        publisher: Publisher,
        quarantine: Quarantine,
        repair: Repair,
    ) -> None:
        self._settings = settings
        self._broker = broker
        self._store = store
        self._topology = topology
        self._clock = clock
        self._publish = publisher.publish
        self._quarantine = quarantine
        self._repair = repair
        self._programs = Programs(store)
        self._durations = Durations()
        self._consumers = ConsumerCounts(broker)
        self._timers = Timers(clock=clock, publish=publisher.publish)
        self._dispatcher = Dispatcher(
            timers=self._timers, durations=self._durations, consumers=self._consumers, shards=settings.shards
        )
        self._cache = RunCache(runs=settings.cache_runs, size=settings.cache_bytes)

    def handler(
        self, recent: RecentCauses, telemetry: Telemetry, *, watchdog: TransitionWatchdog, trial: Trial
    ) -> EventHandler:
        """What makes transitions of events."""
        return make_handler(
            store=self._store,
            programs=self._programs,
            cache=self._cache,
            recent=recent,
            dispatcher=self._dispatcher,
            telemetry=telemetry,
            clock=self._clock,
            quarantine=self._quarantine,
            watchdog=watchdog,
            trial=trial,
            max_losses=self._settings.max_lost_leases,
        )

    async def subscribe(self, shard: int) -> Subscription:
        """Wait for a shard's events, at the end of the line."""
        return await self._broker.subscribe(names.event_queue(shard), prefetch=self._settings.prefetch)

    def balancer(self, processor: Processor, subscriptions: Sequence[Subscription]) -> ShardBalancer:
        """What shares the shards with other coordinators."""
        presence = Presence(store=self._store, clock=self._clock, length=timedelta(seconds=PRESENT_SECONDS))
        return ShardBalancer(
            presence=presence,
            processor=processor,
            subscriptions=subscriptions,
            subscribe=self._subscribe_again,
            cache=self._cache,
            clock=self._clock,
        )

    async def _subscribe_again(self, shard: int) -> Subscription:
        queue = next(each for each in self._topology.queues if each.name == names.event_queue(shard))

        async def subscribe() -> Subscription:
            try:
                return await self.subscribe(shard)
            except BrokerError:  # somebody has just deleted the queue
                await self._broker.declare_queue(queue)
                raise

        return await retry_infrastructure(subscribe, what=names.event_queue(shard))

    def background(self) -> list[Coroutine[object, object, None]]:
        """What runs until it is cancelled."""
        broker, store, clock, publish = self._broker, self._store, self._clock, self._publish
        settings, rate = self._settings, self._settings.recovery_rate
        redispatch = Redispatch(store=store, programs=self._programs, dispatcher=self._dispatcher, publish=publish)
        wakeups = OverdueTimers(
            store=store, programs=self._programs, clock=clock, publish=publish, seconds=settings.timer_poll
        )
        recovery = Recovery(
            broker=broker,
            store=store,
            topology=self._topology,
            redispatch=redispatch,
            clock=clock,
            rate=rate,
            broker_is_volatile=settings.broker_is_volatile,
        )
        stalled = StalledRuns(
            broker=broker, store=store, redispatch=redispatch, clock=clock, seconds=settings.stall_seconds, rate=rate
        )
        return [
            maintain_forever(store, clock),
            self._timers.run(),
            wakeups.run(),
            ExpiredLeases(cache=self._cache, clock=clock, publish=publish, is_connected=lambda: broker.is_ready).run(),
            recovery.run(),
            stalled.run(),
            QuarantineSweep(broker=broker, store=store, clock=clock, repair=self._repair).run(),
            self._consumers.refresh_forever(),
            self._durations.publish_forever(store),
        ]
