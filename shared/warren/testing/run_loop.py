"""How one run goes on in a test: its actions as tasks of this process, its children with it, its time skipped.

Must not know who started it.
"""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from warren.contracts.limits import check_depth, check_payload
from warren.contracts.values import Json
from warren.engine import (
    AskRun,
    CancelActions,
    CancelChild,
    DispatchAction,
    RunState,
    StartChild,
    StartTimer,
    TerminateChild,
)
from warren.errors import UnknownWorkflow, WarrenError
from warren.sdk import ActionContext, AttemptHandle, CompleteLater, Workflow, workflow_registry
from warren.sdk.attempt_failures import failure_of
from warren.sdk.invoke import invoke_definition
from warren.testing.client import keep_running
from warren.testing.completions import note_run
from warren.testing.doubles import Doubles
from warren.testing.driver import EngineDriver, executable_of
from warren.testing.family import Family
from warren.testing.successors import successor_of

_SIGNAL_SECONDS = 0.05
"""So long, of real time, a test may take to send a signal, or to complete an action, before virtual time jumps to the
next timer."""
_COMPLETION_SECONDS = 30.0
"""So long it may take to complete an action that nothing else can end."""
Replacements = Mapping[Any, Callable[..., Any]]


class RunLoop:
    """Carries out what one run commands."""

    def __init__(
        self,
        driver: EngineDriver,
        workflow: type[Workflow],
        replacements: Replacements,
        seed: int | None,
        watchers: list[asyncio.Future[None]],
        family: Family,
        parent: RunLoop | None = None,
    ) -> None:
        """`watchers` are completed with the next transitions."""
        self.driver = self._driver = driver
        self._family = family
        self._parent = parent
        self._depth: int = 0 if parent is None else parent._depth + 1
        self._news: deque[Callable[[], object]] = deque()
        self._is_idle = False
        family.join(self)
        self._replacements = replacements
        self._doubles = Doubles(workflow, replacements)
        self._class = workflow
        self._workflow = workflow.short_name()
        self._seed = seed
        self._random = random.Random(seed) if seed is not None else None
        self._running: dict[asyncio.Task[Any], DispatchAction | StartChild] = {}
        self._children: dict[asyncio.Task[Any], RunLoop] = {}
        self._handles: dict[asyncio.Task[Any], AttemptHandle] = {}
        self._finished: list[asyncio.Task[Any]] = []
        self._progress = asyncio.Event()
        self._deadlines: dict[int, float] = {}
        self._seen = 0
        self._watchers = watchers
        self.is_signalled = False
        """Whether somebody may send signals or updates."""

    async def run(self) -> None:
        note_run(self._driver, self.wake)
        try:
            self._carry_out()
            while not self._driver.is_finished:
                if self._driver.continues:
                    self._driver.go_on()
                elif self._news:
                    self._news.popleft()()
                elif self._next_result():
                    pass
                elif self._driver.state.paused_at is not None:
                    self._progress.clear()
                    await self._progress.wait()
                elif self._running:
                    await self._wait()
                elif self._waits_for_others and await self._is_told():
                    pass
                elif self._driver.timers:
                    self._driver.fire()
                else:
                    raise RuntimeError(self._stuck())
                self._carry_out()
        finally:
            await self._stop()

    def _stuck(self) -> str:
        if self._driver.state.leases.elsewhere:
            return (
                f"an action of {self._workflow!r} is completed elsewhere, and nobody has completed it: do it in the "
                "test, `await warren.testing.complete_action(token, result)`, in a task beside the run"
            )
        return f"the run of {self._workflow!r} waits for something that will not happen in this test"

    @property
    def _waits_for_signals(self) -> bool:
        requests = self._driver.executable.requests
        return self.is_signalled and bool(requests.signals or requests.updates)

    @property
    def _waits_for_others(self) -> bool:
        """Whether the test may send a signal or complete an action."""
        return bool(self._driver.state.leases.elsewhere) or self._waits_for_signals

    async def _is_told(self) -> bool:
        """Wait for that: a moment only where time can jump to a timer; whether it came."""
        patience = None if self._waits_for_signals else _COMPLETION_SECONDS
        self._progress.clear()
        self._is_idle = True
        if self._parent is not None:
            self._parent.wake()
        try:
            async with asyncio.timeout(_SIGNAL_SECONDS if self._has_timers else patience):
                await self._progress.wait()
        except TimeoutError:
            return False
        finally:
            self._is_idle = False
        return True

    @property
    def _has_timers(self) -> bool:
        """Whether time can jump: not to a timer that is of no use any more."""
        return any(self._driver.state.is_pending(timer) for timer in self._driver.timers.values())

    def wake(self) -> None:
        """Something happened that did not come from here."""
        self._progress.set()

    def _carry_out(self) -> None:
        """Start the actions and child runs and note the timers of all transitions since the last time."""
        now = asyncio.get_running_loop().time()
        history = self._driver.history
        for row in history[self._seen :]:
            for command in row.commands:
                if isinstance(command, DispatchAction):
                    handle = AttemptHandle(command.details)
                    name = f"{command.action}:{command.invocation}"
                    task = asyncio.create_task(self._act(command, handle), name=name)
                    self._running[task], self._handles[task] = command, handle
                    task.add_done_callback(self._note)
                elif isinstance(command, StartChild):
                    self._start_child(command)
                elif isinstance(command, CancelActions):
                    self._cancel(command)
                elif isinstance(command, AskRun):
                    self._ask(command)
                elif isinstance(command, CancelChild | TerminateChild):
                    self._family.end(command)
                elif isinstance(command, StartTimer):
                    self._deadlines[command.timer] = now + (command.due_at - row.at).total_seconds()
        self._seen = len(history)
        for watcher in self._watchers:
            if not watcher.done():
                watcher.set_result(None)
        self._watchers.clear()

    def _cancel(self, command: CancelActions) -> None:
        """As workers do it: what the run does not wait for any more is stopped."""
        unwanted = set(command.attempts)
        for task, started in self._running.items():
            if isinstance(started, DispatchAction) and (
                not unwanted or (started.invocation, started.attempt) in unwanted
            ):
                task.cancel("nobody waits for this action any more")

    def _note(self, task: asyncio.Task[Any]) -> None:
        self._finished.append(task)
        self._progress.set()

    def _next_result(self) -> bool:
        """Feed one result; with a seed only when all are there, so that the choice does not depend on their speed."""
        if not self._finished or (self._random is not None and len(self._finished) < len(self._running)):
            return False
        index = 0
        if self._random is not None:
            self._finished.sort(key=lambda task: self._running[task].invocation)
            index = self._random.randrange(len(self._finished))
        task = self._finished.pop(index)
        command = self._running.pop(task)
        if isinstance(command, StartChild):
            del self._children[task]
            self._driver.end_child(command.invocation, task.result())
            return True
        handle = self._handles.pop(task)
        asked = self._driver.actions.get(command.invocation)
        if asked is None or asked.attempt != command.attempt:  # it was completed from elsewhere meanwhile
            task.cancelled() or task.exception()
            return True
        try:
            result = task.result()
        except CompleteLater:
            self._driver.defer(command.invocation, details=handle.latest)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - the outcome; an action may cancel its own task
            self._driver.fail(command.invocation, failure_of(command.action, error), details=handle.latest)
        else:
            self._driver.succeed_encoded(command.invocation, result)
        return True

    async def _wait(self) -> None:
        """Wait for a result, or until the time of a timer has really passed."""
        self._progress.clear()
        timers = self._driver.timers
        due = min(timers, key=lambda number: (self._deadlines[number], number), default=None)
        end = self._deadlines[due] if due is not None else None
        if end is not None and all(task in self._children and self._children[task]._is_idle for task in self._running):
            end = min(end, asyncio.get_running_loop().time() + _SIGNAL_SECONDS)  # they wait for what this run does
        try:
            async with asyncio.timeout_at(end):
                await self._progress.wait()
        except TimeoutError:
            self._driver.fire(due)

    async def _act(self, command: DispatchAction, handle: AttemptHandle) -> Json:
        context = ActionContext(
            self._driver.run_id, self._workflow, command.invocation, command.attempt, command.action, handle=handle
        )
        result = await invoke_definition(
            self._doubles.definition(command.action), command.args, command.kwargs, context, command.timeout_seconds
        )
        check_payload(result, f"the result of the action {command.action!r}")
        return result

    def _start_child(self, command: StartChild) -> None:
        try:
            child = self._child(command)
        except WarrenError as error:
            self._news.append(partial(self._driver.refuse_child, command.invocation, error))
            return
        if command.awaits_start:
            self._news.append(partial(self._driver.begin_child, command.invocation))
        task = asyncio.create_task(child._run_to_end(), name=f"{command.workflow}:{command.invocation}")
        self._running[task], self._children[task] = command, child
        task.add_done_callback(self._note)

    def _child(self, command: StartChild) -> RunLoop:
        workflow = workflow_registry.get(command.workflow)
        if workflow is None:
            raise UnknownWorkflow(f"no imported module has the workflow {command.workflow!r} of a child run")
        check_depth(command.workflow, self._depth)
        if command.key is not None:
            self._family.take_key(command.workflow, command.key)
        driver = EngineDriver(executable_of(workflow), command.input, run_id=command.run_id, now=self._driver.now)
        child = RunLoop(driver, workflow, self._replacements, self._seed, [], self._family, self)
        child.is_signalled = True
        return child

    async def _run_to_end(self) -> RunState:
        loop = self
        while True:
            await loop.run()
            if loop.driver.state.successor is None:
                return loop.driver.state
            loop = loop.successor()

    def successor(self) -> RunLoop:
        """For the run that goes on in the place of this one, which has continued as new."""
        family, watchers = self._family, self._watchers
        made = RunLoop(
            successor_of(self._driver), self._class, self._replacements, self._seed, watchers, family, self._parent
        )
        made.is_signalled = self.is_signalled
        family.replace(self, made)
        return made

    def _ask(self, command: AskRun) -> None:
        error: BaseException | None = None
        try:
            self._family.ask(command, f"{self._driver.run_id}:{command.invocation}")
        except WarrenError as problem:
            error = problem
        self._news.append(partial(self._driver.answer, command.invocation, error))

    async def _stop(self) -> None:
        """Nobody waits for what still runs; children that were told to end do so, and abandoned ones go on."""
        for watcher in self._watchers:
            watcher.cancel("the run of this test goes on no further")
        ending = []
        for task in self._running:
            child = self._children.get(task)
            if child is None or not self._driver.is_finished:
                task.cancel()
            elif child.driver.run_id not in self._family.told_to_end:
                keep_running(task)
                continue
            ending.append(task)
        await asyncio.gather(*ending, return_exceptions=True)
