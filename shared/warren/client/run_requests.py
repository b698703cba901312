"""What a client asks of single runs: signals, queries and updates, with Python values or with JSON."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from warren.client.outcomes import decoded
from warren.client.request_sender import RequestSender
from warren.client.run_lookup import name_of
from warren.contracts.messages import Json
from warren.contracts.values import encode
from warren.sdk.requests import Signal, name_of_query, name_of_signal
from warren.sdk.updates import UpdateMethod, arguments_of, name_of_update
from warren.sdk.workflow import Workflow


class RunRequests(ABC):
    """The part of `Warren` that asks runs."""

    _requests: RequestSender

    @abstractmethod
    def _check_open(self) -> None:
        """Raise `BrokerUnavailable` unless the client is connected."""

    async def signal(
        self,
        run: UUID | str,
        signal: Signal[Any] | Callable[..., None] | str,
        payload: Any = None,
        *,
        workflow: type[Workflow] | str | None = None,
        id: str | None = None,  # noqa: A002 - the field's word for it
        timeout: float | None = 30.0,
    ) -> None:
        """Send a signal to a run: by its id, or by its key and workflow. Returns when the run has it.

        `signal` is the class's attribute (`Order.approvals`), a `@signal` method of it, or a name. A signal with the
        `id` of an earlier one is that one, and arrives once; default: a new id. A run whose start was sent just now is
        waited for.

        Raises:
            InvalidInput: the workflow has no such signal, or the payload does not fit it.
            RunNotFound: there is no such run.
            RunEnded: the run has ended.
            UnserializableValue: the payload cannot be sent.
            TimeoutError: no answer came within `timeout` seconds; the signal may arrive yet.
        """
        await self.signal_encoded(
            run, name_of_signal(signal), encode(payload), workflow=workflow, id=id, timeout=timeout
        )

    async def signal_encoded(
        self,
        run: UUID | str,
        signal: str,
        payload: Json = None,
        *,
        workflow: type[Workflow] | str | None = None,
        id: str | None = None,  # noqa: A002 - as above
        timeout: float | None = 30.0,
    ) -> None:
        """Like `signal`, with the payload as plain or tagged JSON."""
        self._check_open()
        name = None if workflow is None else name_of(workflow)
        await self._requests.signal(run, signal, payload, workflow=name, request_id=id, timeout=timeout)

    async def query(
        self,
        run: UUID | str,
        query: Callable[..., Any] | str,
        /,
        *,
        workflow: type[Workflow] | str | None = None,
        timeout: float | None = 30.0,
        **arguments: Any,
    ) -> Any:
        """Ask a run, open or ended, something: by its id, or by its key and workflow. `query` is a `@query` method.

        Arguments that a query calls `workflow` or `timeout` go with `query_encoded`.

        Raises:
            InvalidInput: the workflow has no such query, or the arguments do not fit it.
            QueryFailed: the query's method raised.
            RunNotFound: there is no such run.
            TimeoutError: no answer came within `timeout` seconds.
        """
        encoded = {key: encode(value) for key, value in arguments.items()}
        return decoded(await self.query_encoded(run, name_of_query(query), encoded, workflow=workflow, timeout=timeout))

    async def query_encoded(
        self,
        run: UUID | str,
        query: str,
        arguments: Mapping[str, Json],
        *,
        workflow: type[Workflow] | str | None = None,
        timeout: float | None = 30.0,
    ) -> Json:
        """Like `query`, with arguments and answer as JSON."""
        self._check_open()
        name = None if workflow is None else name_of(workflow)
        return await self._requests.query(run, query, arguments, workflow=name, timeout=timeout)

    async def update(
        self,
        run: UUID | str,
        update: UpdateMethod[..., Any] | str,
        /,
        *args: Any,
        workflow: type[Workflow] | str | None = None,
        id: str | None = None,  # noqa: A002 - as above
        timeout: float | None = 30.0,
        **arguments: Any,
    ) -> Any:
        """Have a run do something, and return its answer: by the run's id, or by its key and workflow.

        `update` is an `@update` method, or its name; then its arguments are given by their names. An update with the
        `id` of an earlier one is that one, and gets its answer; default: a new id. Arguments that an update calls
        `workflow`, `id` or `timeout` go with `update_encoded`.

        Raises:
            TypeError: the arguments do not fit the method.
            InvalidInput: the workflow has no such update, or the arguments do not fit it.
            UpdateRefused: its validator raised: the run is not touched.
            UpdateFailed: its method raised; `__cause__` is the exception itself.
            RunNotFound: there is no such run.
            RunEnded: the run has ended, or did so before the update had.
            TimeoutError: no answer came within `timeout` seconds; the update may be under way.
        """
        encoded = {key: encode(value) for key, value in arguments_of(update, args, arguments).items()}
        name = name_of_update(update)
        return decoded(await self.update_encoded(run, name, encoded, workflow=workflow, id=id, timeout=timeout))

    async def update_encoded(
        self,
        run: UUID | str,
        update: str,
        arguments: Mapping[str, Json],
        *,
        workflow: type[Workflow] | str | None = None,
        id: str | None = None,  # noqa: A002 - as above
        timeout: float | None = 30.0,
    ) -> Json:
        """Like `update`, with arguments and answer as JSON."""
        self._check_open()
        name = None if workflow is None else name_of(workflow)
        return await self._requests.update(run, update, arguments, workflow=name, request_id=id, timeout=timeout)
