"""`ClientRunHandle`: the handle of one run on the servers, for a client that started it or looked it up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine, Mapping
from typing import Any, Literal, Protocol, overload
from uuid import UUID

from warren.client.histories import HistoryEntry
from warren.client.outcomes import decoded, refusal, result_of
from warren.client.replies import Expectation
from warren.client.run_lists import DescribedRun
from warren.contracts import messages
from warren.contracts.messages import Json, RunStatus
from warren.contracts.run_views import RunView
from warren.contracts.values import encode
from warren.errors import InternalError
from warren.sdk import RunHandle, Signal
from warren.sdk.requests import name_of_query
from warren.sdk.updates import UpdateMethod, arguments_of, name_of_update


class RunService(Protocol):
    """What a handle asks of its client."""

    async def describe(self, run: UUID, /) -> DescribedRun:
        """A run's row; raises `RunNotFound`."""
        ...

    @overload
    def history(
        self, run_id: UUID, /, *, follow: Literal[False] = False
    ) -> Coroutine[Any, Any, list[HistoryEntry]]: ...
    @overload
    def history(self, run_id: UUID, /, *, follow: Literal[True]) -> AsyncGenerator[HistoryEntry, None]: ...
    def history(self, run_id: UUID, /, *, follow: bool = False) -> Any:
        """A run's transitions; raises `RunNotFound`."""
        ...

    async def state(self, run: UUID, /, *, timeout: float | None) -> RunView:
        """Where a run stands."""
        ...

    async def cancel(self, run: UUID, /, *, reason: str | None) -> None:
        """Request the cancellation of a run; raises `RunNotFound`."""
        ...

    async def terminate(self, run: UUID, /, *, reason: str | None) -> None:
        """End a run at once."""
        ...

    async def pause(self, run: UUID, /, *, reason: str | None) -> None:
        """Have a run stand still."""
        ...

    async def resume(self, run: UUID, /, *, reason: str | None) -> None:
        """Have a paused run go on."""
        ...

    async def signal(
        self,
        run: UUID,
        signal: Signal[Any] | Callable[..., None] | str,
        payload: Any = None,
        /,
        *,
        id: str | None,  # noqa: A002 - the field's word for it
        timeout: float | None,
    ) -> None:
        """Send a signal to a run."""
        ...

    async def query_encoded(
        self, run: UUID, query: str, arguments: Mapping[str, Json], /, *, timeout: float | None
    ) -> Json:
        """Ask a run something."""
        ...

    async def update_encoded(
        self,
        run: UUID,
        update: str,
        arguments: Mapping[str, Json],
        /,
        *,
        id: str | None,  # noqa: A002 - the field's word for it
        timeout: float | None,
    ) -> Json:
        """Have a run do something."""
        ...


class ClientRunHandle(RunHandle[Any]):
    """A run on the servers: its end is received through the broker, everything else is read from the database."""

    def __init__(self, client: RunService, run_id: UUID, workflow: str, expectation: Expectation) -> None:
        self._client = client
        self._id = run_id
        self._workflow = workflow
        self._expectation = expectation

    def __repr__(self) -> str:
        return f"<ClientRunHandle {self._workflow} {self._id}>"

    @property
    def id(self) -> UUID:
        """The id of the run."""
        return self._id

    @property
    def workflow(self) -> str:
        """The name of the run's workflow."""
        return self._workflow

    @property
    def is_accepted(self) -> bool:
        """Whether the run is known to exist, for starts that asked for it."""
        return self._expectation.accepted.done() or self._expectation.answer.done()

    async def accepted(self) -> messages.RunAccepted | messages.RunFinished:
        """Wait until the run is known to exist.

        Only for starts with `accepted=True` or a key, and for runs that have ended.

        Raises:
            InvalidInput: the start was refused (`UnknownWorkflow`, wrong arguments).
        """
        expected = self._expectation
        either: list[asyncio.Future[Any]] = [expected.accepted, expected.answer]
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        return expected.accepted.result() if expected.accepted.done() else _finished(expected.answer.result())

    async def outcome(self, timeout: float | None = None) -> messages.RunFinished:
        """Wait for the run's end and return the message as it was sent, with result and error still encoded.

        Raises:
            TimeoutError: it did not end within `timeout` seconds; it continues.
            InvalidInput: the start was refused (`UnknownWorkflow`, wrong arguments).
        """
        try:
            async with asyncio.timeout(timeout):
                reply = await asyncio.shield(self._expectation.answer)
        except TimeoutError:
            raise TimeoutError(f"run {self._id} did not end within {timeout} s; it continues") from None
        return _finished(reply)

    async def result(self, timeout: float | None = None) -> Any:
        """Wait for the run's end and return its result, with the Python types that the workflow returned.

        Raises:
            WorkflowFailedError: it failed; `__cause__` is the workflow's own exception, or `RunTerminated`.
            WorkflowCancelledError: it was cancelled.
            TimeoutError: it did not end within `timeout` seconds; it continues.
            InvalidInput: the start was refused, or a class in the result is not imported here.
        """
        return result_of(await self.outcome(timeout))

    async def status(self) -> RunStatus:
        """The run's status, read from the database; raises `RunNotFound` before a compiler has taken the start."""
        return (await self.describe()).status

    async def describe(self) -> DescribedRun:
        """The run's row in the database, with its attributes and memo.

        Raises `RunNotFound` before a compiler has taken the start.
        """
        return await self._client.describe(self._id)

    async def state(self, *, timeout: float | None = 30.0) -> RunView:
        """Where the run stands, open or ended. Raises what `Warren.state` does."""
        return await self._client.state(self._id, timeout=timeout)

    @overload
    def history(self, *, follow: Literal[False] = False) -> Coroutine[Any, Any, list[HistoryEntry]]: ...
    @overload
    def history(self, *, follow: Literal[True]) -> AsyncGenerator[HistoryEntry, None]: ...
    def history(self, *, follow: bool = False) -> Any:
        """The run's transitions so far, read from the database: `await handle.history()`.

        With `follow` an asynchronous iterator that goes on with each new one until the run ends. See `Warren.history`.
        """
        return self._client.history(self._id, follow=True) if follow else self._client.history(self._id)

    async def cancel(self, reason: str | None = None) -> None:
        """Request the cancellation; returns when the broker has confirmed it. A run that has ended is not changed."""
        await self._client.cancel(self._id, reason=reason)

    async def terminate(self, reason: str | None = None) -> None:
        """End the run at once, without running anything of its workflow. Raises what `Warren.terminate` does."""
        await self._client.terminate(self._id, reason=reason)

    async def pause(self, reason: str | None = None) -> None:
        """Have the run stand still; returns when it does. Raises what `Warren.pause` does."""
        await self._client.pause(self._id, reason=reason)

    async def resume(self, reason: str | None = None) -> None:
        """Have the run go on, if it is paused. Raises what `Warren.resume` does."""
        await self._client.resume(self._id, reason=reason)

    async def signal(
        self,
        signal: Signal[Any] | Callable[..., None] | str,
        payload: Any = None,
        *,
        id: str | None = None,  # noqa: A002 - the field's word for it
        timeout: float | None = 30.0,
    ) -> None:
        """Send a signal to the run; returns when the run has it. Raises what `Warren.signal` does."""
        await self._client.signal(self._id, signal, payload, id=id, timeout=timeout)

    async def query(self, query: Callable[..., Any] | str, /, *, timeout: float | None = 30.0, **arguments: Any) -> Any:
        """Ask the run something, open or ended. Raises what `Warren.query` does."""
        encoded = {name: encode(value) for name, value in arguments.items()}
        return decoded(await self._client.query_encoded(self._id, name_of_query(query), encoded, timeout=timeout))

    async def update(
        self,
        update: UpdateMethod[..., Any] | str,
        /,
        *args: Any,
        id: str | None = None,  # noqa: A002 - the field's word for it
        timeout: float | None = 30.0,
        **arguments: Any,
    ) -> Any:
        """Have the run do something, and return its answer. Raises what `Warren.update` does."""
        encoded = {name: encode(value) for name, value in arguments_of(update, args, arguments).items()}
        name = name_of_update(update)
        return decoded(await self._client.update_encoded(self._id, name, encoded, id=id, timeout=timeout))


def _finished(reply: messages.Reply) -> messages.RunFinished:
    match reply:
        case messages.RunFinished():
            return reply
        case messages.Refused():
            raise refusal(reply)
        case _:
            raise InternalError(f"a start was answered with {type(reply).__name__}")
