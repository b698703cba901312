"""The compiler put together: every dependency is an argument, so that it also runs inside another process."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from functools import partial

from warren.contracts import names
from warren.contracts.topology import standard_topology
from warren.ports import Broker, RunStore
from warren.runs.command_dispatch import Dispatcher
from warren.runs.durations import ConsumerCounts, Durations
from warren.runs.processor import Handler, Processor, RecentCauses
from warren.runs.programs import Programs
from warren.runs.quarantine import Quarantine
from warren.runs.timers import Timers
from warren.runs.transition_watchdog import TransitionWatchdog
from warren.runs.trial import NoTrial, Trial
from warren.runtime.clock import Clock, SystemClock
from warren.runtime.health import Health
from warren.runtime.publisher import Publisher
from warren.runtime.routes import route_repair
from warren.runtime.service import retry_infrastructure, unless_stopped
from warren.runtime.settings import Settings
from warren.runtime.telemetry import Telemetry
from warren.tasks import cancel
from warren_compiler.first_transition import FirstTransition
from warren_compiler.register_handler import RegisterHandler
from warren_compiler.request_handler import RequestHandler
from warren_compiler.start_handler import StartHandler

_REGISTER_PREFETCH = 16


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

    `trial` is where starts are tried that may have been the end of a process; without one they are not.

    Raises:
        StopRequested: asked to stop before it could start.
    """
    topology = standard_topology(shards=settings.shards, queue_type=settings.queue_type)
    await unless_stopped(stop, retry_infrastructure(partial(broker.declare, topology), what="topology"))
    clock = clock or SystemClock()
    quarantine = Quarantine(store, clock)
    publisher = Publisher(broker, repair=route_repair(broker, topology), set_aside=quarantine.keep)
    parts = _Parts(
        settings=settings, broker=broker, store=store, clock=clock, publisher=publisher, quarantine=quarantine
    )
    watchdog = TransitionWatchdog(settings.transition_seconds)
    first_transition = FirstTransition(watchdog=watchdog, trial=trial or NoTrial())
    starting = await parts.starting(telemetry or Telemetry(), first_transition)
    registering = await parts.registering()
    asking = await parts.requests()
    if health is not None:
        health.add("broker", lambda: broker.is_ready)
        health.add("store", lambda: store.is_ready)
        health.add("consumers", lambda: starting.is_active and registering.is_active and asking.is_active)
    try:
        async with asyncio.TaskGroup() as group:
            background = [group.create_task(work) for work in parts.background()]
            async with asyncio.TaskGroup() as work:
                work.create_task(starting.run(stop))
                work.create_task(registering.run(stop))
                work.create_task(asking.run(stop))
            await cancel(background)
    finally:
        watchdog.close()


class _Parts:
    """What takes commands, and what works beside that, with all that they share."""

    def __init__(
        self,
        *,
        settings: Settings,
        broker: Broker,
        store: RunStore,
        clock: Clock,
        publisher: Publisher,
        quarantine: Quarantine,
    ) -> None:
        self._settings = settings
        self._broker = broker
        self._store = store
        self._clock = clock
        self._publisher = publisher
        self._quarantine = quarantine
        self._programs = Programs(store)
        self._timers = Timers(clock=clock, publish=publisher.publish)
        self._durations = Durations()
        self._consumers = ConsumerCounts(broker)
        self._dispatcher = Dispatcher(
            timers=self._timers, durations=self._durations, consumers=self._consumers, shards=settings.shards
        )

    async def starting(self, telemetry: Telemetry, first_transition: FirstTransition) -> Processor:
        """What starts runs, subscribed."""
        recent = RecentCauses()
        handler = StartHandler(
            store=self._store,
            programs=self._programs,
            recent=recent,
            dispatcher=self._dispatcher,
            telemetry=telemetry,
            clock=self._clock,
            quarantine=self._quarantine,
            first_transition=first_transition,
        )
        return await self._processor(handler, names.START_QUEUE, prefetch=self._settings.prefetch, recent=recent)

    async def registering(self) -> Processor:
        """What registers workflows, subscribed."""
        handler = RegisterHandler(store=self._store, programs=self._programs, clock=self._clock)
        return await self._processor(handler, names.REGISTER_QUEUE, prefetch=_REGISTER_PREFETCH, recent=RecentCauses())

    async def requests(self) -> Processor:
        """What passes on requests about single runs, subscribed."""
        handler = RequestHandler(
            store=self._store, programs=self._programs, dispatcher=self._dispatcher, clock=self._clock
        )
        return Processor(
            handler,
            publisher=self._publisher,
            subscriptions=[await self._broker.subscribe(names.REQUESTS_QUEUE, prefetch=self._settings.prefetch)],
            recent=RecentCauses(),
            in_flight=1,  # what is published again after a failure must not come behind what followed it
        )

    def background(self) -> list[Coroutine[object, object, None]]:
        """What runs until it is cancelled."""
        return [
            self._timers.run(),
            self._consumers.refresh_forever(),
            self._durations.follow_forever(self._store),
        ]

    async def _processor(self, handler: Handler, queue: str, *, prefetch: int, recent: RecentCauses) -> Processor:
        return Processor(
            handler,
            publisher=self._publisher,
            subscriptions=[await self._broker.subscribe(queue, prefetch=prefetch)],
            recent=recent,
        )
