"""Parking: what becomes of a message that cannot be used. It goes to `warren.dead` with its reason, never away."""

from __future__ import annotations

from warren.contracts import names
from warren.ports import Delivery, OutgoingMessage

_DETAIL_LIMIT = 8_000


def parked(delivery: Delivery, *, reason: str, detail: str) -> OutgoingMessage:
    """The message to publish (mandatory) before acknowledging `delivery`.

    `reason` is a stable code for programs, `detail` a sentence for people.
    """
    headers = {name: value for name, value in delivery.headers.items() if isinstance(value, str)}
    headers[names.HEADER_REASON] = reason
    headers[names.HEADER_DETAIL] = detail[:_DETAIL_LIMIT]
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
