"""`Warren`: the client. Starts runs through the broker; looks at them in the database.

Starting needs the broker only, and waiting, too: results come to one private queue of this client. Must not know the
services.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from datetime import timedelta
from types import ModuleType, TracebackType
from typing import Any, Self
from uuid import UUID

from pydantic import ValidationError
from pydantic_core import from_json

from warren.client.completions import ActionCompletions
from warren.client.handle import ClientRunHandle
from warren.client.publisher import Outbox
from warren.client.registration import classes_of, versions_of
from warren.client.replies import Expectation, Replies
from warren.client.request_sender import RequestSender, SignalAndPayload, start_signal
from warren.client.run_control import RunControl
from warren.client.run_lists import RunLists
from warren.client.run_lookup import name_of
from warren.client.run_reading import RunReading
from warren.client.run_requests import RunRequests
from warren.client.servers import client_broker, client_store
from warren.client.tracing import start_span, trace_headers
from warren.contracts import messages, names, wire
from warren.contracts.attributes import AttributeValue, check_memo, sent_attributes, start_attributes
from warren.contracts.identity import shown
from warren.contracts.ids import new_run_id
from warren.contracts.limits import check_payload
from warren.contracts.messages import Json
from warren.contracts.registrations import registrations
from warren.contracts.values import encode
from warren.errors import BrokerUnavailable, InvalidInput
from warren.ports import Broker, OutgoingMessage, RunStore
from warren.sdk.sources import workflow_source
from warren.sdk.workflow import Workflow, bind_arguments

log = logging.getLogger(__name__)
Attributes = Mapping[str, AttributeValue | None]


class Warren(RunRequests, RunReading, RunLists, RunControl, ActionCompletions):
    """A client of one Warren installation: `async with Warren() as client`.

    Without URLs, `WARREN_BROKER_URL` and `WARREN_DATABASE_URL` say where it is. A call gives up on a server that stays
    away for `give_up_after` (None: never) and raises `BrokerUnavailable` or `StoreUnavailable`. A `broker` or
    `store` given instead of a URL is used as it is, and left open.
    """

    def __init__(
        self,
        broker_url: str | None = None,
        database_url: str | None = None,
        *,
        give_up_after: timedelta | None = timedelta(seconds=10),
        name: str = "warren-client",
        broker: Broker | None = None,
        store: RunStore | None = None,
    ) -> None:
        self._database_url = database_url
        self._give_up_after = give_up_after
        self._name = name
        self._owns_broker = broker is None
        self._owns_store = store is None
        self._broker = broker or client_broker(broker_url, name=name, give_up_after=give_up_after)
        self._opened_store = store
        self._store_lock = asyncio.Lock()
        self._outbox = Outbox(self._broker)
        self._replies = Replies(self._broker)
        self._requests = RequestSender(self._outbox, self._replies)
        self._is_open = False

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def open(self) -> None:
        """Connect to the broker; the database is connected when it is first needed. Idempotent."""
        if self._is_open:
            return
        if self._owns_broker:
            await self._broker.connect()
        try:
            await self._replies.open()
        except BaseException:
            await self.close()
            raise
        self._is_open = True

    async def close(self) -> None:
        """Disconnect. Runs continue; handles of this client receive no more results. Idempotent."""
        self._is_open = False
        await self._outbox.close()
        await self._replies.close()
        if self._owns_broker:
            await self._broker.close()
        if self._owns_store and self._opened_store is not None:
            await self._opened_store.close()
            self._opened_store = None

    def _check_open(self) -> None:
        if not self._is_open:
            raise BrokerUnavailable(
                "this client is not connected: use it inside of `async with Warren(...) as client:`, or await its "
                "open() first and its close() last"
            )

    # --- starting -----------------------------------------------------------------------------------------------------

    async def start(
        self,
        workflow: type[Workflow] | str,
        /,
        *args: Any,
        key: str | None = None,
        run_id: UUID | None = None,
        version: str | None = None,
        signal: SignalAndPayload | None = None,
        attributes: Attributes | None = None,
        memo: Mapping[str, Json] | None = None,
        **kwargs: Any,
    ) -> ClientRunHandle:
        """Start a run with `run()`'s arguments; returns when the broker has confirmed the start.

        A workflow given by name takes keyword arguments only. If `run()` has a parameter of an option's name, use
        `start_run`.

        - `key`: a name for the run, unique per workflow. Waits until the run exists; if one has the key, returns that
          run's handle.
        - `run_id`: default: a new UUIDv7. A start that repeats an id starts nothing and returns the handle of that run.
        - `version`: hash of the program to run; default: the latest.
        - `signal`: a signal and its payload, `(Order.pay, Payment(4))`, that the run gets with its start: the one that
          has the id or key, if there is one, else the new one. Both happen or neither.
        - `attributes`: what `list_runs` finds the run by: str, int, float, bool, datetime or list of str, by name.
        - `memo`: what is only shown, plain JSON, by name.

        Raises:
            TypeError: the arguments do not fit `run()`.
            UnserializableValue: an argument cannot be sent.
            InvalidInput: the key, id, name, attributes or memo are invalid, or (with a key) the start was refused.
            BrokerUnavailable: the client is not open, or the broker stays away.
        """
        if isinstance(workflow, str):
            if args:
                raise TypeError(f"start({workflow!r}): a workflow given by name takes keyword arguments only")
            arguments: Mapping[str, Any] = kwargs
        else:
            arguments = bind_arguments(workflow, *args, **kwargs)
        return await self.start_run(
            workflow,
            arguments,
            key=key,
            run_id=run_id,
            version=version,
            signal=signal,
            attributes=attributes,
            memo=memo,
        )

    async def run(
        self,
        workflow: type[Workflow] | str,
        /,
        *args: Any,
        key: str | None = None,
        run_id: UUID | None = None,
        version: str | None = None,
        **kwargs: Any,
    ) -> Any:
        """Start a run and wait for its result; raises what `start` and `ClientRunHandle.result` raise."""
        handle = await self.start(workflow, *args, key=key, run_id=run_id, version=version, **kwargs)
        return await handle.result()

    async def start_run(
        self,
        workflow: type[Workflow] | str,
        arguments: Mapping[str, Any],
        *,
        key: str | None = None,
        run_id: UUID | None = None,
        version: str | None = None,
        signal: SignalAndPayload | None = None,
        attributes: Attributes | None = None,
        memo: Mapping[str, Json] | None = None,
    ) -> ClientRunHandle:
        """Like `start`, with the arguments as a mapping of Python values by parameter name."""
        encoded = {name: encode(value) for name, value in arguments.items()}
        return await self.start_encoded(
            workflow,
            encoded,
            key=key,
            run_id=run_id,
            version=version,
            signal=start_signal(signal),
            attributes=sent_attributes(attributes),
            memo=memo,
        )

    async def start_encoded(
        self,
        workflow: type[Workflow] | str,
        input: Mapping[str, Json],  # noqa: A002 - the field's word for it
        *,
        key: str | None = None,
        run_id: UUID | None = None,
        version: str | None = None,
        signal: messages.StartSignal | None = None,
        attributes: Mapping[str, Json] | None = None,
        memo: Mapping[str, Json] | None = None,
        accepted: bool = False,
        accept_timeout: float | None = None,
    ) -> ClientRunHandle:
        """Like `start`, with arguments and attributes as JSON values (plain or tagged) by name.

        With `accepted`, or a key, it waits until the run exists, and raises `InvalidInput` if the start was refused.
        After `accept_timeout` seconds it returns in any case; the handle's `is_accepted` says whether the run exists.
        """
        self._check_open()
        name = name_of(workflow)
        check_payload(dict(input), f"the input of {name!r}")
        start_attributes(attributes or {})
        waits = accepted or key is not None
        try:
            request = messages.StartRun(
                workflow=name,
                input=dict(input),
                run_id=new_run_id() if run_id is None else run_id,
                key=key,
                version=version,
                signal=signal,
                attributes=dict(attributes or {}),
                memo=check_memo(memo or {}),
                reply="both" if waits else "outcome",
            )
        except ValidationError as error:
            raise InvalidInput(f"start of {shown(name)}: {wire.explained(error)}") from None
        handle = await self._send_start(request)
        if not waits:
            return handle
        try:
            async with asyncio.timeout(accept_timeout) as waiting:
                run = await handle.accepted()
        except TimeoutError:
            if not waiting.expired():
                raise
            return handle
        return handle if run.run_id == handle.id else self._handle(request, run.run_id, handle._expectation)

    async def _send_start(self, request: messages.StartRun) -> ClientRunHandle:
        expectation = self._replies.expect()
        assert request.run_id is not None
        handle = self._handle(request, request.run_id, expectation)
        with start_span(request.workflow, request.run_id) as headers:
            await self._publish_start(request, expectation.correlation_id, headers)
        return handle

    def _handle(self, request: messages.StartRun, run_id: UUID, expectation: Expectation) -> ClientRunHandle:
        """A handle whose outcome is asked for again with the id of the run that it is."""
        again = request.model_copy(update={"run_id": run_id})
        correlation_id = expectation.correlation_id
        headers = trace_headers()

        async def ask_again() -> None:
            reply = "outcome" if expectation.accepted.done() else again.reply  # the acceptance may be lost, too
            await self._publish_start(again.model_copy(update={"reply": reply}), correlation_id, headers)
            await self._look_for_a_compiler(run_id)

        expectation.ask_again = ask_again
        self._replies.is_for(expectation, run_id, request.workflow)
        return ClientRunHandle(self, run_id, request.workflow, expectation)

    async def _look_for_a_compiler(self, run_id: UUID) -> None:
        """Warn when no compiler is running: starts stay in their queue, but nobody takes them."""
        stats = await self._broker.stats(names.START_QUEUE)
        if stats is None or not stats.consumers:
            log.warning("run %s is queued, but no compiler is running; start one with `warren compiler`", run_id)

    async def _publish_start(self, request: messages.StartRun, correlation_id: str, headers: Mapping[str, str]) -> None:
        await self._outbox.publish(
            OutgoingMessage(
                names.COMMANDS_EXCHANGE,
                names.START_KEY,
                wire.dump(request),
                headers=headers,
                reply_to=self._replies.queue,
                correlation_id=correlation_id,
            )
        )

    # --- registering --------------------------------------------------------------------------------------------------

    async def register(
        self, *sources: type[Workflow] | ModuleType | str, timeout: float | None = 30.0
    ) -> dict[str, str]:
        """Publish the programs of workflow classes, or of every workflow in modules; returns name to program hash.

        Valid workflows are registered even if others are refused.

        Raises:
            InvalidInput: a program was refused or is too large, or a module has no workflow.
            RegistrationRefused: some of several programs were refused; its `versions` has the others.
            TimeoutError: no compiler answered within `timeout` seconds.
        """
        self._check_open()
        classes = [cls for source in sources for cls in classes_of(source)]
        packed = registrations(workflow_source(cls) for cls in classes)
        expectations = [self._register_one(registration.body) for registration in packed]
        await asyncio.gather(*(each.ask_again() for each in expectations if each.ask_again is not None))
        try:
            async with asyncio.timeout(timeout):
                replies = [await each.answer for each in expectations]
        except TimeoutError:
            raise TimeoutError(f"no compiler answered within {timeout} s; start one: warren compiler") from None
        return versions_of(replies)

    def _register_one(self, body: bytes) -> Expectation:
        """What is waited for when this registration has been asked for."""
        expectation = self._replies.expect()
        message = OutgoingMessage(
            names.COMMANDS_EXCHANGE,
            names.REGISTER_KEY,
            body,
            reply_to=self._replies.queue,
            correlation_id=expectation.correlation_id,
        )

        async def ask_again() -> None:
            await self._outbox.publish(message)

        expectation.ask_again = ask_again
        return expectation

    # --- looking ------------------------------------------------------------------------------------------------------

    async def store(self) -> RunStore:
        """The database, connected."""
        async with self._store_lock:
            if self._opened_store is None:
                store = client_store(self._database_url, name=self._name, give_up_after=self._give_up_after)
                await store.connect()
                self._opened_store = store
            return self._opened_store

    async def get(self, run: UUID | str, *, workflow: type[Workflow] | str | None = None) -> ClientRunHandle:
        """A handle of a run by its id, or by its key and workflow; raises `RunNotFound`."""
        self._check_open()
        stored = await self.describe(run, workflow=workflow)
        request = messages.StartRun.model_validate(
            {"workflow": stored.workflow, "input": from_json(stored.input), "run_id": stored.run_id}
        )
        return await self._send_start(request)
