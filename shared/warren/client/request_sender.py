"""Requests about one run: made, sent, and sent again until they are answered. Must not know what comes of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID, uuid4

from pydantic import ValidationError

from warren.client.outcomes import refusal
from warren.client.publisher import Outbox
from warren.client.replies import E, Expectation, Replies
from warren.client.run_lookup import as_run_id
from warren.client.tracing import trace_headers
from warren.contracts import messages, names, requests, wire
from warren.contracts.identity import shown
from warren.contracts.limits import check_payload
from warren.contracts.messages import Json
from warren.contracts.values import encode
from warren.errors import InternalError, InvalidInput
from warren.ports import OutgoingMessage, StoredRun
from warren.sdk.requests import Signal, name_of_signal
from warren.sdk.updates import update_failure


class RequestSender:
    """Sends requests of one client."""

    def __init__(self, outbox: Outbox, replies: Replies) -> None:
        self._outbox = outbox
        self._replies = replies

    async def signal(
        self,
        run: UUID | str,
        signal: str,
        payload: Json,
        *,
        workflow: str | None,
        request_id: str | None,
        timeout: float | None,
    ) -> None:
        """Send a signal and wait until the run has it; raises as `ask`, and `InvalidInput` for what cannot be sent."""
        check_payload(payload, f"the payload of the signal {signal!r}")
        request = signal_request(run, signal, payload, workflow=workflow, request_id=request_id or uuid4().hex)
        await self.ask(request, what=f"the signal {signal!r}", timeout=timeout)

    async def query(
        self,
        run: UUID | str,
        query: str,
        arguments: Mapping[str, Json],
        *,
        workflow: str | None,
        timeout: float | None,
    ) -> Json:
        """Ask a run something; the encoded answer. Raises as `ask`, and `InvalidInput` for what cannot be sent."""
        request = query_request(run, query, arguments, workflow=workflow)
        return (await self.ask(request, what=f"the query {query!r}", timeout=timeout)).result

    async def update(
        self,
        run: UUID | str,
        update: str,
        arguments: Mapping[str, Json],
        *,
        workflow: str | None,
        request_id: str | None,
        timeout: float | None,
    ) -> Json:
        """Have a run do something; the encoded answer.

        Raises what `signal` does, and `UpdateFailed` or `RunEnded` for what came of it.
        """
        check_payload(dict(arguments), f"the arguments of the update {update!r}")
        asked = request_id or uuid4().hex
        try:
            request = requests.UpdateRun(update=update, arguments=dict(arguments), id=asked, **_place(run, workflow))
        except ValidationError as error:
            raise InvalidInput(f"update {shown(update)}: {wire.explained(error)}") from None
        what = f"the update {update!r} (ask again with id={asked!r} to get its answer)"
        done = await self.ask(request, what=what, timeout=timeout)
        if done.error is not None:
            raise update_failure(update, done.error)
        return done.result

    async def complete(self, token: str, *, timeout: float | None, **said: Json) -> None:
        """Say `result=`, `error=` or `details=` of the attempt of a task token, and wait until its run has it.

        Raises as `ask`, and `InvalidInput` for what cannot be sent.
        """
        for name, value in said.items():
            check_payload(value, f"the {name} of an action")
        try:
            request = messages.CompleteAction(token=token, id=uuid4().hex, **said)
        except ValidationError as error:
            raise InvalidInput(f"completing an action: {wire.explained(error)}") from None
        await self.ask(request, what="what was said about an action", timeout=timeout)

    async def control(
        self,
        kind: type[requests.ControlRun],
        run: UUID | str,
        *,
        workflow: str | None,
        reason: str | None,
        request_id: str | None,
        timeout: float | None,
    ) -> None:
        """Pause a run, say, and wait until it is so; raises what `signal` does."""
        try:
            request = kind(id=request_id or uuid4().hex, reason=reason, **_place(run, workflow))
        except ValidationError as error:
            raise InvalidInput(f"{kind.routing_key} {shown(str(run))}: {wire.explained(error)}") from None
        await self.ask(request, what=f"the request to {kind.routing_key} the run {run}", timeout=timeout)

    async def cancel(self, run: StoredRun, reason: str | None) -> None:
        """Request the cancellation of a run; returns when the broker has confirmed it."""
        event = messages.CancelRequested(run_id=run.run_id, reason=reason, id=uuid4().hex)
        body = wire.dump(messages.EventBatch(items=(event,)))
        await self._outbox.publish(
            OutgoingMessage(names.EVENTS_EXCHANGE, names.event_key(run.shard), body, headers=trace_headers())
        )

    async def ask(self, request: requests.Request, *, what: str, timeout: float | None) -> messages.RequestDone:
        """Send a request, again where the answer may be lost, and wait for the answer.

        Raises:
            TimeoutError: there was none within `timeout` seconds.
            UserError: the request was refused.
        """
        expectation = await self.begin(Expectation(asyncio.get_running_loop()), request)
        try:
            async with asyncio.timeout(timeout):
                reply = await expectation.answer
        except TimeoutError:
            raise TimeoutError(f"{what} was not answered within {timeout} s; it may arrive yet") from None
        if isinstance(reply, messages.RequestDone):
            return reply
        if isinstance(reply, messages.Refused):
            raise refusal(reply)
        raise InternalError(f"{what} was answered with {type(reply).__name__}")

    async def begin(self, expectation: E, request: requests.Request) -> E:
        """Send a request whose answers `expectation` takes, and again where they may be lost, as long as it is kept."""
        self._replies.add(expectation)
        message = OutgoingMessage(
            names.COMMANDS_EXCHANGE,
            request.routing_key,
            wire.dump(request),
            headers=trace_headers(),
            reply_to=self._replies.queue,
            correlation_id=expectation.correlation_id,
        )

        async def ask_again() -> None:
            await self._outbox.publish(message)

        expectation.ask_again = ask_again
        await ask_again()
        return expectation


SignalAndPayload = tuple[Signal[Any] | Callable[..., None] | str, Any]
"""A signal that goes with a start, and its payload."""


def start_signal(signal: SignalAndPayload | None) -> messages.StartSignal | None:
    """It as the start's message has it; raises `UnserializableValue` for a payload that cannot be sent."""
    if signal is None:
        return None
    name, payload = name_of_signal(signal[0]), encode(signal[1])
    check_payload(payload, f"the payload of the signal {name!r}")
    return messages.StartSignal(signal=name, payload=payload, id=uuid4().hex)


def query_request(
    run: UUID | str, query: str, arguments: Mapping[str, Json], *, workflow: str | None
) -> requests.QueryRun:
    """A query of a run by its id, or by its key and workflow; raises `InvalidInput` for what cannot be sent."""
    check_payload(dict(arguments), f"the arguments of the query {query!r}")
    try:
        return requests.QueryRun(query=query, arguments=dict(arguments), **_place(run, workflow))
    except ValidationError as error:
        raise InvalidInput(f"query {shown(query)}: {wire.explained(error)}") from None


def signal_request(
    run: UUID | str, signal: str, payload: Json, *, workflow: str | None, request_id: str
) -> requests.SignalRun:
    """A signal to a run by its id, or by its key and workflow; raises `InvalidInput` for what cannot be sent."""
    try:
        return requests.SignalRun(signal=signal, payload=payload, id=request_id, **_place(run, workflow))
    except ValidationError as error:
        raise InvalidInput(f"signal {shown(signal)}: {wire.explained(error)}") from None


def _place(run: UUID | str, workflow: str | None) -> dict[str, Any]:
    """The run as a request names it; raises `InvalidInput` for a key without a workflow."""
    run_id = as_run_id(run)
    if run_id is not None:
        return {"run_id": run_id}
    if workflow is None:
        raise InvalidInput(f"{run!r} is not a run id; a key is looked up together with its workflow (--workflow)")
    return {"workflow": workflow, "key": run}
