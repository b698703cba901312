"""`python -m warren_coordinator`: the coordinator as a process of its own."""

from __future__ import annotations

import sys

from warren.errors import InvalidInput
from warren.runtime.brokers import PROMPT_HEARTBEAT, make_broker
from warren.runtime.loop_alarm import FACTOR, loop_alarm
from warren.runtime.loop_watchdog import LoopWatchdog
from warren.runtime.service import ServiceContext, connected, run_service
from warren.runtime.settings import load_settings
from warren.runtime.stores import make_store
from warren.runtime.trial import ForkTrial
from warren_coordinator import app


async def serve(context: ServiceContext) -> None:
    """Connect to the servers and work."""
    settings = context.settings
    broker = make_broker(settings, name="warren-coordinator", heartbeat_seconds=PROMPT_HEARTBEAT)
    async with (
        loop_alarm(settings.transition_seconds * FACTOR),
        connected(make_store(settings, name="warren-coordinator"), name="store", stop=context.stop) as store,
        connected(broker, name="broker", stop=context.stop),
        LoopWatchdog(),  # which only says what it sees: another process is to take over from a blocked one
    ):
        await app.run(
            settings,
            broker=broker,
            store=store,
            stop=context.stop,
            health=context.health,
            telemetry=context.telemetry,
            trial=ForkTrial(settings.transition_seconds),
        )


def main() -> int:
    """Run until told to stop; returns the exit code."""
    try:
        return run_service("coordinator", load_settings(), serve)
    except InvalidInput as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - logging is configured from what is wrong here
        return 2


if __name__ == "__main__":
    sys.exit(main())
