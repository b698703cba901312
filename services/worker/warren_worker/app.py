"""The worker put together: every dependency is an argument, so that it also runs inside another process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from functools import partial
from typing import Any

from warren.contracts.names import DEFAULT_ACTION_QUEUE
from warren.contracts.topology import action_queue, standard_topology, suspect_queue
from warren.ports import Broker
from warren.runtime.health import Health
from warren.runtime.logs import get_logger
from warren.runtime.loop_watchdog import LoopWatchdog
from warren.runtime.routes import route_repair
from warren.runtime.service import retry_infrastructure, unless_stopped
from warren.runtime.telemetry import Telemetry
from warren.sdk.registry import ActionRegistry
from warren.sdk.workflow import Workflow
from warren.tasks import cancel
from warren_worker.abandonment import Abandonment
from warren_worker.blocked import BlockedLoop, describe_action
from warren_worker.consumers import Consumers
from warren_worker.control import obey_control
from warren_worker.delivery_triage import DeliveryTriage
from warren_worker.executor import Executor
from warren_worker.leases import Leases
from warren_worker.pool import Pool
from warren_worker.registration import Registration, register_quietly
from warren_worker.result_publisher import ResultPublisher
from warren_worker.settings import WorkerSettings

log = get_logger(__name__)


def queues_of(registry: ActionRegistry) -> list[str]:
    """The action queues that a worker consumes by default: those of its actions, and the default one."""
    return sorted({DEFAULT_ACTION_QUEUE, *(definition.queue for definition in registry.entries())})


async def run(
    settings: WorkerSettings,
    *,
    broker: Broker,
    registry: ActionRegistry,
    workflows: Sequence[type[Workflow]],
    modules: Sequence[str],
    queues: Sequence[str],
    stop: asyncio.Event,
    health: Health | None = None,
    telemetry: Telemetry | None = None,
    restart: Callable[[], None] | None = None,
    watch_loop: bool = False,
) -> None:
    """Work until `stop` is set, then give back what has not begun and finish the rest.

    `broker` is connected, and closed by the caller. `workflows` are registered, `modules` only named in messages.
    `restart` sets `stop` and has this process restarted after that; None where others share the process.
    `watch_loop` is for a process of which every second is a real one: a thread looks after a blocked event loop.

    Raises:
        StopRequested: asked to stop before it could start.
    """
    topology = standard_topology(shards=settings.shards, queue_type=settings.queue_type, action_queues=queues)
    await unless_stopped(stop, retry_infrastructure(partial(broker.declare, topology), what="topology"))
    repair = route_repair(broker, topology)
    reporter = ResultPublisher(broker, repair=repair)
    performer = _performer(settings, reporter, registry=registry, modules=modules, telemetry=telemetry)
    abandonment = Abandonment(settings, stop=stop, restart=restart)
    with abandonment.threads.as_current():
        pool = Pool(concurrency=settings.concurrency, perform=performer.perform, drop=reporter.drop, end=performer.end)
    intakes = Consumers(broker, [action_queue(queue) for queue in queues], limit=settings.concurrency)
    suspects = Consumers(broker, [suspect_queue(queue) for queue in queues], limit=1)
    leases = Leases(
        pool=pool,
        reporter=reporter,
        after=settings.lease_after,
        seconds=settings.lease_seconds,
        make_room=intakes.make_room,
    )
    receiver = DeliveryTriage(
        pool=pool, reporter=reporter, performer=performer, leases=leases, max_deliveries=settings.max_deliveries
    )
    for each in (intakes, suspects):
        await unless_stopped(stop, each.open())
    registration = Registration(broker, workflows, repair=repair)
    _report(health or Health(), broker, [intakes, suspects], abandonment, registration)
    log.info("working", queues=list(queues), modules=list(modules), actions=len(registry.names()))
    async with _watchdog(settings, broker, pool, reporter, leases) if watch_loop else nullcontext():
        await _work(
            (intakes.run(stop, receiver.take), suspects.run(stop, receiver.take_suspect)),
            (obey_control(broker, pool), leases.run(), register_quietly(registration)),
            pool=pool,
            reporter=reporter,
            leases=leases,
        )


def _performer(
    settings: WorkerSettings,
    reporter: ResultPublisher,
    *,
    registry: ActionRegistry,
    modules: Sequence[str],
    telemetry: Telemetry | None,
) -> Executor:
    return Executor(
        registry=registry,
        modules=modules,
        report=reporter.report,
        telemetry=telemetry or Telemetry(),
        error_level=settings.action_error_level,
    )


def _report(
    health: Health, broker: Broker, intakes: Sequence[Consumers], abandonment: Abandonment, registration: Registration
) -> None:
    """Have the worker's health say what it depends on."""
    health.add("broker", lambda: broker.is_ready)
    health.add("consumers", lambda: all(each.is_active for each in intakes))
    health.add("threads", lambda: abandonment.is_bounded, reason=abandonment.describe)
    health.add("registered", lambda: registration.is_done)


def _watchdog(
    settings: WorkerSettings, broker: Broker, pool: Pool, reporter: ResultPublisher, leases: Leases
) -> AbstractAsyncContextManager[object]:
    """What keeps a worker whose event loop is blocked from being taken for dead."""
    blocked = BlockedLoop(
        broker=broker, pool=pool, reporter=reporter, leases=leases, check_seconds=settings.check_seconds
    )
    return LoopWatchdog(describe=describe_action, keep_alive=blocked.keep_alive)


async def _work(
    intake: Sequence[Coroutine[Any, Any, None]],
    background: Sequence[Coroutine[Any, Any, None]],
    *,
    pool: Pool,
    reporter: ResultPublisher,
    leases: Leases,
) -> None:
    """Work until the intake has ended; then give back what has not begun, and finish and report the rest."""
    try:
        async with asyncio.TaskGroup() as group:
            helpers = [group.create_task(each) for each in background]
            reporting = group.create_task(reporter.run())
            async with asyncio.TaskGroup() as receiving:
                for each in intake:
                    receiving.create_task(each)
            leases.release()
            for hold in pool.take_back():
                hold.subscription.nack([hold.delivery])
            await pool.drain()
            reporter.finish()
            await reporting
            await cancel(helpers)
    finally:
        await pool.close()
