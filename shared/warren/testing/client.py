"""The client behind `Workflow.run()` in a pytest test that names no broker: runs the workflow in this process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Protocol, overload
from uuid import UUID

from warren.contracts.attributes import (
    AttributeValue,
    attributes_data,
    check_memo,
    sent_attributes,
    set_attributes,
    start_attributes,
)
from warren.contracts.conditions import holds, values_of
from warren.contracts.ids import new_run_id
from warren.contracts.imported_types import ImportedTypes
from warren.contracts.messages import RunStatus
from warren.contracts.run_views import RunView
from warren.contracts.values import Json, decode, encode_exception
from warren.engine import AnswerUpdate
from warren.errors import WorkflowCancelledError, WorkflowFailedError
from warren.sdk import RunHandle, Signal, Workflow
from warren.sdk.requests import name_of_query, name_of_signal
from warren.sdk.updates import UpdateMethod, arguments_of, name_of_update, update_failure
from warren.search import parse_where
from warren.testing import completions
from warren.testing.driver import EngineDriver, Transition

_TASKS: set[asyncio.Task[Any]] = set()
"""Holds on to runs that nobody waits for, until they end."""


class Environment(Protocol):
    """What a run in this process goes on in: a `WorkflowEnvironment`."""

    @property
    def driver(self) -> EngineDriver: ...

    def start(
        self,
        workflow: type[Workflow],
        arguments: Mapping[str, Any],
        *,
        run_id: UUID | None = None,
        attributes: Mapping[str, Json] | None = None,
    ) -> None: ...

    async def finish(self, workflow: type[Workflow], *, signals: bool = False) -> None: ...

    def cancel(self, reason: str | None = None) -> None: ...

    def terminate(self, reason: str | None = None) -> None: ...

    def pause(self, reason: str | None = None) -> None: ...

    def resume(self, reason: str | None = None) -> None: ...

    def signal(self, name: str, payload: Any = None, *, id: str | None = None) -> None: ...  # noqa: A002

    async def update(
        self,
        name: str,
        arguments: Mapping[str, Any],
        *,
        id: str | None = None,  # noqa: A002
    ) -> AnswerUpdate: ...


def keep_running(task: asyncio.Task[Any]) -> None:
    """Hold on to a task that nobody waits for."""
    _TASKS.add(task)
    task.add_done_callback(_TASKS.discard)


@dataclass(frozen=True, slots=True)
class InProcessDescription:
    """What is known of a run in this process. Times are virtual."""

    run_id: UUID
    workflow: str
    version: str
    status: RunStatus
    key: str | None
    created_at: datetime
    finished_at: datetime | None
    wake_at: datetime | None
    attributes: Mapping[str, AttributeValue]
    memo: Mapping[str, Json]
    paused_at: datetime | None
    continued_from: UUID | None


class InProcessHandle(RunHandle[Any]):
    """A run in this process. Its times are those of its environment, which skips what nobody waits for."""

    def __init__(
        self,
        environment: Environment,
        task: asyncio.Task[Any],
        *,
        key: str | None = None,
        memo: Mapping[str, Json] | None = None,
    ) -> None:
        self.environment = environment
        self._task = task
        self._key = key
        self._memo = dict(memo or {})
        self._id = environment.driver.run_id

    @property
    def id(self) -> UUID:
        """Its run id; a run that continues as new goes on under others, which `describe` names."""
        return self._id

    async def result(self, timeout: float | None = None) -> Any:
        """Wait for its end, at most `timeout` seconds of real time; raises what `RunHandle.result` does."""
        try:
            async with asyncio.timeout(timeout) as waiting:
                await asyncio.shield(self._task)
        except TimeoutError:
            if not waiting.expired():
                raise
            raise TimeoutError(f"run {self.id} did not end within {timeout} s; it continues") from None
        try:
            return self.environment.driver.outcome()
        except WorkflowCancelledError:
            raise
        except Exception as error:
            message = f"{type(error).__qualname__}: {error}"
            raise WorkflowFailedError(message, run_id=self.id, error=encode_exception(error)) from error

    async def status(self) -> RunStatus:
        """Where it stands."""
        return self.environment.driver.state.status

    async def describe(self) -> InProcessDescription:
        """What is known of it."""
        driver = self.environment.driver
        first, last = driver.history[0], driver.history[-1]
        return InProcessDescription(
            run_id=driver.run_id,
            workflow=driver.executable.workflow,
            version=driver.executable.version,
            status=driver.state.status,
            key=self._key,
            created_at=first.at,
            finished_at=last.at if driver.is_finished else None,
            wake_at=driver.state.wake_at,
            attributes=set_attributes(driver.state.attributes),
            memo=self._memo,
            paused_at=driver.state.paused_at,
            continued_from=driver.state.previous,
        )

    async def state(self, *, timeout: float | None = 30.0) -> RunView:
        """Where it stands; see `RunHandle.state`."""
        return self.environment.driver.view()

    @overload
    def history(self, *, follow: Literal[False] = False) -> Coroutine[Any, Any, list[Transition]]: ...
    @overload
    def history(self, *, follow: Literal[True]) -> AsyncGenerator[Transition, None]: ...
    def history(self, *, follow: bool = False) -> Any:
        """Its transitions so far; with `follow` an asynchronous iterator that goes on until the run ends."""
        return self._follow() if follow else self._history()

    async def _history(self) -> list[Transition]:
        return list(self.environment.driver.history)

    async def _follow(self) -> AsyncGenerator[Transition, None]:
        driver, news, seen = self.environment.driver, asyncio.Event(), 0
        driver.on_transition.append(news.set)
        self._task.add_done_callback(lambda _: news.set())
        try:
            while True:
                news.clear()
                while seen < len(driver.history):
                    seen += 1
                    yield driver.history[seen - 1]
                if driver.is_finished:
                    return
                if self._task.done():
                    self._task.result()  # it cannot go on, and says why
                    return
                await news.wait()
        finally:
            driver.on_transition.remove(news.set)

    async def cancel(self, reason: str | None = None) -> None:
        """Request the cancellation; the workflow can still clean up. A run that has ended is not changed."""
        self.environment.cancel(reason)

    async def terminate(self, reason: str | None = None) -> None:
        """End the run at once. Raises what `RunHandle.terminate` does."""
        self.environment.terminate(reason)

    async def pause(self, reason: str | None = None) -> None:
        """Have the run stand still. Raises what `RunHandle.pause` does."""
        self.environment.pause(reason)

    async def resume(self, reason: str | None = None) -> None:
        """Have the run go on, if it is paused. Raises what `RunHandle.resume` does."""
        self.environment.resume(reason)

    async def signal(
        self,
        signal: Signal[Any] | Callable[..., None] | str,
        payload: Any = None,
        *,
        id: str | None = None,  # noqa: A002 - the field's word for it
        timeout: float | None = 30.0,
    ) -> None:
        """Send a signal; the run has it when this returns. Raises what `RunHandle.signal` does."""
        self.environment.signal(name_of_signal(signal), payload, id=id)

    async def query(self, query: Callable[..., Any] | str, /, *, timeout: float | None = 30.0, **arguments: Any) -> Any:
        """Ask the run something. Raises what `RunHandle.query` does."""
        return self.environment.driver.query(name_of_query(query), **arguments)

    async def update(
        self,
        update: UpdateMethod[..., Any] | str,
        /,
        *args: Any,
        id: str | None = None,  # noqa: A002 - the field's word for it
        timeout: float | None = 30.0,
        **arguments: Any,
    ) -> Any:
        """Have the run do something, and return its answer. Raises what `RunHandle.update` does."""
        name = name_of_update(update)
        async with asyncio.timeout(timeout):
            answer = await self.environment.update(name, arguments_of(update, args, arguments), id=id)
        if answer.error is not None:
            raise update_failure(name, answer.error)
        return decode(answer.result, ImportedTypes())


class InProcessClient:
    """Starts runs in this process, one environment each, which `make_environment` makes.

    A `key` or `run_id` that this client has used finds its run again.
    """

    def __init__(self, make_environment: Callable[[], Environment]) -> None:
        self._make_environment = make_environment
        self._context = copy_context()
        self._handles: dict[tuple[str, str] | UUID, InProcessHandle] = {}

    async def complete_action(self, token: str, result: Any = None) -> None:
        """Complete an action of a run in this process."""
        await completions.complete_action(token, result)

    async def fail_action(self, token: str, error: BaseException | str) -> None:
        """Fail an action of a run in this process."""
        await completions.fail_action(token, error)

    async def heartbeat_action(self, token: str, details: Any) -> None:
        """Say how far an action of a run in this process is."""
        await completions.heartbeat_action(token, details)

    def find(self, run_id: UUID) -> Environment | None:
        """Where the run with this id goes on, if it was started here."""
        found = self._handles.get(run_id)
        return None if found is None else found.environment

    async def start_run(
        self,
        workflow: type[Workflow],
        arguments: Mapping[str, Any],
        *,
        key: str | None = None,
        run_id: UUID | None = None,
        signal: tuple[Any, Any] | None = None,
        attributes: Mapping[str, AttributeValue | None] | None = None,
        memo: Mapping[str, Json] | None = None,
    ) -> InProcessHandle:
        """Start a run and let it go on by itself, whatever becomes of the caller."""
        given, noted = start_attributes(sent_attributes(attributes)), check_memo(memo or {})
        run_id = run_id or new_run_id()
        name = (workflow.short_name(), key) if key is not None else run_id
        found = self._handles.get(name) or self._handles.get(run_id)
        if found is not None:
            if signal is not None:
                await found.signal(*signal)
            return found
        environment = self._make_environment()
        environment.start(workflow, arguments, run_id=run_id, attributes=attributes_data(given))
        if signal is not None:
            environment.signal(name_of_signal(signal[0]), signal[1])
        # In a context of its own: what the caller has set there is no business of another run.
        task = asyncio.get_running_loop().create_task(
            environment.finish(workflow, signals=True), context=self._context.copy()
        )
        keep_running(task)
        handle = InProcessHandle(environment, task, key=key, memo=noted)
        self._handles |= {name: handle, run_id: handle}
        return handle

    async def list_runs(self, *, where: str | None = None, limit: int = 50) -> list[InProcessDescription]:
        """At most `limit` runs that this client has started, newest first; `where` is as in `Warren.list_runs`.

        Raises:
            InvalidInput: `where` is no condition; says where and why.
        """
        condition = None if where is None else parse_where(where)
        handles = {id(handle): handle for handle in self._handles.values()}.values()
        runs = [await handle.describe() for handle in handles]
        found = [run for run in runs if condition is None or holds(condition, values_of(run, run.attributes))]
        return sorted(found, key=lambda run: (run.created_at, run.run_id), reverse=True)[:limit]
