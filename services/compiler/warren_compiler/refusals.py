"""Refusing a command: an answer to whoever sent it, and the command itself parked with the reason."""

from __future__ import annotations

from uuid import UUID

from warren.contracts import messages, wire
from warren.errors import WarrenError
from warren.ports import Delivery, OutgoingMessage
from warren.runtime.logs import get_logger
from warren.runtime.outbox import reply_message
from warren.runtime.parking import parked

log = get_logger(__name__)


def refuse(delivery: Delivery, error: Exception, *, run_id: UUID | None = None) -> list[OutgoingMessage]:
    """What to publish for a command that cannot be carried out because of `error`."""
    if isinstance(error, WarrenError):
        code, text = str(getattr(error, "code", "bad_message")), str(error)
    else:
        code, text = "internal_error", f"{type(error).__name__}: {error}"
    log.warning("command refused", queue=delivery.queue, run_id=run_id and str(run_id), code=code, error=text[:500])
    refused = [parked(delivery, reason=code, detail=text)]
    if delivery.reply_to:
        answer = messages.Refused(error=messages.ErrorInfo(code=code, message=text), run_id=run_id)
        refused.append(
            reply_message(wire.dump(answer), reply_to=delivery.reply_to, correlation_id=delivery.correlation_id)
        )
    return refused
