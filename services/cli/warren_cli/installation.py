"""Compiler, coordinator and worker as tasks of this process, and a client of them."""

from __future__ import annotations

import asyncio
import importlib
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from warren.client import Warren
from warren.contracts.messages import RunStatus
from warren.contracts.topology import standard_topology
from warren.errors import InvalidInput
from warren.ports import Broker, RunFilter, RunStore, StoredRun
from warren.runtime.telemetry import Telemetry
from warren.sdk.client_factory import provided_client
from warren.sdk.registry import registry
from warren.sdk.workflow import Workflow
from warren_cli.servers import Servers
from warren_compiler import app as compiler
from warren_coordinator import app as coordinator
from warren_worker import app as worker
from warren_worker.settings import WorkerSettings

_OPEN_RUNS = 10_000


@dataclass(slots=True)
class Installation:
    """What runs here. `resumed` are the runs that were unfinished when it started."""

    client: Warren
    store: RunStore
    resumed: list[StoredRun]


@asynccontextmanager
async def installed(
    servers: Servers, workflows: Sequence[type[Workflow]], *, settings: WorkerSettings
) -> AsyncIterator[Installation]:
    """Everything at work, with the workflows registered; drained at the end.

    Raises:
        InvalidInput: an unfinished run needs a module that cannot be imported, or a workflow was refused.
    """
    store = servers.store
    await store.migrate()
    await store.connect()
    telemetry = Telemetry.from_environment("embedded")
    brokers = {name: servers.broker(f"warren-{name}") for name in ("compiler", "coordinator", "worker", "client")}
    queues = worker.queues_of(registry)
    try:
        resumed = await _unfinished(store)
        for broker in brokers.values():
            await broker.connect()
        await brokers["client"].declare(
            standard_topology(shards=settings.shards, queue_type=settings.queue_type, action_queues=queues)
        )
        async with (
            Warren(broker=brokers["client"], store=store) as client,
            _services(brokers, store, client, settings=settings, telemetry=telemetry, queues=queues),
        ):
            await client.register(*workflows)
            yield Installation(client, store, resumed)
    finally:
        for broker in brokers.values():
            await broker.close()
        await store.close()
        telemetry.close()


@asynccontextmanager
async def _services(
    brokers: dict[str, Broker],
    store: RunStore,
    client: Warren,
    *,
    settings: WorkerSettings,
    telemetry: Telemetry,
    queues: Sequence[str],
) -> AsyncIterator[None]:
    """The three services; the worker is drained first, so that what it finished is still taken in."""
    work_stop, stop = asyncio.Event(), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        modules = sorted({definition.key.partition(":")[0] for definition in registry.entries()})
        with provided_client(client):  # the client of what actions do: no other one reaches this broker
            working = group.create_task(
                worker.run(
                    settings,
                    broker=brokers["worker"],
                    registry=registry,
                    workflows=(),
                    modules=modules,
                    queues=queues,
                    stop=work_stop,
                    telemetry=telemetry,
                    watch_loop=True,
                )
            )
        deciding = [
            group.create_task(part.run(settings, broker=brokers[name], store=store, stop=stop, telemetry=telemetry))
            for name, part in (("compiler", compiler), ("coordinator", coordinator))
        ]
        try:
            yield
        finally:
            work_stop.set()
            await asyncio.wait({working}, timeout=settings.drain_seconds)
            working.cancel()
            stop.set()
            await asyncio.wait(deciding, timeout=settings.drain_seconds)
            for task in deciding:
                task.cancel()


async def _unfinished(store: RunStore) -> list[StoredRun]:
    """Runs that will go on now, whose workflows' modules are imported for it: their actions must be here."""
    runs = await store.list_runs(RunFilter(status=RunStatus.RUNNING, limit=_OPEN_RUNS))
    for version in {run.version for run in runs}:
        record = await store.load_program(version)
        if record is None:
            continue
        module, _, _ = str(json.loads(record.program).get("ref", "")).partition(":")
        try:
            importlib.import_module(module)
        except Exception as error:  # noqa: BLE001 - a module may raise anything while it is imported
            run = next(run for run in runs if run.version == version)
            raise InvalidInput(
                f"run {run.run_id} of {run.workflow!r} is not finished, and its module {module!r} cannot be imported "
                f"({type(error).__name__}: {error}). Start in the directory where it was started, or keep these runs "
                "apart with another --data directory"
            ) from None
    return runs
