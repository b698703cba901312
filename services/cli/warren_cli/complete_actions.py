"""`complete`, `fail` and `heartbeat`: saying what becomes of an action whose task token one was given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from warren.client import Warren
from warren.contracts.task_tokens import TaskToken, read_token
from warren.errors import InvalidInput
from warren.runtime.event_loop import run_async
from warren_cli.inputs import parse_value
from warren_cli.output import out, print_json
from warren_cli.servers import people_client


def complete(token: str, result: str | None, *, as_json: bool) -> int:
    """It has succeeded."""
    named = _read(token)
    data = None if result is None else parse_value(result, name="the result")
    return _say(named, "completed", lambda client: client.complete_action_encoded(token, data), as_json=as_json)


def fail(token: str, message: str, *, as_json: bool) -> int:
    """It has failed."""
    return _say(_read(token), "failed", lambda client: client.fail_action(token, message), as_json=as_json)


def heartbeat(token: str, details: str, *, as_json: bool) -> int:
    """It goes on."""
    named, data = _read(token), parse_value(details, name="the details")
    return _say(named, "noted", lambda client: client.heartbeat_action_encoded(token, data), as_json=as_json)


def _read(token: str) -> TaskToken:
    """What the token names, before anything is connected."""
    try:
        return read_token(token)
    except ValueError as error:
        raise InvalidInput(str(error)) from None


def _say(token: TaskToken, done: str, send: Callable[[Warren], Awaitable[None]], *, as_json: bool) -> int:
    async def connected() -> None:
        async with people_client() as client:
            await send(client)

    run_async(connected())
    if as_json:
        print_json({"run_id": str(token.run_id), "invocation": token.invocation, "attempt": token.attempt, done: True})
    else:
        text = f"{done}: attempt {token.attempt} of invocation {token.invocation} of run {token.run_id}"
        out.print(text, highlight=False, markup=False)
    return 0
