"""Running plain `def` functions of actions: each in a thread of its own while it runs, with the caller's context.

A thread cannot be stopped. When an attempt times out or is cancelled, its result is dropped, but its function runs on:
it is *abandoned*. Its thread no longer counts, so that another one takes its place. All threads are daemons: a function
that hangs does not keep its process from ending. Must not know workers.
"""

from __future__ import annotations

import asyncio
import contextlib
import contextvars
import logging
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import count
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any, Final

from warren.errors import ActionError
from warren.sdk import forks
from warren.sdk.attempt_failures import ended
from warren.sdk.context import ActionContext, current_context
from warren.sdk.timeouts import current_timeout

log = logging.getLogger(__name__)

MAX_THREADS: Final = 2_000
"""Threads of a pool by default. Operating systems and containers allow a few thousand."""
IDLE_SECONDS: Final = 10.0
"""A thread without work ends after this long."""
_SHOWN: Final = 20


@dataclass(frozen=True, slots=True)
class AbandonedCall:
    """A function that runs on although nobody waits for it; `attempt` is None outside of actions.

    `since` is when it started (`time.monotonic`).
    """

    function: str
    attempt: ActionContext | None
    since: float

    @property
    def action(self) -> str:
        """The action that it belongs to, or its own name outside of actions."""
        return self.function if self.attempt is None else self.attempt.action

    @property
    def seconds(self) -> float:
        """For how long it has run until now."""
        return monotonic() - self.since


class _Call:
    """One function on its way through a thread. `since` is None until it starts."""

    __slots__ = ("attempt", "future", "has_ended", "is_dropped", "on_start", "since", "work")

    def __init__(self, future: asyncio.Future[Any], work: tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any]]):
        self.future = future
        self.work = work
        self.attempt = current_context.get(None)
        self.on_start: Callable[[], None] | None = None
        self.since: float | None = None
        self.has_ended = False
        self.is_dropped = False

    def perform(self, context: contextvars.Context) -> None:
        """Call the function in this thread and hand over what comes of it."""
        result, error = None, None
        if self.on_start is not None:
            self._tell(self.on_start)
        try:
            result = context.run(_call, *self.work)
        except BaseException as raised:  # noqa: BLE001 - it goes to the caller, through the future
            error = raised
        self.has_ended = True
        self._tell(_deliver, self.future, result, error)
        del self.work, result, error  # the error's traceback knows this frame

    def _tell(self, call: Callable[..., None], *args: Any) -> None:
        with contextlib.suppress(RuntimeError):  # the event loop is closed: nobody waits
            self.future.get_loop().call_soon_threadsafe(call, *args)


_Work = tuple[_Call, contextvars.Context]


class ThreadPool:
    """As many threads as there are functions to run at once, at most `max_threads`; the rest waits.

    Time that a function waits does not count for its timeout (`AttemptTimeout`). With `max_abandoned`, calls are
    refused while so many abandoned functions still run. `on_abandoned` is called for each, in the thread that abandons
    it; by default it is logged. One pool may serve several event loops.
    """

    def __init__(
        self,
        *,
        max_threads: int = MAX_THREADS,
        max_abandoned: int | None = None,
        on_abandoned: Callable[[AbandonedCall], None] | None = None,
    ) -> None:
        self._max_threads = max_threads
        self._max_abandoned = max_abandoned
        self._on_abandoned = on_abandoned or _log_abandoned
        self._numbers = count(1)
        self._reset()

    def _reset(self) -> None:
        """Begin without threads: at first, and in a forked child, which has none of its parent's."""
        self._generation = forks.generation
        self._lock = threading.Lock()
        self._counted = 0
        self._idle: list[_Thread] = []
        self._waiting: deque[_Work] = deque()
        self._abandoned: dict[_Call, AbandonedCall] = {}

    @property
    def abandoned(self) -> list[AbandonedCall]:
        """The functions that run on although nobody waits for them, the oldest first."""
        with self._lock:
            return list(self._abandoned.values())

    @contextlib.contextmanager
    def as_current(self) -> Iterator[None]:
        """Make this the pool of `call_in_thread` in the block, and wherever its context is copied to."""
        token = _current_pool.set(self)
        try:
            yield
        finally:
            _current_pool.reset(token)

    async def call(self, func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call `func` in a thread and wait for it.

        Raises:
            ActionError: too many abandoned functions still run; or it called `sys.exit()`.
            Exception: whatever it raises.
        """
        call = _Call(asyncio.get_running_loop().create_future(), (func, args, kwargs))
        timeout = current_timeout.get(None)
        if timeout is not None and timeout.is_own:
            timeout.pause()
            call.on_start = timeout.resume
        try:
            self._start(call, contextvars.copy_context())
            return await call.future
        except asyncio.CancelledError:
            if call.future.cancelled():
                self._abandon(call, func)
            raise
        finally:
            if call.on_start is not None:
                call.on_start()

    def _start(self, call: _Call, context: contextvars.Context) -> None:
        if self._generation != forks.generation:
            self._reset()
        with self._lock:
            if self._max_abandoned is not None and len(self._abandoned) >= self._max_abandoned:
                hanging = summary(self._abandoned.values())
                raise ActionError(f"no plain `def` is run any more until some of these have ended: {hanging}")
            if self._idle:
                self._idle.pop().inbox.put((call, context))
                return
            self._waiting.append((call, context))
            try:
                self._grow()
            except RuntimeError:  # the operating system has no thread left
                if self._counted == 0:  # and none of ours will be free in time
                    self._waiting.remove((call, context))
                    raise

    def _grow(self) -> None:
        """One thread more for what waits, if there may be one. The lock is held."""
        if self._waiting and self._counted < self._max_threads:
            thread = _Thread(self, f"warren-action-{next(self._numbers)}")
            thread.start()
            thread.inbox.put(self._waiting.popleft())
            self._counted += 1

    def _abandon(self, call: _Call, func: Callable[..., Any]) -> None:
        """Nobody waits for it any more: forget it if it has not started, else let another thread take its place."""
        with self._lock:
            if call.has_ended:
                return
            if call.since is None:
                call.is_dropped = True
                return
            abandoned = self._abandoned[call] = AbandonedCall(_name_of(func), call.attempt, call.since)
            self._counted -= 1
            with contextlib.suppress(RuntimeError):  # no thread left: what waits has to go on waiting
                self._grow()
        self._on_abandoned(abandoned)

    def begin(self, call: _Call) -> bool:
        """Whether a thread that has got this call should perform it. Called by that thread."""
        with self._lock:
            call.since = monotonic()
            return not call.is_dropped

    def finish(self, call: _Call, thread: _Thread) -> bool:
        """The call is over; whether `thread` is still needed. Called by that thread."""
        with self._lock:
            if self._abandoned.pop(call, None) is not None:
                if self._counted >= self._max_threads:
                    return False
                self._counted += 1
            if self._waiting:
                thread.inbox.put(self._waiting.popleft())
            else:
                self._idle.append(thread)
            return True

    def next(self, thread: _Thread) -> _Work | None:
        """What `thread` does now; None when it should end, since there was nothing for a while."""
        while True:
            try:
                return thread.inbox.get(timeout=IDLE_SECONDS)
            except Empty:
                with self._lock:
                    if thread in self._idle:
                        self._idle.remove(thread)
                        self._counted -= 1
                        return None


class _Thread(threading.Thread):
    """Performs one call after another."""

    def __init__(self, pool: ThreadPool, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self._pool = pool
        self.inbox: SimpleQueue[_Work] = SimpleQueue()

    def run(self) -> None:
        """Go on until there has been nothing to do for a while."""
        while work := self._pool.next(self):
            call, context = work
            if self._pool.begin(call):
                call.perform(context)
            is_needed = self._pool.finish(call, self)
            del call, context, work  # an idle thread must keep nothing alive
            if not is_needed:
                return


_current_pool: contextvars.ContextVar[ThreadPool] = contextvars.ContextVar("warren_thread_pool")


@cache
def _default_pool() -> ThreadPool:
    return ThreadPool()


async def call_in_thread(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """Call `func` in a thread and wait for it; see `ThreadPool.call`."""
    return await (_current_pool.get(None) or _default_pool()).call(func, args, kwargs)


def _call(func: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    generation = forks.generation
    try:
        result = func(*args, **kwargs)
    except StopIteration as error:  # no future can carry it; a coroutine turns it into the same error
        forks.end_child(generation, error)
        raise RuntimeError(f"{func.__qualname__}() raised StopIteration") from error
    except (SystemExit, KeyboardInterrupt, GeneratorExit) as error:
        # As a future's exception the first two would stop the event loop; the third closes whatever waits for it.
        forks.end_child(generation, error)
        attempt = current_context.get(None)
        raise ended(_name_of(func) if attempt is None else attempt.action, error) from error
    except BaseException as error:
        forks.end_child(generation, error)
        raise
    forks.end_child(generation)
    return result


def _deliver(future: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if future.done():
        return
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)


def _log_abandoned(call: AbandonedCall) -> None:
    attempt = call.attempt
    where = f" (run {attempt.run_id}, invocation {attempt.invocation}, attempt {attempt.attempt})" if attempt else ""
    log.warning(
        "%s%s was abandoned after %.3g s: a plain `def` cannot be stopped and continues in its thread",
        call.action,
        where,
        call.seconds,
    )


def summary(calls: Iterable[AbandonedCall]) -> str:
    """The actions of these calls, how many of each there are, and for how long they hang."""
    seconds: dict[str, list[float]] = {}
    for call in calls:
        seconds.setdefault(call.action, []).append(call.seconds)
    longest = sorted(seconds.items(), key=lambda item: -len(item[1]))
    shown = [f"{action} ({len(each)}, for up to {max(each):.3g} s)" for action, each in longest[:_SHOWN]]
    return ", ".join(shown + ["..."] * (len(longest) > _SHOWN))


def _name_of(func: Callable[..., Any]) -> str:
    return str(getattr(func, "__qualname__", None) or type(func).__qualname__)
