"""The worker put together: every dependency is an argument, so that it also runs inside another process."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any

from warren.contracts.names import DEFAULT_ACTION_QUEUE
from warren.contracts.topology import action_queue, standard_topology, suspect_queue
from warren.ports import Broker
from warren.runtime.health import Health
from warren.runtime.logs import get_logger
from warren.runtime.routes import route_repair
from warren.runtime.service import cancelled, retry_infrastructure, unless_stopped
from warren.runtime.telemetry import Telemetry
from warren.sdk.registry import ActionRegistry
from warren.sdk.workflow import Workflow
from warren_worker.abandonment import Abandonment
from warren_worker.control import obey_control
from warren_worker.intake import Intakes
from warren_worker.leases import Leases
from warren_worker.performing import Performer
from warren_worker.pool import Pool
from warren_worker.receiving import Receiver
from warren_worker.registering import Registration, register_quietly
from warren_worker.reporting import Reporter
from warren_worker.settings import WorkerSettings

log = get_logger(__name__)


def queues_of(registry: ActionRegistry) -> list[str]:
    """The action queues that a worker consumes unless told otherwise: those of its actions, and the default one."""
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
) -> None:
    """Work until `stop` is set, then give back what has not begun and finish the rest.

    `broker` is connected, and closed by the caller. `workflows` are registered, `modules` only named in messages.
    `restart` sets `stop` and has this process started anew after that; None where others share the process.

    Raises:
        StopRequested: told to stop before it could start.
    """
    topology = standard_topology(shards=settings.shards, queue_type=settings.queue_type, action_queues=queues)
    await unless_stopped(stop, retry_infrastructure(partial(broker.declare, topology), what="topology"))
    repair = route_repair(broker, topology)
    reporter = Reporter(broker, repair=repair)
    performer = Performer(
        registry=registry,
        modules=modules,
        report=reporter.report,
        telemetry=telemetry or Telemetry(),
        error_level=settings.action_error_level,
    )
    abandonment = Abandonment(settings, stop=stop, restart=restart)
    with abandonment.threads.as_current():
        pool = Pool(concurrency=settings.concurrency, perform=performer.perform, drop=reporter.drop)
    intakes = Intakes(broker, [action_queue(queue) for queue in queues], limit=settings.concurrency)
    suspects = Intakes(broker, [suspect_queue(queue) for queue in queues], limit=1)
    leases = Leases(
        pool=pool,
        reporter=reporter,
        after=settings.lease_after,
        seconds=settings.lease_seconds,
        make_room=intakes.make_room,
    )
    receiver = Receiver(
        pool=pool, reporter=reporter, performer=performer, leases=leases, max_deliveries=settings.max_deliveries
    )
    await unless_stopped(stop, intakes.open())
    await unless_stopped(stop, suspects.open())
    registration = Registration(broker, workflows, repair=repair)
    if health is not None:
        health.add("broker", lambda: broker.is_ready)
        health.add("consumers", lambda: intakes.is_active and suspects.is_active)
        health.add("threads", lambda: abandonment.is_bounded, reason=abandonment.describe)
        health.add("registered", lambda: registration.is_done)
    log.info("working", queues=list(queues), modules=list(modules), actions=len(registry.names()))
    background = (obey_control(broker, pool), leases.run(), register_quietly(registration))
    intake = (intakes.run(stop, receiver.take), suspects.run(stop, receiver.take_suspect))
    await _work(intake, background, pool=pool, reporter=reporter, leases=leases)


async def _work(
    intake: Sequence[Coroutine[Any, Any, None]],
    background: Sequence[Coroutine[Any, Any, None]],
    *,
    pool: Pool,
    reporter: Reporter,
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
            for job in pool.take_back():
                job.subscription.nack([job.delivery])
            await pool.drain()
            reporter.finish()
            await reporting
            await cancelled(helpers)
    finally:
        await pool.close()
