"""Running a workflow in a test: the real engine in memory, the actions in this process, and time that does not pass.

Actions run side by side as on workers. Sleeps and retry backoffs are skipped: when nothing but timers is left, virtual
time jumps to the next one. While actions run, a timer fires when its time has really passed, so that a workflow's
`asyncio.timeout` ends an action that hangs. A run that an action starts is one of its own in the same environment.
Must not know any server.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from warren.contracts.limits import check_payload
from warren.contracts.values import Json
from warren.engine import AnswerUpdate, CancelActions, DispatchAction, RunState, StartChild, StartTimer
from warren.errors import RunEnded
from warren.sdk import ActionContext, AttemptHandle, CompleteLater, Workflow, bind_arguments, workflow_registry
from warren.sdk.attempt_failures import failure_of
from warren.sdk.client_factory import WorkflowClient, provided_client
from warren.sdk.invoke import invoke_definition
from warren.testing.client import InProcessClient
from warren.testing.completions import note_run
from warren.testing.doubles import Doubles
from warren.testing.driver import EngineDriver, Transition, encode_input, executable_of

_SIGNAL_SECONDS = 0.05
"""So long, of real time, a test may take to send a signal, or to complete an action, before virtual time jumps to the
next timer."""
_COMPLETION_SECONDS = 30.0
"""So long it may take to complete an action that nothing else can end."""
Replacements = Mapping[Any, Callable[..., Any]]


async def run_workflow(
    workflow: type[Workflow],
    /,
    *args: Any,
    actions: Mapping[Any, Callable[..., Any]] | None = None,
    seed: int | None = None,
    now: datetime | None = None,
    **kwargs: Any,
) -> Any:
    """Run a workflow with `run()`'s arguments and return its result.

    - `actions`: replaces actions (the action, its key `"module:name"`, or its name) with functions or mocks.
    - `seed`: results arrive in a shuffled order that the seed determines; default: the order in which actions finish.
    - `now`: where virtual time starts; default: `DEFAULT_START`.

    Runs that an action starts use the same options, and go on when the run of the action has ended.

    If `run()` has a parameter with one of these names, use a `WorkflowEnvironment`.

    Raises:
        Exception: what the workflow raised, by its own class if that is imported here.
        InvalidInput: an argument has the wrong type.
        TypeError: the arguments do not fit `run()`, or a replacement is invalid.
    """
    return await WorkflowEnvironment(actions=actions, seed=seed, now=now).run_workflow(workflow, *args, **kwargs)


class WorkflowEnvironment:
    """Runs workflows in memory and shows what they did. The options are those of the function `run_workflow`."""

    def __init__(
        self,
        *,
        actions: Mapping[Any, Callable[..., Any]] | None = None,
        seed: int | None = None,
        now: datetime | None = None,
    ) -> None:
        self._replacements = dict(actions or {})
        self._seed = seed
        self._start = now
        self._driver: EngineDriver | None = None
        self._loop: _Loop | None = None
        self._watchers: list[asyncio.Future[None]] = []
        self._client: WorkflowClient | None = None

    @property
    def driver(self) -> EngineDriver:
        """The driver of the latest run; raises `RuntimeError` before the first one."""
        if self._driver is None:
            raise RuntimeError("no workflow has been run in this environment yet")
        return self._driver

    @property
    def history(self) -> list[Transition]:
        """The latest run's transitions: `seq`, `at`, `event` and `commands` of each."""
        return self.driver.history

    @property
    def virtual_time(self) -> datetime:
        """The current virtual time (UTC)."""
        return self.driver.now

    @property
    def run_id(self) -> UUID:
        """The latest run's id."""
        return self.driver.run_id

    async def run_workflow(self, workflow: type[Workflow], /, *args: Any, **kwargs: Any) -> Any:
        """Run a workflow to its end; see the function `run_workflow`."""
        self.start(workflow, bind_arguments(workflow, *args, **kwargs))
        await self.finish(workflow)
        return self.driver.outcome()

    def start(
        self,
        workflow: type[Workflow],
        arguments: Mapping[str, Any],
        *,
        run_id: UUID | None = None,
        attributes: Mapping[str, Json] | None = None,
    ) -> None:
        """Start a run with Python arguments by name. Its actions do not run before `finish`."""
        self._driver = EngineDriver(
            executable_of(workflow),
            encode_input(workflow, arguments),
            run_id=run_id,
            now=self._start,
            attributes=attributes,
        )
        self._loop = None

    async def finish(self, workflow: type[Workflow], *, signals: bool = False) -> None:
        """Run the started run to its end. With `signals` somebody may send some, who is waited for."""
        if self._client is None:
            self._client = InProcessClient(self._for_another_run)
        with provided_client(self._client):
            self._loop = _Loop(self.driver, workflow, self._replacements, self._seed, self._watchers)
            self._loop.is_signalled = signals
            await self._loop.run()

    def _for_another_run(self) -> WorkflowEnvironment:
        """Where a run goes on that an action starts: of its own, but with the same replacements, time and client."""
        made = WorkflowEnvironment(actions=self._replacements, seed=self._seed, now=self.virtual_time)
        made._client = self._client
        return made

    def signal(self, name: str, payload: Any = None, *, id: str | None = None) -> None:  # noqa: A002 - the field's word
        """Send a signal to the run that was started last, as `RunHandle.signal` does.

        Raises:
            InvalidInput: the workflow has no such signal, or the payload does not fit it.
            RunEnded: the run has ended.
        """
        self._check_open()
        self.driver.signal(name, payload, id=id)
        self._wake()

    async def update(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        id: str | None = None,  # noqa: A002 - the field's word
    ) -> AnswerUpdate:
        """Have the run that was started last do something, as `RunHandle.update` does; what comes of it, encoded.

        Raises:
            InvalidInput: the workflow has no such update, or the arguments do not fit it.
            UpdateRefused: its validator refuses it.
            RunEnded: the run has ended.
        """
        known = self.driver.answers.get(id or "")
        if known is not None:
            return known
        if self.driver.is_finished:
            raise RunEnded(f"the run {self.run_id} has ended")
        asked = self.driver.update(name, arguments, id=id)
        if self._loop is not None:
            self._loop.wake()
        while asked not in self.driver.answers:
            watcher = asyncio.get_running_loop().create_future()
            self._watchers.append(watcher)
            await watcher
        return self.driver.answers[asked]

    def cancel(self, reason: str | None = None) -> None:
        """Ask for the end of the run that was started last, as `RunHandle.cancel` does; `finish` carries that out."""
        self.driver.cancel(reason)
        self._wake()

    def terminate(self, reason: str | None = None) -> None:
        """End the run that was started last, as `RunHandle.terminate` does; raises `RunEnded`."""
        self._check_open()
        self.driver.terminate(reason)
        self._wake()

    def pause(self, reason: str | None = None) -> None:
        """Have the run that was started last stand still, as `RunHandle.pause` does; raises `RunEnded`.

        `finish` waits until it is resumed.
        """
        self._check_open()
        self.driver.pause(reason)
        self._wake()

    def resume(self, reason: str | None = None) -> None:
        """Have the run that was started last go on, as `RunHandle.resume` does; raises `RunEnded`."""
        self._check_open()
        self.driver.resume(reason)
        self._wake()

    def _check_open(self) -> None:
        if self.driver.is_finished:
            raise RunEnded(f"the run {self.run_id} has ended")

    def _wake(self) -> None:
        if self._loop is not None:
            self._loop.wake()


class _Loop:
    """Carries out what one run commands."""

    def __init__(
        self,
        driver: EngineDriver,
        workflow: type[Workflow],
        replacements: Replacements,
        seed: int | None,
        watchers: list[asyncio.Future[None]],
    ) -> None:
        """`watchers` are completed with the next transitions."""
        self._driver = driver
        self._replacements = replacements
        self._doubles = Doubles(workflow, replacements)
        self._workflow = workflow.short_name()
        self._seed = seed
        self._random = random.Random(seed) if seed is not None else None
        self._running: dict[asyncio.Task[Any], DispatchAction | StartChild] = {}
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
        try:
            async with asyncio.timeout(_SIGNAL_SECONDS if self._has_timers else patience):
                await self._progress.wait()
        except TimeoutError:
            return False
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
                    task = asyncio.create_task(
                        self._act(command, handle), name=f"{command.action}:{command.invocation}"
                    )
                    self._running[task], self._handles[task] = command, handle
                    task.add_done_callback(self._note)
                elif isinstance(command, StartChild):
                    task = asyncio.create_task(
                        self._run_child(command), name=f"{command.workflow}:{command.invocation}"
                    )
                    self._running[task] = command
                    task.add_done_callback(self._note)
                elif isinstance(command, CancelActions):
                    self._cancel(command)
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
        try:
            async with asyncio.timeout_at(self._deadlines[due] if due is not None else None):
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

    async def _run_child(self, command: StartChild) -> RunState:
        workflow = workflow_registry.get(command.workflow)
        if workflow is None:
            raise RuntimeError(f"no imported module has the workflow {command.workflow!r}, which is started as a child")
        executable = executable_of(workflow)
        driver = EngineDriver(executable, command.input, run_id=command.run_id, now=self._driver.now)
        await _Loop(driver, workflow, self._replacements, self._seed, []).run()
        return driver.state

    async def _stop(self) -> None:
        for watcher in self._watchers:
            watcher.cancel("the run of this test goes on no further")
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
