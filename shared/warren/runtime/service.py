"""The life of a service process: start, signals, drain, exit code. Knows nothing of what the service does."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol, TypeVar

from warren.errors import InfrastructureError, InvalidInput
from warren.runtime.event_loop import run_async
from warren.runtime.health import Health, serve_health
from warren.runtime.logs import configure_logs, get_logger
from warren.runtime.process_end import EXIT_SECONDS, end_now, end_within
from warren.runtime.process_image import ProcessImage
from warren.runtime.settings import Settings
from warren.runtime.telemetry import Telemetry
from warren.tasks import ends_before, first_of

log = get_logger(__name__)

_CANCEL_SECONDS = 3.0

_RETRY_SECONDS = 2.0
_REPEAT_LOG_SECONDS = 10.0
_SWITCH_SECONDS = 0.0005
"""How long a thread that wants the interpreter waits for a release of it before it demands one; Python has 5 ms."""


class Connectable(Protocol):
    """What can be connected and closed: a broker or a store."""

    async def connect(self) -> None:
        """Connect; idempotent."""
        ...

    async def close(self) -> None:
        """Disconnect; idempotent."""
        ...


class StopRequested(Exception):
    """The service was asked to stop while it waited for something; the chassis takes it for a clean end."""


C = TypeVar("C", bound=Connectable)
T = TypeVar("T")


@dataclass(slots=True)
class ServiceContext:
    """What the chassis hands to a service's `app`. When `stop` is set, finish what is in hand and return.

    `image` is what the process can be restarted with; None where it cannot.
    """

    name: str
    settings: Settings
    telemetry: Telemetry
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    health: Health = field(default_factory=Health)
    image: ProcessImage | None = None
    is_restarting: bool = False

    def restart(self) -> None:
        """Stop as on SIGTERM, and then restart this process in its place, unless a signal comes that ends it."""
        if self.image is not None and not self.stop.is_set():
            log.warning("draining before a restart", pid=os.getpid())
            self.is_restarting = True
            self.stop.set()


App = Callable[[ServiceContext], Awaitable[None]]


def run_service(name: str, settings: Settings, app: App, *, image: ProcessImage | None = None) -> int:
    """Run a service until it returns or is asked to stop (SIGTERM, SIGINT); returns the process's exit code.

    The first signal sets `context.stop` and gives the app `settings.drain_seconds`; the second one ends the process at
    once with 128 + its number. A crash is one log line and exit code 1, a wrong setting 2, a server that refuses 3.
    After that the process ends within `EXIT_SECONDS`, whatever threads still run in it. With `image` the app may ask
    for a restart; then this does not return.
    """
    service = settings.service_name or name
    configure_logs(service=service, level=settings.log_level, style=settings.log_format)
    _tune_interpreter()
    context = ServiceContext(name, settings, Telemetry.from_environment(service), image=image)

    def limit(code: int) -> None:
        end_within(EXIT_SECONDS, code, end=partial(_end, context))

    code = run_async(_run(context, app), before_close=limit)
    if context.is_restarting:
        _end(context, code)
    return code


def _end(context: ServiceContext, code: int) -> None:
    """Restart this process if that was requested, or else end it."""
    if context.is_restarting and context.image is not None:
        try:
            context.image.replace()
        except OSError:
            log.exception("restart failed")
            code = 1
    end_now(code)


async def _run(context: ServiceContext, app: App) -> int:
    settings = context.settings
    try:
        with _signals(context):
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
        context.telemetry.close()
    log.info("restarting" if context.is_restarting else "stopped")
    return 0 if drained else 1


async def _until_stopped(app: App, context: ServiceContext) -> bool:
    async def watch() -> None:
        await context.stop.wait()
        await asyncio.sleep(context.settings.drain_seconds)

    work = asyncio.ensure_future(app(context))
    try:
        await first_of(asyncio.shield(work), watch())
        if work.done():
            work.result()
            return True
        log.warning("drain limit reached; unfinished work will be redelivered", seconds=context.settings.drain_seconds)
        return False
    finally:
        if not work.done():
            work.cancel()
            await asyncio.wait({work}, timeout=_CANCEL_SECONDS)


@contextmanager
def _signals(context: ServiceContext) -> Iterator[None]:
    """First SIGTERM or SIGINT sets `stop`; the next one exits without any clean-up."""
    received: list[int] = []

    def on_signal(number: int) -> None:
        if received:
            end_now(128 + number)
        received.append(number)
        log.info("draining", signal=signal.Signals(number).name)
        context.is_restarting = False
        context.stop.set()

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
    if not await ends_before(task, stop):
        raise StopRequested
    return task.result()


@asynccontextmanager
async def connected(resource: C, *, name: str, stop: asyncio.Event) -> AsyncIterator[C]:
    """Connect, however long the server stays away (a log line every ten seconds), and close at the end.

    Raises:
        StopRequested: asked to stop while still waiting.
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


def _tune_interpreter() -> None:
    """Reference counting frees what a batch leaves; look for cycles seldom, and never among what was imported.

    A thread that wakes up (a watchdog, several times a second) asks for the interpreter only after the switch interval
    without a release of it. A busy event loop releases it more often than that and takes it back at once, so the thread
    would not get it for a second and more, and each release would be a futile wake-up of 20 us.
    """
    sys.setswitchinterval(_SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)
