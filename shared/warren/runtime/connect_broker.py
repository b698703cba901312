"""From `WARREN_BROKER_URL` to a broker."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from warren.adapters.rabbitmq import RabbitBroker
from warren.ports import Broker
from warren.runtime.settings import Settings
from warren.settings import broker_server_url

PROMPT_HEARTBEAT: Final = 3
"""Seconds, for processes that never block their event loop, as no user code runs in them: should their host vanish,
another one takes their place within three times this."""


def make_broker(
    settings: Settings, *, name: str, give_up_after: timedelta | None = None, heartbeat_seconds: int = 10
) -> Broker:
    """A broker that is not connected yet. Without `give_up_after` it waits for its server without limit.

    Raises:
        InvalidInput: `memory:` was asked for, which lives inside one process only.
    """
    url = broker_server_url(settings.broker_url)
    return RabbitBroker(url, name=name, give_up_after=give_up_after, heartbeat_seconds=heartbeat_seconds)
