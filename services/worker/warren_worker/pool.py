"""The pool: which attempt runs when. At most `concurrency` at once; suspects alone; cancelled ones not at all.

A runner is a task that takes one waiting attempt after another, so a short action costs no task of its own. A runner
whose context variables were changed by an action ends after it: the next action must not see them. Must not know what
performing an attempt means.

A suspect is an attempt whose delivery has ended with a crash of its worker more than once. It runs when nothing else
does (or after `SUSPECT_SECONDS`, so that one long action cannot hold it up indefinitely), and nothing starts beside it
for that long: if it is the cause, no other attempt is lost with it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextvars import Context, copy_context
from typing import Final

from warren.contracts.messages import CancelActions
from warren_worker.attempts import Attempt, DeliveryHold, Key
from warren_worker.unwanted import Unwanted

SUSPECT_SECONDS: Final = 10.0
SETTLE_SECONDS: Final = 0.1
"""A suspect waits this long at least: the message that it was in before may have been acknowledged by this worker just
now, and the worker's death must not bring that one back."""
CLOSE_SECONDS: Final = 2.0
"""How long actions have for their clean-up when they are cancelled because the worker ends."""
_CLOCK_SECONDS: Final = 0.002
"""uvloop counts milliseconds: when a timer fires, its time may not quite have come."""
_LONGEST_SLICE: Final = 0.002
"""A runner lets others have a turn after this many seconds."""


class _Runner:
    """A task and what it is running."""

    __slots__ = ("attempt", "is_cancelled", "task")

    def __init__(self) -> None:
        self.task: asyncio.Task[None] | None = None
        self.attempt: Attempt | None = None
        self.is_cancelled = False


class Pool:
    """Runs attempts. `perform` never raises but for cancellation; `drop` is called with each attempt that was
    cancelled, `end` with each that has cancelled its own task."""

    def __init__(
        self,
        *,
        concurrency: int,
        perform: Callable[[Attempt], Awaitable[None]],
        drop: Callable[[Attempt], None],
        end: Callable[[Attempt, asyncio.CancelledError], None],
    ) -> None:
        self._concurrency = concurrency
        self._perform = perform
        self._drop = drop
        self._end = end
        self._is_closing = False
        self._waiting: deque[Attempt] = deque()
        self._suspects: list[Attempt] = []
        self._here: dict[Key, Attempt] = {}
        self._unwanted = Unwanted()
        self._runners: dict[_Runner, None] = {}  # a set, in the order in which they came
        self._idle: list[asyncio.Future[None]] = []
        self._running = 0
        self._is_exclusive = False
        self._exclusive_until = 0.0
        self._holds = 0
        self._hold_limit = 0.0
        self._held_until = 0.0
        self._is_waking = False
        self._changed = asyncio.Event()
        self.freed = asyncio.Event()
        """Set when an attempt with a lease has ended; the task that waits for it clears it."""
        self._context: Context = copy_context()
        self._loop = asyncio.get_running_loop()

    @property
    def running(self) -> list[Attempt]:
        """The attempts that run now. Another thread may ask, too."""
        return [attempt for runner in list(self._runners) if (attempt := runner.attempt) is not None]

    @property
    def held(self) -> list[Attempt]:
        """The attempts that run now or wait here. Another thread may ask, too."""
        return [*self.running, *self._waiting, *self._suspects]

    def add(self, attempts: Iterable[Attempt]) -> None:
        """Run these as soon as there is room."""
        unwanted = self._unwanted
        for attempt in attempts:
            if unwanted and attempt.key in unwanted:
                self._drop(attempt)
                continue
            self._here[attempt.key] = attempt
            self._waiting.append(attempt)
        self._wake()

    def add_suspect(self, attempt: Attempt) -> None:
        """Run this one alone."""
        if attempt.key in self._unwanted:
            self._drop(attempt)
            return
        attempt.suspect_since = self._loop.time()
        self._here[attempt.key] = attempt
        self._suspects.append(attempt)
        self._wake_after(SETTLE_SECONDS)
        self._wake_after(SUSPECT_SECONDS)

    def hold(self) -> None:
        """Begin nothing until `release` was called as often, and what was settled then has had time to be so; but for
        `SUSPECT_SECONDS` at most: a broker that does not answer must not keep this worker from its work.
        """
        if not self._holds:
            self._hold_limit = self._loop.time() + SUSPECT_SECONDS
            self._wake_after(SUSPECT_SECONDS)
        self._holds += 1

    def release(self) -> None:
        """The end of a `hold`."""
        self._holds -= 1
        if not self._holds:
            self._held_until = self._loop.time() + SETTLE_SECONDS
            self._wake_after(SETTLE_SECONDS)

    def find(self, key: Key) -> Attempt | None:
        """The attempt with this key that is waiting or running here."""
        return self._here.get(key)

    def cancel(self, order: CancelActions) -> int:
        """Stop what runs, and forget what waits its turn, of what nobody wants; returns how many attempts that were.

        What comes later of it is dropped, as long as it is remembered.
        """
        self._unwanted.add(order)
        unwanted = self._unwanted
        waiting = {attempt for attempt in (*self._waiting, *self._suspects) if attempt.key in unwanted}
        if waiting:
            self._forget(waiting)
            for attempt in waiting:
                self._drop(attempt)
        running = [
            (runner, runner.attempt)
            for runner in self._runners
            if runner.attempt is not None and runner.attempt.key in unwanted and not runner.is_cancelled
        ]
        for runner, attempt in running:
            if runner.task is not None:
                runner.is_cancelled = True
                attempt.note_cancelled("nobody waits for this action any more")
                runner.task.cancel("nobody waits for this action any more")
        self._wake()
        return len(waiting) + len(running)

    def take_back(self) -> list[DeliveryHold]:
        """The deliveries of which nothing has begun; they are forgotten here."""
        holds = dict.fromkeys(each.hold for each in (*self._waiting, *self._suspects))
        deliveries = dict.fromkeys(each for each in holds if isinstance(each, DeliveryHold) and not each.begun)
        self._forget({attempt for attempt in (*self._waiting, *self._suspects) if attempt.hold in deliveries})
        return list(deliveries)

    def take_leased(self) -> list[Attempt]:
        """The attempts that have a lease and have not begun; they are forgotten here."""
        leased = [each for each in (*self._waiting, *self._suspects) if each.is_leased]
        self._forget(set(leased))
        return leased

    def _forget(self, attempts: set[Attempt]) -> None:
        """Those of the waiting ones that are to run elsewhere."""
        for attempt in attempts:
            self._leave(attempt)
        self._waiting = deque(each for each in self._waiting if each not in attempts)
        self._suspects = [each for each in self._suspects if each not in attempts]
        self._changed.set()

    async def drain(self) -> None:
        """Return when nothing waits and nothing runs."""
        while self._running or self._waiting or self._suspects:
            self._changed.clear()
            await self._changed.wait()

    async def close(self) -> None:
        """Cancel whatever still runs. An action that refuses to end is left behind."""
        self._is_closing = True
        tasks = [runner.task for runner in self._runners if runner.task is not None]
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks, timeout=CLOSE_SECONDS)

    def _leave(self, attempt: Attempt) -> None:
        if self._here.get(attempt.key) is attempt:
            del self._here[attempt.key]

    # --- which one is next --------------------------------------------------------------------------------------------

    def _next(self) -> Attempt | None:
        if self._loop.time() < (self._hold_limit if self._holds else self._held_until):
            return None
        if self._is_exclusive and self._loop.time() < self._exclusive_until:
            return None
        if not self._suspects or self._loop.time() < self._suspects[0].suspect_since + SETTLE_SECONDS:
            return self._waiting.popleft() if self._waiting else None
        if self._running == 0:
            self._is_exclusive = True
            self._exclusive_until = self._loop.time() + SUSPECT_SECONDS
            self._wake_after(SUSPECT_SECONDS)
            return self._suspects.pop(0)
        if self._loop.time() - self._suspects[0].suspect_since >= SUSPECT_SECONDS:
            return self._suspects.pop(0)
        return None

    def _wake(self) -> None:
        """Have one more runner look for work; it wakes the next one if there is more."""
        if self._is_waking or not (self._waiting or self._suspects):
            return
        if self._idle:
            self._is_waking = True
            self._idle.pop().set_result(None)
        elif len(self._runners) < self._concurrency:
            self._is_waking = True
            self._spawn()

    def _wake_after(self, seconds: float) -> None:
        self._loop.call_later(seconds + _CLOCK_SECONDS, self._wake)

    def _spawn(self) -> None:
        runner = _Runner()
        runner.task = self._loop.create_task(self._run(runner), context=self._context.copy())
        self._runners[runner] = None

    # --- a runner -----------------------------------------------------------------------------------------------------

    async def _run(self, runner: _Runner) -> None:
        try:
            await self._work(runner)
        finally:
            del self._runners[runner]
            self._is_waking = False
            self._wake()

    async def _work(self, runner: _Runner) -> None:
        clean = copy_context()
        since = self._loop.time()
        while True:
            self._is_waking = False
            attempt = self._next()
            if attempt is None:
                await self._rest()
                since = self._loop.time()
                continue
            self._wake()
            if not await self._run_one(runner, attempt) or copy_context() != clean:
                return
            if self._loop.time() - since > _LONGEST_SLICE:
                await asyncio.sleep(0)
                since = self._loop.time()

    async def _run_one(self, runner: _Runner, attempt: Attempt) -> bool:
        """Perform one attempt; false when this runner was cancelled for it, and should not be used again."""
        hold = attempt.hold
        if isinstance(hold, DeliveryHold):
            hold.begun = True
        runner.attempt = attempt
        self._running += 1
        try:
            await self._perform(attempt)
        except asyncio.CancelledError as error:
            if self._is_closing:
                raise
            if runner.is_cancelled:
                self._drop(attempt)
            else:
                runner.is_cancelled = True
                self._end(attempt, error)
        finally:
            self._leave(attempt)
            runner.attempt = None
            self._running -= 1
            self._is_exclusive = False
            self._changed.set()
            if attempt.is_leased:
                self.freed.set()
        return not runner.is_cancelled

    async def _rest(self) -> None:
        idle = self._loop.create_future()
        self._idle.append(idle)
        try:
            await idle
        finally:
            if idle in self._idle:
                self._idle.remove(idle)
