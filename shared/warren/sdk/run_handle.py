"""`RunHandle`: what the start of a run returns, with any client: the servers' or a test's.

It says what can be asked and what comes back; how is the business of the clients that implement it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, overload
from uuid import UUID

from warren.sdk.requests import Signal
from warren.sdk.updates import UpdateMethod

if TYPE_CHECKING:  # for type checkers only: these models take longer to import than the rest of `import warren`
    from warren.contracts.attributes import AttributeValue
    from warren.contracts.messages import RunEvent, RunStatus
    from warren.contracts.run_views import RunView

Result = TypeVar("Result", covariant=True)


class RunDescription(Protocol):
    """What is known of a run, without its values. Times are UTC; `version` is the hash of its program."""

    @property
    def run_id(self) -> UUID:
        """The id of the run."""
        ...

    @property
    def workflow(self) -> str:
        """The name that its workflow is registered under."""
        ...

    @property
    def version(self) -> str:
        """The hash of its program."""
        ...

    @property
    def status(self) -> RunStatus:
        """Its status."""
        ...

    @property
    def key(self) -> str | None:
        """The caller's own name for it."""
        ...

    @property
    def created_at(self) -> datetime:
        """When it was started."""
        ...

    @property
    def finished_at(self) -> datetime | None:
        """When it ended; None while it runs."""
        ...

    @property
    def wake_at(self) -> datetime | None:
        """When its next timer is due; None without one."""
        ...

    @property
    def attributes(self) -> Mapping[str, AttributeValue]:
        """What it can be found by."""
        ...

    @property
    def memo(self) -> Mapping[str, Any]:
        """What came with its start to be shown: JSON by name."""
        ...

    @property
    def paused_at(self) -> datetime | None:
        """Since when it is paused; None while it goes on."""
        ...


class RunTransition(Protocol):
    """One step of a run: the event that came in and the commands that the run answered it with."""

    @property
    def seq(self) -> int:
        """Its number in the history, from 1."""
        ...

    @property
    def at(self) -> datetime:
        """When it happened (UTC)."""
        ...

    @property
    def event(self) -> RunEvent:
        """What happened."""
        ...

    @property
    def commands(self) -> Sequence[object]:
        """What the run did about it."""
        ...


class RunHandle(Protocol[Result]):
    """A handle of one run. Dropping the handle does not affect the run."""

    @property
    def id(self) -> UUID:
        """The id of the run."""
        ...

    async def result(self, timeout: float | None = None) -> Result:
        """Wait for the run's end and return its result, with the Python types that the workflow returned.

        Raises:
            WorkflowFailedError: it failed; `__cause__` is the workflow's own exception, or `RunTerminated`.
            WorkflowCancelledError: it was cancelled.
            TimeoutError: it did not end within `timeout` seconds; it continues.
            InvalidInput: the start was refused.
        """
        ...

    async def status(self) -> RunStatus:
        """The run's status; raises `RunNotFound` before a compiler has taken the start."""
        ...

    async def describe(self) -> RunDescription:
        """The run's description; raises `RunNotFound` before a compiler has taken the start."""
        ...

    async def state(self, *, timeout: float | None = 30.0) -> RunView:
        """Where the run stands, open or ended: its strands with their places in the source and their local variables,
        what each waits for and since when.

        Raises:
            TimeoutError: no answer came within `timeout` seconds.
        """
        ...

    @overload
    def history(self, *, follow: Literal[False] = False) -> Coroutine[Any, Any, Sequence[RunTransition]]: ...
    @overload
    def history(self, *, follow: Literal[True]) -> AsyncGenerator[RunTransition, None]: ...
    def history(self, *, follow: bool = False) -> Any:
        """The run's transitions so far, in order: `await handle.history()`; raises `RunNotFound` before a compiler has
        taken the start.

        With `follow`, `async for transition in handle.history(follow=True)` goes on with each new one when it is made,
        until the run ends.
        """
        ...

    async def cancel(self, reason: str | None = None) -> None:
        """Request the cancellation; the workflow can still clean up. A run that has ended is not changed.

        The workflow gets `asyncio.CancelledError(reason)` where it waits.
        """
        ...

    async def terminate(self, reason: str | None = None) -> None:
        """End the run at once, without running anything of its workflow: it fails with `RunTerminated`.

        Raises:
            RunEnded: it had ended before, in another way.
            TimeoutError: no answer came; it may be done yet.
        """
        ...

    async def pause(self, reason: str | None = None) -> None:
        """Have the run stand still: it dispatches nothing and its timers wait, while results and signals are taken in.

        Raises:
            RunEnded: the run has ended.
            TimeoutError: no answer came; it may be done yet.
        """
        ...

    async def resume(self, reason: str | None = None) -> None:
        """Have the run go on, if it is paused; raises what `pause` does."""
        ...

    async def signal(
        self,
        signal: Signal[Any] | Callable[..., None] | str,
        payload: Any = None,
        *,
        id: str | None = None,  # noqa: A002 - the field's word for it
        timeout: float | None = 30.0,
    ) -> None:
        """Send a signal: the class's attribute, a `@signal` method of it, or a name. Returns when the run has it.

        A signal with the `id` of an earlier one is that one, and arrives once.

        Raises:
            InvalidInput: the workflow has no such signal, or the payload does not fit it.
            RunEnded: the run has ended.
            TimeoutError: no answer came within `timeout` seconds; the signal may arrive yet.
        """
        ...

    async def query(self, query: Callable[..., Any] | str, /, *, timeout: float | None = 30.0, **arguments: Any) -> Any:
        """Ask the run, open or ended, something: a `@query` method of its workflow, or its name.

        Raises:
            InvalidInput: the workflow has no such query, or the arguments do not fit it.
            QueryFailed: the query's method raised.
            TimeoutError: no answer came within `timeout` seconds.
        """
        ...

    async def update(
        self,
        update: UpdateMethod[..., Any] | str,
        /,
        *args: Any,
        id: str | None = None,  # noqa: A002 - the field's word for it
        timeout: float | None = 30.0,
        **arguments: Any,
    ) -> Any:
        """Have the run do something, and return its answer: an `@update` method of its workflow, or its name.

        An update with the `id` of an earlier one is that one, and gets its answer.

        Raises:
            TypeError: the arguments do not fit the method.
            InvalidInput: the workflow has no such update, or the arguments do not fit it.
            UpdateRefused: its validator raised: the run is not touched.
            UpdateFailed: its method raised; `__cause__` is the exception itself.
            RunEnded: the run has ended, or did so before the update had.
            TimeoutError: no answer came within `timeout` seconds; the update may be under way.
        """
        ...


class HasRun(Protocol[Result]):
    """A workflow whose `run()` returns a `Result`: from this the type of its handle follows."""

    @property
    def run(self) -> Callable[..., Awaitable[Result]]:
        """The user's `async def run(self, ...)`."""
        ...
