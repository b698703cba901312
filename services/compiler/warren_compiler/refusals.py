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
from warren.contracts.encoding import encode_exception
from warren.contracts.error_infos import error_info
from warren.errors import InfrastructureError, InternalError, InvalidInput
from warren.ports import Delivery, OutgoingMessage
from warren.runs.outbox import reply_message
from warren.runtime.dead_letters import parked
from warren.runtime.logs import get_logger

log = get_logger(__name__)

_ENCODED_LIMIT: Final = 64 * 1024
_NOT_THE_MESSAGES: Final = (InfrastructureError, asyncio.CancelledError, KeyboardInterrupt, SystemExit, GeneratorExit)


def is_refusable(error: BaseException) -> bool:
    """Whether an error is about the command that was handled: not about a server, nor the end of this process.

    So is all else, a `RecursionError` or `MemoryError` too, and what no `Exception` is (a panic of an extension).
    """
    return not isinstance(error, _NOT_THE_MESSAGES)


def refuse(
    delivery: Delivery,
    error: BaseException | messages.ErrorInfo,
    *,
    run_id: UUID | None = None,
    versions: Mapping[str, str] | None = None,
    refused: Mapping[str, messages.ErrorInfo] | None = None,
) -> list[OutgoingMessage]:
    """What to publish for a command that cannot be carried out because of `error`; the rest is for `Refused`."""
    info = error if isinstance(error, messages.ErrorInfo) else error_info(error)
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
    info = error_info(error)
    return encode_exception(
        InvalidInput(info.message) if isinstance(error, InvalidInput) else InternalError(info.message)
    )
