"""Queues: what asyncio's do in CPython 3.13, turn by turn.

Whoever waits for an item, or for room, has a future in a line; who is woken looks again, as another may have been
faster. A waiter that is cancelled after it was woken wakes the next one.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import Any

from warren.prelude.locks import Event
from warren.prelude.primitives import Future, new_future, set_result

if sys.version_info >= (3, 13):
    from asyncio import QueueShutDown
else:

    class QueueShutDown(Exception):
        """Of CPython 3.13; elsewhere, too, a program that shuts a queue down raises it."""

    QueueShutDown.__module__ = "asyncio.queues"  # so that programs are the same on every version


@dataclass(eq=False, repr=False)
class Queue:
    """`asyncio.Queue`: first in, first out."""

    maxsize: int = 0
    _items: Any = field(init=False)
    _getters: deque[Future] = field(init=False)
    _putters: deque[Future] = field(init=False)
    _unfinished: int = field(default=0, init=False)
    _is_finished: Event = field(init=False)
    _is_shut_down: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self._items = self._no_items()
        self._getters = deque()
        self._putters = deque()
        self._is_finished = Event()
        self._is_finished.set()

    def __repr__(self) -> str:
        return f"<{type(self).__name__} maxsize={self.maxsize!r}>"

    # what the other kinds of queues do otherwise

    def _no_items(self) -> Any:
        return deque()

    def _add(self, item: Any) -> None:
        self._items.append(item)

    def _take(self) -> Any:
        return self._items.popleft()

    # what all of them do

    def qsize(self) -> int:
        """How many items there are."""
        return len(self._items)

    def empty(self) -> bool:
        """Whether there is none."""
        return not self._items

    def full(self) -> bool:
        """Whether there is no room for another one."""
        return 0 < self.maxsize <= len(self._items)

    async def put(self, item: Any) -> None:
        """Add an item when there is room for it."""
        while self.full():
            await self._stand_in(self._putters, self.full)
        self.put_nowait(item)

    def put_nowait(self, item: Any) -> None:
        """Add an item now."""
        if self._is_shut_down:
            raise QueueShutDown
        if self.full():
            raise asyncio.QueueFull
        self._add(item)
        self._unfinished += 1
        self._is_finished.clear()
        self._wake_next(self._getters)

    async def get(self) -> Any:
        """Take the next item, when there is one."""
        while self.empty():
            await self._stand_in(self._getters, self.empty)
        return self.get_nowait()

    def get_nowait(self) -> Any:
        """Take the next item now."""
        if self.empty():
            if self._is_shut_down:
                raise QueueShutDown
            raise asyncio.QueueEmpty
        item = self._take()
        self._wake_next(self._putters)
        return item

    def task_done(self) -> None:
        """The work on an item that was taken is done."""
        if self._unfinished <= 0:
            raise ValueError("task_done() called too many times")
        self._unfinished -= 1
        if self._unfinished == 0:
            self._is_finished.set()

    async def join(self) -> None:
        """Wait until the work on all items is done."""
        if self._unfinished > 0:
            await self._is_finished.wait()

    def shutdown(self, immediate: bool = False) -> None:
        """Let nobody put any more, nor take what is not there; with `immediate`, nor what is there."""
        self._is_shut_down = True
        if immediate:
            while not self.empty():
                self._take()
                if self._unfinished > 0:
                    self._unfinished -= 1
            if self._unfinished == 0:
                self._is_finished.set()
        for line in (self._getters, self._putters):
            while line:
                self._wake_next(line)

    async def _stand_in(self, line: deque[Future], is_blocked: Callable[[], bool]) -> None:
        """Stand in a line until woken."""
        if self._is_shut_down:
            raise QueueShutDown
        place = new_future()
        line.append(place)
        try:
            await place
        except BaseException:
            place.cancel()
            if place in line:  # it is not, once it was woken
                line.remove(place)
            if not is_blocked() and not place.cancelled():
                self._wake_next(line)
            raise

    def _wake_next(self, line: deque[Future]) -> None:
        while line:
            place = line.popleft()
            if not place.done():
                set_result(place)
                break


@dataclass(eq=False, repr=False)
class LifoQueue(Queue):
    """`asyncio.LifoQueue`: last in, first out."""

    def _no_items(self) -> Any:
        return []

    def _take(self) -> Any:
        return self._items.pop()


@dataclass(eq=False, repr=False)
class PriorityQueue(Queue):
    """`asyncio.PriorityQueue`: the smallest item first."""

    def _no_items(self) -> Any:
        return []

    def _add(self, item: Any) -> None:
        heappush(self._items, item)

    def _take(self) -> Any:
        return heappop(self._items)
