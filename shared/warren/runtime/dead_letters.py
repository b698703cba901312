"""Parking: what becomes of a message that cannot be used. It goes to `warren.dead` with its reason, never away."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from warren.contracts import names
from warren.contracts.encoding import printable
from warren.ports import Delivery, OutgoingMessage

_DETAIL_LIMIT = 8_000
_HEADERS_LIMIT = 16 * 1024
"""Bytes of a message's own headers that are kept: with what is added here, all must fit into one frame of AMQP."""
_NEVER_KEPT = frozenset({"CC", "BCC"})
"""RabbitMQ takes them for routing keys, and refuses what is none."""


def parked(delivery: Delivery, *, reason: str, detail: str) -> OutgoingMessage:
    """The message to publish (mandatory) before acknowledging `delivery`.

    `reason` is a stable code for programs, `detail` a sentence for people.
    """
    headers = _kept(delivery.headers)
    headers[names.HEADER_REASON] = reason
    headers[names.HEADER_DETAIL] = printable(detail[:_DETAIL_LIMIT])
    headers[names.HEADER_EXCHANGE] = delivery.exchange
    headers[names.HEADER_ROUTING_KEY] = delivery.routing_key
    headers[names.HEADER_QUEUE] = delivery.queue
    return OutgoingMessage(
        names.DEFAULT_EXCHANGE,
        names.DEAD_QUEUE,
        delivery.body,
        headers=headers,
        reply_to=delivery.reply_to,
        correlation_id=delivery.correlation_id,
        message_id=delivery.message_id,
    )


def _kept(headers: Mapping[str, Any]) -> dict[str, str]:
    """The text among a message's headers, as much of it as is bounded."""
    kept: dict[str, str] = {}
    left = _HEADERS_LIMIT
    for name, value in headers.items():
        if isinstance(value, str) and name not in _NEVER_KEPT:
            size = len(f"{name}{value}".encode(errors="replace"))
            if size <= left:
                kept[name] = value
                left -= size
    return kept
