"""An event loop with virtual time that simulates several processes, each with its own order of callbacks.

A callback belongs to the process in whose context it was scheduled. Within a process callbacks keep asyncio's order, as
they do in a real one; which process goes on next is a seeded choice. A process can be paused and killed. Nothing here
sleeps, looks at a clock or depends on addresses, so that one seed always gives one execution.
"""

from __future__ import annotations

import asyncio
import heapq
import random
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context, ContextVar, copy_context
from typing import Any, Final

_LONGEST_BURST: Final = 6


class SimulatedProcess:
    """What is scheduled of one process. The world itself (faults, messages on their way) is one, too."""

    __slots__ = ("is_dead", "is_paused", "is_queued", "name", "ready", "tasks")

    def __init__(self, name: str) -> None:
        self.name = name
        self.ready: deque[asyncio.Handle] = deque()
        self.tasks: list[asyncio.Task[Any]] = []
        self.is_paused = False
        self.is_dead = False
        self.is_queued = False


current_process: ContextVar[SimulatedProcess] = ContextVar("current_process")


class SimulatedTask(asyncio.Task[Any]):
    """A task whose place in a set does not depend on its address."""

    created = 0

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        SimulatedTask.created += 1
        self._number = SimulatedTask.created
        super().__init__(*args, **kwargs)

    def __hash__(self) -> int:
        return self._number

    def __eq__(self, other: object) -> bool:
        return self is other


class SimulatedLoop(asyncio.AbstractEventLoop):
    """The loop; `run(until)` drives it. `steps` counts the callbacks that ran."""

    def __init__(self, source: random.Random) -> None:
        self._source = source
        self._now = 0.0
        self._timers: list[tuple[float, int, SimulatedProcess, asyncio.TimerHandle]] = []
        self._timer_count = 0
        self._runnable: list[SimulatedProcess] = []
        self.world = SimulatedProcess("world")
        self.steps = 0
        self.problems: list[str] = []
        SimulatedTask.created = 0

    # what asyncio asks of a loop

    def time(self) -> float:
        return self._now

    def get_debug(self) -> bool:
        return False

    def is_running(self) -> bool:
        return True

    def is_closed(self) -> bool:
        return False

    def call_soon(self, callback: Callable[..., Any], *args: Any, context: Context | None = None) -> asyncio.Handle:
        if context is None:
            context = copy_context()
        handle = asyncio.Handle(callback, args, self, context)
        self._put(context.get(current_process, self.world), handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self._now + delay, callback, *args, context=context)

    def call_at(
        self, when: float, callback: Callable[..., Any], *args: Any, context: Context | None = None
    ) -> asyncio.TimerHandle:
        if context is None:
            context = copy_context()
        handle = asyncio.TimerHandle(when, callback, args, self, context)
        self._timer_count += 1
        process = context.get(current_process, self.world)
        heapq.heappush(self._timers, (when, self._timer_count, process, handle))
        return handle

    def create_future(self) -> asyncio.Future[Any]:
        return asyncio.Future(loop=self)

    def create_task(
        self, coro: Coroutine[Any, Any, Any], *, name: str | None = None, context: Context | None = None
    ) -> asyncio.Task[Any]:
        task = SimulatedTask(coro, loop=self, name=name or "task", context=context)
        process = current_process.get(self.world) if context is None else context.get(current_process, self.world)
        process.tasks.append(task)
        if len(process.tasks) > 200:
            process.tasks = [each for each in process.tasks if not each.done()]
        return task

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        message = str(context.get("message"))
        if "was destroyed but it is pending" not in message:
            self.problems.append(f"{message}: {context.get('exception')!r}")

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """A cancelled timer is passed over when its time comes."""

    # driving it

    def spawn(self, process: SimulatedProcess, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start the main task of a process."""
        context = copy_context()
        context.run(current_process.set, process)
        return self.create_task(work, context=context)

    def pause(self, process: SimulatedProcess) -> None:
        """Run nothing of a process until `resume`; what happens to it meanwhile waits."""
        process.is_paused = True
        if process.is_queued:
            process.is_queued = False
            self._runnable.remove(process)

    def resume(self, process: SimulatedProcess) -> None:
        """Undo `pause`."""
        process.is_paused = False
        self._enqueue(process)

    def kill(self, process: SimulatedProcess) -> None:
        """Run nothing of a process ever again."""
        process.is_dead = True
        process.ready.clear()
        if process.is_queued:
            process.is_queued = False
            self._runnable.remove(process)

    def run(self, until: Callable[[], bool], *, deadline: float) -> bool:
        """Run until `until` says so, looked at whenever time moves; false when the virtual deadline came first."""
        asyncio._set_running_loop(self)
        try:
            while True:
                while self._runnable:
                    self._burst()
                if until():
                    return True
                if not self._timers or self._now >= deadline:
                    return False
                self._advance()
        finally:
            asyncio._set_running_loop(None)

    def _burst(self) -> None:
        runnable = self._runnable
        roll = self._source.random()
        index = int(roll * len(runnable))
        process = runnable[index]
        ready = process.ready
        for _ in range(1 + int(self._source.random() * _LONGEST_BURST)):
            handle = ready.popleft()
            if not handle._cancelled:
                self.steps += 1
                handle._run()
            if not ready or process.is_paused:
                break
        if not ready and process.is_queued:
            process.is_queued = False
            runnable.remove(process)

    def _advance(self) -> None:
        """To the next timer that is still wanted."""
        timers = self._timers
        while timers:
            when, _, process, handle = heapq.heappop(timers)
            if handle._cancelled or process.is_dead:
                continue
            self._now = max(self._now, when)
            self._put(process, handle)
            while timers and timers[0][0] <= self._now:
                _, _, process, handle = heapq.heappop(timers)
                if not handle._cancelled:
                    self._put(process, handle)
            return

    def _put(self, process: SimulatedProcess, handle: asyncio.Handle) -> None:
        if process.is_dead:
            return
        process.ready.append(handle)
        if not process.is_queued:
            self._enqueue(process)

    def _enqueue(self, process: SimulatedProcess) -> None:
        if process.ready and not process.is_queued and not process.is_paused and not process.is_dead:
            process.is_queued = True
            self._runnable.append(process)
