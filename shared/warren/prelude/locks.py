"""Lock, event, semaphores and condition: what asyncio's do in CPython 3.13, turn by turn.

Those who wait stand in a line, each with a future of its own; being woken is having it completed. Between that and its
own turn a strand may be cancelled, so whoever leaves the line so passes on what it was given.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from warren.prelude.primitives import Future, new_future, set_result


async def stand_in(line: deque[Future], place: Future) -> None:
    """Stand in a line until somebody completes the place, or the wait is cancelled."""
    line.append(place)
    try:
        await place
    finally:
        line.remove(place)


@dataclass(eq=False, repr=False)
class Acquired:
    """Base of what `async with` acquires and releases."""

    async def acquire(self) -> bool:
        """Wait until it is ours."""
        raise NotImplementedError

    def release(self) -> None:
        """Give it back."""
        raise NotImplementedError

    async def __aenter__(self) -> None:
        await self.acquire()

    async def __aexit__(self, kind: object, error: object, traceback: object) -> None:
        self.release()


@dataclass(eq=False, repr=False)
class Lock(Acquired):
    """`asyncio.Lock`."""

    _is_locked: bool = field(default=False, init=False)
    _line: deque[Future] = field(init=False)

    def __post_init__(self) -> None:
        self._line = deque()

    def __repr__(self) -> str:
        return f"<Lock {'locked' if self._is_locked else 'unlocked'}>"

    def locked(self) -> bool:
        """Whether somebody has it."""
        return self._is_locked

    async def acquire(self) -> bool:
        """Wait until nobody has it, in the order of the line."""
        if self._is_locked or not all(place.cancelled() for place in self._line):
            try:
                await stand_in(self._line, new_future())
            except asyncio.CancelledError:
                if not self._is_locked:
                    self._wake_first()
                raise
        self._is_locked = True
        return True

    def release(self) -> None:
        """Let the first of the line have it."""
        if not self._is_locked:
            raise RuntimeError("Lock is not acquired.")
        self._is_locked = False
        self._wake_first()

    def _wake_first(self) -> None:
        if self._line and not self._line[0].done():
            set_result(self._line[0], True)


@dataclass(eq=False, repr=False)
class Event:
    """`asyncio.Event`."""

    _is_set: bool = field(default=False, init=False)
    _line: deque[Future] = field(init=False)

    def __post_init__(self) -> None:
        self._line = deque()

    def __repr__(self) -> str:
        return f"<Event {'set' if self._is_set else 'unset'}>"

    def is_set(self) -> bool:
        """Whether it has happened."""
        return self._is_set

    def set(self) -> None:
        """It has happened: all who wait go on."""
        if not self._is_set:
            self._is_set = True
            for place in self._line:
                if not place.done():
                    set_result(place, True)

    def clear(self) -> None:
        """It has not happened yet."""
        self._is_set = False

    async def wait(self) -> bool:
        """Wait until it happens."""
        if not self._is_set:
            await stand_in(self._line, new_future())
        return True


@dataclass(eq=False, repr=False)
class Semaphore(Acquired):
    """`asyncio.Semaphore`; `value` is how many may have it still."""

    value: int = 1
    _line: deque[Future] = field(init=False)

    def __post_init__(self) -> None:
        if self.value < 0:
            raise ValueError("Semaphore initial value must be >= 0")
        self._line = deque()

    def __repr__(self) -> str:
        state = "locked" if self.locked() else f"unlocked, value:{self.value}"
        return f"<{type(self).__name__} {state}>"

    def locked(self) -> bool:
        """Whether who asks now has to wait."""
        return self.value == 0 or any(not place.cancelled() for place in self._line)

    async def acquire(self) -> bool:
        """Wait until fewer have it, in the order of the line."""
        if not self.locked():
            self.value -= 1
            return True
        place = new_future()
        try:
            await stand_in(self._line, place)
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():  # it was given, and is not taken
                self.value += 1
            raise
        finally:
            while self.value > 0 and self._wake_next():
                pass
        return True

    def release(self) -> None:
        """Let one more have it."""
        self.value += 1
        self._wake_next()

    def _wake_next(self) -> bool:
        for place in self._line:
            if not place.done():
                self.value -= 1
                set_result(place, True)
                return True
        return False


@dataclass(eq=False, repr=False)
class BoundedSemaphore(Semaphore):
    """`asyncio.BoundedSemaphore`."""

    _bound: int = field(default=0, init=False)

    def __post_init__(self) -> None:
        Semaphore.__post_init__(self)
        self._bound = self.value

    def release(self) -> None:
        """Let one more have it, but no more than at first."""
        if self.value >= self._bound:
            raise ValueError("BoundedSemaphore released too many times")
        Semaphore.release(self)


@dataclass(eq=False, repr=False)
class Condition(Acquired):
    """`asyncio.Condition`; `lock` is what has to be held."""

    lock: Any = None
    _line: deque[Future] = field(init=False)

    def __post_init__(self) -> None:
        if self.lock is None:
            self.lock = Lock()
        self._line = deque()

    def __repr__(self) -> str:
        return f"<Condition {'locked' if self.locked() else 'unlocked'}>"

    def locked(self) -> bool:
        """Whether somebody has the lock."""
        return bool(self.lock.locked())

    async def acquire(self) -> bool:
        """Wait for the lock."""
        return bool(await self.lock.acquire())

    def release(self) -> None:
        """Give the lock back."""
        self.lock.release()

    async def wait(self) -> bool:
        """Give the lock back, wait until somebody notifies, and take the lock again."""
        if not self.locked():
            raise RuntimeError("cannot wait on un-acquired lock")
        self.release()
        try:
            try:
                await stand_in(self._line, new_future())
            finally:
                await self._take_again()
        except BaseException:
            self._notify(1)  # somebody else, as it may have been meant for us
            raise
        return True

    async def _take_again(self) -> None:
        """Take the lock, whatever happens meanwhile; a cancellation comes afterwards."""
        cancelled = None
        while True:
            try:
                await self.acquire()
                break
            except asyncio.CancelledError as error:
                cancelled = error
        if cancelled is not None:
            raise cancelled

    async def wait_for(self, predicate: Callable[[], Any]) -> Any:
        """Wait until the predicate is true; its value."""
        result = predicate()
        while not result:
            await self.wait()
            result = predicate()
        return result

    def notify(self, n: int = 1) -> None:
        """Wake the first `n` of the line."""
        if not self.locked():
            raise RuntimeError("cannot notify on un-acquired lock")
        self._notify(n)

    def notify_all(self) -> None:
        """Wake all."""
        self.notify(len(self._line))

    def _notify(self, n: int) -> None:
        woken = 0
        for place in self._line:
            if woken >= n:
                break
            if not place.done():
                woken += 1
                set_result(place, False)
