"""What a client has runs do: end, stand still, go on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from uuid import UUID

from warren.client.request_sender import RequestSender
from warren.client.run_lookup import name_of
from warren.contracts import requests
from warren.ports import StoredRun
from warren.sdk.workflow import Workflow


class RunControl(ABC):
    """The part of `Warren` that controls runs.

    `id` tells a request from others, as that of a signal does: with the same one it is done once.
    """

    _requests: RequestSender

    @abstractmethod
    def _check_open(self) -> None:
        """Raise `BrokerUnavailable` unless the client is connected."""

    @abstractmethod
    async def describe(self, run: UUID | str, *, workflow: type[Workflow] | str | None = None) -> StoredRun:
        """A run's row."""

    async def cancel(
        self, run: UUID | str, *, workflow: type[Workflow] | str | None = None, reason: str | None = None
    ) -> None:
        """Request the cancellation of a run: by its id, or by its key and workflow.

        The workflow gets `asyncio.CancelledError(reason)` where it waits, and can clean up. Returns when the broker has
        confirmed it. A run that has ended is not changed. Raises `RunNotFound`.
        """
        self._check_open()
        await self._requests.cancel(await self.describe(run, workflow=workflow), reason)

    async def terminate(
        self,
        run: UUID | str,
        *,
        workflow: type[Workflow] | str | None = None,
        reason: str | None = None,
        id: str | None = None,  # noqa: A002 - the field's word for it
        timeout: float | None = 30.0,
    ) -> None:
        """End a run at once, without running anything of its workflow: it fails with `RunTerminated`.

        Returns when it has ended.

        Raises:
            RunNotFound: there is no such run.
            RunEnded: it had ended before, in another way.
            TimeoutError: no answer came within `timeout` seconds; it may be done yet.
        """
        await self._control(requests.TerminateRun, run, workflow, reason, id, timeout)

    async def pause(
        self,
        run: UUID | str,
        *,
        workflow: type[Workflow] | str | None = None,
        reason: str | None = None,
        id: str | None = None,  # noqa: A002 - as above
        timeout: float | None = 30.0,
    ) -> None:
        """Have a run stand still: it dispatches nothing and its timers wait, while results and signals are taken in.

        Returns when it is paused, which it may have been before.

        Raises:
            RunNotFound: there is no such run.
            RunEnded: the run has ended.
            TimeoutError: no answer came within `timeout` seconds; it may be done yet.
        """
        await self._control(requests.PauseRun, run, workflow, reason, id, timeout)

    async def resume(
        self,
        run: UUID | str,
        *,
        workflow: type[Workflow] | str | None = None,
        reason: str | None = None,
        id: str | None = None,  # noqa: A002 - as above
        timeout: float | None = 30.0,
    ) -> None:
        """Have a paused run go on. Returns when it does, which it may have done before; raises what `pause` does."""
        await self._control(requests.ResumeRun, run, workflow, reason, id, timeout)

    async def _control(
        self,
        kind: type[requests.ControlRun],
        run: UUID | str,
        workflow: type[Workflow] | str | None,
        reason: str | None,
        request_id: str | None,
        timeout: float | None,
    ) -> None:
        self._check_open()
        name = None if workflow is None else name_of(workflow)
        await self._requests.control(kind, run, workflow=name, reason=reason, request_id=request_id, timeout=timeout)
