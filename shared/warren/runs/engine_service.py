"""A service that computes transitions, as a process of its own: servers, watchdogs, settings. Knows no service."""

from __future__ import annotations

import asyncio
import sys
from functools import partial
from typing import Protocol

from warren.errors import InvalidInput
from warren.ports import Broker, RunStore
from warren.runs.trial import ForkTrial, Trial
from warren.runtime.connect_broker import PROMPT_HEARTBEAT, make_broker
from warren.runtime.connect_store import make_store
from warren.runtime.health import Health
from warren.runtime.loop_alarm import FACTOR, loop_alarm
from warren.runtime.loop_watchdog import LoopWatchdog
from warren.runtime.service import ServiceContext, connected, run_service
from warren.runtime.settings import Settings, load_settings
from warren.runtime.telemetry import Telemetry


class EngineApp(Protocol):
    """The `run` of a compiler or coordinator."""

    async def __call__(
        self,
        settings: Settings,
        *,
        broker: Broker,
        store: RunStore,
        stop: asyncio.Event,
        health: Health,
        telemetry: Telemetry,
        trial: Trial,
    ) -> None: ...


def run_engine_service(name: str, app: EngineApp) -> int:
    """Run until asked to stop; returns the exit code. `name` is that of the service, such as "compiler"."""
    try:
        return run_service(name, load_settings(), partial(_serve, app))
    except InvalidInput as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - logging is configured from what is wrong here
        return 2


async def _serve(app: EngineApp, context: ServiceContext) -> None:
    settings, name = context.settings, f"warren-{context.name}"
    broker = make_broker(settings, name=name, heartbeat_seconds=PROMPT_HEARTBEAT)
    async with (
        loop_alarm(settings.transition_seconds * FACTOR),
        connected(make_store(settings, name=name), name="store", stop=context.stop) as store,
        connected(broker, name="broker", stop=context.stop),
        LoopWatchdog(),  # which only says what it sees: another process is to take over from a blocked one
    ):
        await app(
            settings,
            broker=broker,
            store=store,
            stop=context.stop,
            health=context.health,
            telemetry=context.telemetry,
            trial=ForkTrial(settings.transition_seconds),
        )
