"""The life of a service process: start, signals, drain, exit code. Knows nothing of what the service does."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from warren.errors import InfrastructureError, InvalidInput
from warren.runtime.health import Health, serve_health
from warren.runtime.logs import configure_logs, get_logger
from warren.runtime.settings import Settings
from warren.runtime.telemetry import Telemetry

log = get_logger(__name__)

_INSIST_SECONDS = 1.0

_RETRY_SECONDS = 2.0
_REPEAT_LOG_SECONDS = 10.0


class Connectable(Protocol):
    """What can be connected and closed: a broker or a store."""

    async def connect(self) -> None:
        """Connect; idempotent."""
        ...

    async def close(self) -> None:
        """Disconnect; idempotent."""
        ...


class StopRequested(Exception):
    """The service was told to stop while it waited for something; the chassis takes it for a clean end."""


C = TypeVar("C", bound=Connectable)
T = TypeVar("T")


@dataclass(slots=True)
class ServiceContext:
    """What the chassis hands to a service's `app`. When `stop` is set, finish what is in hand and return."""

    name: str
    settings: Settings
    telemetry: Telemetry
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    health: Health = field(default_factory=Health)


App = Callable[[ServiceContext], Awaitable[None]]


def run_service(name: str, settings: Settings, app: App) -> int:
    """Run a service until it returns or is told to stop (SIGTERM, SIGINT); returns the process's exit code.

    The first signal sets `context.stop` and gives the app `settings.drain_seconds`; the second one ends the process at
    once with 128 + its number. A crash is one log line and exit code 1, a wrong setting 2, a server that refuses 3.
    """
    service = settings.service_name or name
    configure_logs(service=service, level=settings.log_level, style=settings.log_format)
    _relax_garbage_collection()
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(_run(name, service, settings, app))


async def _run(name: str, service: str, settings: Settings, app: App) -> int:
    telemetry = Telemetry.from_environment(service)
    context = ServiceContext(name, settings, telemetry)
    try:
        with _signals(context.stop):
            async with serve_health(context.health, host=settings.health_host, port=settings.health_port) as port:
                log.info("starting", pid=os.getpid(), health_port=port)
                drained = await _until_stopped(app, context)
    except StopRequested:
        drained = True
    except (InfrastructureError, InvalidInput) as error:
        log.error("stopped by an error", error=f"{type(error).__name__}: {error}")  # noqa: TRY400 - one clear line
        return 2 if isinstance(error, InvalidInput) else 3
    except Exception:
        log.exception("crashed")
        return 1
    finally:
        telemetry.close()
    log.info("stopped")
    return 0 if drained else 1


async def _until_stopped(app: App, context: ServiceContext) -> bool:
    async def watch() -> None:
        await context.stop.wait()
        await asyncio.sleep(context.settings.drain_seconds)

    work = asyncio.ensure_future(app(context))
    watcher = asyncio.ensure_future(watch())
    try:
        await asyncio.wait({work, watcher}, return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            work.result()
            return True
        log.warning("not drained in time, leaving the rest to redelivery", seconds=context.settings.drain_seconds)
        return False
    finally:
        watcher.cancel()
        if not work.done():
            work.cancel()
            await asyncio.wait({work}, timeout=5.0)


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """First SIGTERM or SIGINT sets `stop`; the next one exits without any clean-up."""

    def on_signal(number: int) -> None:
        if stop.is_set():
            os._exit(128 + number)
        log.info("draining", signal=signal.Signals(number).name)
        stop.set()

    loop = asyncio.get_running_loop()
    numbers = (signal.SIGTERM, signal.SIGINT)
    for number in numbers:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


async def unless_stopped(stop: asyncio.Event, work: Coroutine[object, object, T]) -> T:
    """Await `work`, but give it up when `stop` is set first.

    Raises:
        StopRequested: `stop` was set before `work` was done; it has been cancelled.
    """
    task = asyncio.ensure_future(work)
    stopped = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise StopRequested
        return task.result()
    finally:
        stopped.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
        if not task.cancelled():
            task.exception()  # seen, also when this was cancelled meanwhile


@asynccontextmanager
async def connected(resource: C, *, name: str, stop: asyncio.Event) -> AsyncIterator[C]:
    """Connect, however long the server stays away (a log line every ten seconds), and close at the end.

    Raises:
        StopRequested: told to stop while still waiting.
    """
    try:
        await unless_stopped(stop, _connect(resource, name))
        yield resource
    finally:
        await resource.close()


async def _connect(resource: Connectable, name: str) -> None:
    await retry_infrastructure(resource.connect, what=name)


async def retry_infrastructure(step: Callable[[], Awaitable[T]], *, what: str) -> T:
    """Call `step` until it raises no `InfrastructureError`: for what a service cannot start without."""
    loop = asyncio.get_running_loop()
    last_log = -_REPEAT_LOG_SECONDS
    while True:
        try:
            async with _reminder(what):
                return await step()
        except InfrastructureError as error:
            if loop.time() - last_log >= _REPEAT_LOG_SECONDS:
                last_log = loop.time()
                log.warning("waiting", for_=what, error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(_RETRY_SECONDS)


async def cancelled(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel tasks until they end: aiormq may make an error of a cancellation, and one that retries survives that."""
    while pending := [task for task in tasks if not task.done()]:
        for task in pending:
            task.cancel()
        await asyncio.wait(pending, timeout=_INSIST_SECONDS)


@asynccontextmanager
async def _reminder(what: str) -> AsyncIterator[None]:
    """Say every ten seconds that an operation that waits inside an adapter is still waiting."""

    async def remind() -> None:
        while True:
            await asyncio.sleep(_REPEAT_LOG_SECONDS)
            log.warning("waiting", for_=what)

    task = asyncio.ensure_future(remind())
    try:
        yield
    finally:
        task.cancel()


def _relax_garbage_collection() -> None:
    """Reference counting frees what a batch leaves; look for cycles seldom, and never among what was imported."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
