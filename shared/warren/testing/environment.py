"""Running a workflow in a test: the real engine in memory, the actions in this process, and time that does not pass.

Actions run side by side as on workers. Sleeps and retry backoffs are skipped: when nothing but timers is left, virtual
time jumps to the next one. While actions run, a timer fires when its time has really passed, so that a workflow's
`asyncio.timeout` ends an action that hangs. A run that an action starts is one of its own in the same environment.
Must not know any server.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from warren.contracts.values import Json
from warren.engine import AnswerUpdate
from warren.errors import RunEnded
from warren.sdk import Workflow, bind_arguments
from warren.sdk.client_factory import provided_client
from warren.testing.client import InProcessClient
from warren.testing.driver import EngineDriver, Transition, encode_input, executable_of
from warren.testing.family import Family
from warren.testing.run_loop import RunLoop


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
        self._loop: RunLoop | None = None
        self._watchers: list[asyncio.Future[None]] = []
        self._client: InProcessClient | None = None

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
        """Run the started run to its end, and what goes on in its place, if it continues as new.

        With `signals` somebody may send some, who is waited for.
        """
        if self._client is None:
            self._client = InProcessClient(self._for_another_run)
        with provided_client(self._client):
            family = Family(self._client.find)
            self._loop = RunLoop(self.driver, workflow, self._replacements, self._seed, self._watchers, family)
            self._loop.is_signalled = signals
            await self._loop.run()
            while self._loop.driver.state.successor is not None:
                self._loop = self._loop.successor()
                self._driver = self._loop.driver
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
            if self.driver.is_finished:
                raise RunEnded(f"the run {self.run_id} has ended")
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
