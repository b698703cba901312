"""Requests to events: what each kind of request is for its run, once it has been checked against the run's program.

A new kind of request is a class in `contracts.requests`, an event, and a function here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from warren.contracts import messages, requests
from warren.contracts.limits import check_payload
from warren.errors import InvalidInput
from warren.ports import StoredRun
from warren.runs.programs import Programs
from warren_compiler.completions import completion
from warren_compiler.request import Request


async def event_of(request: Request, run: StoredRun, programs: Programs) -> messages.Event:
    """The event that a request is for its run.

    Raises:
        InvalidInput: the run's workflow does not have what is asked, or it is asked with the wrong values.
    """
    event: messages.Event = await _EVENTS[type(request.body)](request, request.body, run, programs)
    return event


async def _signal(
    request: Request, body: requests.SignalRun, run: StoredRun, programs: Programs
) -> messages.SignalReceived:
    executable = await programs.get(run.version)
    payload = executable.requests.bind_signal(body.signal, body.payload)
    check_payload(payload, f"the payload of the signal {body.signal!r}")
    return messages.SignalReceived(
        run_id=run.run_id, id=request.id, name=body.signal, payload=payload, reply=request.reply
    )


async def _query(request: Request, body: requests.QueryRun, run: StoredRun, programs: Programs) -> messages.QueryAsked:
    reply = request.reply
    if reply is None:
        raise InvalidInput("a query is answered to `reply_to`, which the message has not got")
    executable = await programs.get(run.version)
    arguments = executable.requests.bind_query(body.query, body.arguments)
    return messages.QueryAsked(run_id=run.run_id, id=request.id, name=body.query, arguments=arguments, reply=reply)


async def _update(
    request: Request, body: requests.UpdateRun, run: StoredRun, programs: Programs
) -> messages.UpdateRequested:
    executable = await programs.get(run.version)
    arguments = executable.requests.bind_update(body.update, body.arguments)
    check_payload(arguments, f"the arguments of the update {body.update!r}")
    return messages.UpdateRequested(
        run_id=run.run_id, id=request.id, name=body.update, arguments=arguments, reply=request.reply
    )


async def _cancel(request: Request, body: requests.CancelRun, run: StoredRun, _: Programs) -> messages.CancelRequested:
    return messages.CancelRequested(**_control(request, body, run))


async def _terminate(
    request: Request, body: requests.TerminateRun, run: StoredRun, _: Programs
) -> messages.TerminateRequested:
    return messages.TerminateRequested(**_control(request, body, run))


async def _pause(request: Request, body: requests.PauseRun, run: StoredRun, _: Programs) -> messages.PauseRequested:
    return messages.PauseRequested(**_control(request, body, run))


async def _resume(request: Request, body: requests.ResumeRun, run: StoredRun, _: Programs) -> messages.ResumeRequested:
    return messages.ResumeRequested(**_control(request, body, run))


def _control(request: Request, body: requests.ControlRun, run: StoredRun) -> dict[str, Any]:
    """What the events of these have in common; there is nothing to check."""
    return {"run_id": run.run_id, "id": request.id, "reason": body.reason, "reply": request.reply}


_EVENTS: Final[dict[type[requests.Request], Callable[[Request, Any, StoredRun, Programs], Awaitable[Any]]]] = {
    requests.SignalRun: _signal,
    requests.QueryRun: _query,
    requests.UpdateRun: _update,
    requests.CompleteAction: completion,
    requests.CancelRun: _cancel,
    requests.TerminateRun: _terminate,
    requests.PauseRun: _pause,
    requests.ResumeRun: _resume,
}
