"""Refusing a command: a reply to its sender, and the command itself parked with the reason.

It must work for every error and every message: a refusal that fails would take other people's commands along.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final
from uuid import UUID

from pydantic_core import to_json

from warren.contracts import messages, wire
from warren.contracts.encoding import encode_exception, printable
from warren.errors import InfrastructureError, InternalError, InvalidInput, WarrenError
from warren.ports import Delivery, OutgoingMessage
from warren.runs.outbox import reply_message
from warren.runtime.dead_letters import parked
from warren.runtime.logs import get_logger

log = get_logger(__name__)

_TEXT_LIMIT: Final = 4_000
"""Characters of an error's text that travel: it may quote what was sent, of whatever size."""
_ENCODED_LIMIT: Final = 64 * 1024
_NOT_THE_MESSAGES: Final = (InfrastructureError, asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit)


def is_refusable(error: BaseException) -> bool:
    """Whether an error is about the command that was handled: not about a server, nor the end of this process.

    So is all else, a `RecursionError` or `MemoryError` too, and what no `Exception` is (a panic of an extension).
    """
    return not isinstance(error, _NOT_THE_MESSAGES)


def described(error: BaseException) -> messages.ErrorInfo:
    """What is said about an error: a stable code, and a text of bounded length that JSON can hold."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - it asks arguments for their repr(), which may do anything
        text = "its text cannot be had"
    if isinstance(error, WarrenError):
        code = str(getattr(error, "code", "bad_message"))
    else:
        code, text = "internal_error", f"{type(error).__name__}: {text}".removesuffix(": ")
    if len(text) > _TEXT_LIMIT:
        text = f"{text[:_TEXT_LIMIT]} ... ({len(text):,} characters)"
    return messages.ErrorInfo(code=code, message=printable(text))


def refuse(
    delivery: Delivery,
    error: BaseException | messages.ErrorInfo,
    *,
    run_id: UUID | None = None,
    versions: Mapping[str, str] | None = None,
    refused: Mapping[str, messages.ErrorInfo] | None = None,
) -> list[OutgoingMessage]:
    """What to publish for a command that cannot be carried out because of `error`; the rest is for `Refused`."""
    info = error if isinstance(error, messages.ErrorInfo) else described(error)
    log.warning(
        "command refused",
        queue=delivery.queue,
        run_id=run_id and str(run_id),
        code=info.code,
        error=info.message[:500],
    )
    outgoing = [parked(delivery, reason=info.code, detail=info.message)]
    if delivery.reply_to:
        answer = messages.Refused(error=info, run_id=run_id, versions=dict(versions or {}), refused=dict(refused or {}))
        outgoing.append(
            reply_message(wire.dump(answer), reply_to=delivery.reply_to, correlation_id=delivery.correlation_id)
        )
    return outgoing


def encoded(error: BaseException) -> messages.Json:
    """An error as the run that waits for a child gets it; only its text, where it is too large or cannot be encoded."""
    try:
        whole = encode_exception(error)
        if isinstance(error, Exception) and len(to_json(whole)) <= _ENCODED_LIMIT:
            return whole
    except Exception:  # noqa: BLE001 - whatever it holds; the text must do
        pass
    info = described(error)
    return encode_exception(
        InvalidInput(info.message) if isinstance(error, InvalidInput) else InternalError(info.message)
    )
