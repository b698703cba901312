"""What a client reads of single runs: where they stand, and their histories."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Coroutine
from typing import Any, Literal, overload
from uuid import UUID

from warren.client.following import LEASE_SECONDS, Following, follow
from warren.client.histories import HistoryEntry, entries_of
from warren.client.request_sender import RequestSender, query_request
from warren.client.run_lookup import load_history, name_of
from warren.contracts import names
from warren.contracts.run_views import RunView
from warren.ports import RunStore
from warren.sdk.workflow import Workflow


class RunReading(ABC):
    """The part of `Warren` that reads runs."""

    _requests: RequestSender

    @abstractmethod
    def _check_open(self) -> None:
        """Raise `BrokerUnavailable` unless the client is connected."""

    @abstractmethod
    async def store(self) -> RunStore:
        """The database, connected."""

    async def state(
        self, run: UUID | str, *, workflow: type[Workflow] | str | None = None, timeout: float | None = 30.0
    ) -> RunView:
        """Where a run stands, open or ended: its strands with their places in the source, their local variables, what
        each waits for and since when, and the attributes of `self`. By its id, or by its key and workflow.

        A coordinator answers, as of the last committed transition; the run is not changed.

        Raises:
            RunNotFound: there is no such run.
            TimeoutError: no answer came within `timeout` seconds.
        """
        self._check_open()
        name = None if workflow is None else name_of(workflow)
        request = query_request(run, names.STATE_QUERY, {}, workflow=name)
        answer = await self._requests.ask(request, what="the question where the run stands", timeout=timeout)
        return RunView.model_validate(answer.result)

    @overload
    def history(self, run_id: UUID, *, follow: Literal[False] = False) -> Coroutine[Any, Any, list[HistoryEntry]]: ...
    @overload
    def history(self, run_id: UUID, *, follow: Literal[True]) -> AsyncGenerator[HistoryEntry, None]: ...
    def history(self, run_id: UUID, *, follow: bool = False) -> Any:
        """A run's transitions so far, in order: `await client.history(run_id)`.

        With `follow`, an asynchronous iterator: the transitions so far, then each new one when it is made, until the
        run ends; each once and in order, also where this client, the servers or a coordinator were away in between.

        Raises:
            RunNotFound: there is no such run.
            BrokerUnavailable: the client is not open, or was closed.
            StoreUnavailable: the database stays away; with `follow` only before the first transition.
        """
        return self._follow(run_id) if follow else self._history(run_id)

    async def _history(self, run_id: UUID) -> list[HistoryEntry]:
        return entries_of(await load_history(await self.store(), run_id))

    async def _follow(self, run_id: UUID) -> AsyncGenerator[HistoryEntry, None]:
        self._check_open()
        following = Following(asyncio.get_running_loop())

        async def subscribe() -> Following:
            request = query_request(run_id, names.FOLLOW_QUERY, {"seconds": LEASE_SECONDS}, workflow=None)
            return await self._requests.begin(following, request)

        async for entry in follow(run_id, await self.store(), subscribe):
            yield entry
