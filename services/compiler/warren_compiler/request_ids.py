"""What tells one request from another: its own id, or what its message carries."""

from __future__ import annotations

import hashlib
from uuid import uuid4

from warren.contracts import messages, requests
from warren.ports import Delivery


def id_of(delivery: Delivery, body: requests.Request | messages.StartSignal) -> str:
    """The id of a request: its own, or what tells its message from others."""
    if body.id is not None:
        return body.id
    if delivery.message_id and len(delivery.message_id) <= 200:
        return delivery.message_id
    if delivery.reply_to and delivery.correlation_id:
        identity = f"{delivery.reply_to}\x1f{delivery.correlation_id}\x1f".encode(errors="surrogateescape")
        return hashlib.sha256(identity + delivery.body).hexdigest()[:40]
    return uuid4().hex
