"""`python -m warren_worker MODULE...`: a worker as a process of its own."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from functools import partial

from warren.errors import InvalidInput, UserError
from warren.runtime.connect_broker import make_broker
from warren.runtime.process_image import ProcessImage
from warren.runtime.service import ServiceContext, connected, run_service
from warren.runtime.settings import load_settings
from warren.sdk.registry import registry
from warren.sdk.workflow import workflow_registry
from warren_worker import app
from warren_worker.modules import import_modules
from warren_worker.settings import WorkerSettings


async def serve(
    context: ServiceContext, *, settings: WorkerSettings, modules: Sequence[str], queues: Sequence[str], register: bool
) -> None:
    """Connect to the broker and work."""
    made = make_broker(settings, name="warren-worker", heartbeat_seconds=settings.heartbeat_seconds)
    async with connected(made, name="broker", stop=context.stop) as broker:
        await app.run(
            settings,
            broker=broker,
            registry=registry,
            workflows=workflow_registry.entries() if register else [],
            modules=modules,
            queues=queues or app.queues_of(registry),
            stop=context.stop,
            health=context.health,
            telemetry=context.telemetry,
            restart=None if context.image is None else context.restart,
            watch_loop=True,
        )


def run_worker(
    modules: Sequence[str], *, queues: Sequence[str] = (), concurrency: int | None = None, register: bool = True
) -> int:
    """Import the modules and work until asked to stop; returns the exit code.

    Raises:
        UserError: a setting is wrong, a module cannot be imported or compiled, or there is nothing in all of them.
    """
    image = ProcessImage.of_this_process()
    settings = load_settings(WorkerSettings, concurrency=concurrency)
    import_modules(modules)
    if not registry.entries() and not workflow_registry.entries():
        raise InvalidInput(f"there is no @action and no @workflow in {', '.join(modules)}: nothing to work on")
    work = partial(serve, settings=settings, modules=modules, queues=queues, register=register)
    return run_service("worker", settings, work, image=image)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with command-line arguments; returns the exit code."""
    parser = argparse.ArgumentParser(prog="warren_worker", description="Run the actions of modules.")
    parser.add_argument("modules", nargs="+", metavar="MODULE", help="dotted name, or path of a .py file")
    parser.add_argument("--queue", action="append", default=[], help="action queue to consume (repeatable)")
    parser.add_argument("--concurrency", type=int, default=None, help="actions at once")
    parser.add_argument("--no-register", action="store_true", help="do not register the modules' workflows")
    options = parser.parse_args(arguments)
    try:
        return run_worker(
            options.modules,
            queues=options.queue,
            concurrency=options.concurrency,
            register=not options.no_register,
        )
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)  # noqa: T201 - logging is not configured yet
        return 2


if __name__ == "__main__":
    sys.exit(main())
