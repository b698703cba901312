"""From URLs to a broker and a store for programs of people: they give up on an absent server after a few seconds.

A driver is imported only when its server is asked for: a client may be given a broker and a store of other kinds.
"""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Final

from warren.errors import InvalidInput
from warren.ports import Broker, RunStore

BROKER_VARIABLE: Final = "WARREN_BROKER_URL"
DATABASE_VARIABLE: Final = "WARREN_DATABASE_URL"
DEFAULT_BROKER_URL: Final = "amqp://guest:guest@127.0.0.1:5672/"
DEFAULT_DATABASE_URL: Final = "postgresql://127.0.0.1:5432/warren"


def client_broker(url: str | None, *, name: str, give_up_after: timedelta | None) -> Broker:
    """A broker for `url`, or else for `WARREN_BROKER_URL`; raises `InvalidInput` for one that is no server's."""
    from warren.adapters.rabbitmq import RabbitBroker

    url = url or os.environ.get(BROKER_VARIABLE) or DEFAULT_BROKER_URL
    if url.startswith("memory:"):
        raise InvalidInput(f"{BROKER_VARIABLE}: memory: works inside one process only (`warren run`, `warren dev`)")
    return RabbitBroker(url, name=name, give_up_after=give_up_after)


def client_store(url: str | None, *, name: str, give_up_after: timedelta | None) -> RunStore:
    """A store for `url`, or else for `WARREN_DATABASE_URL`; raises `InvalidInput` for one that is no server's."""
    from warren.adapters.postgres import PostgresRunStore

    url = url or os.environ.get(DATABASE_VARIABLE) or DEFAULT_DATABASE_URL
    if not url.startswith(("postgresql://", "postgres://")):
        raise InvalidInput(f"{DATABASE_VARIABLE}: a client needs a postgresql:// server")
    return PostgresRunStore(url, name=name, give_up_after=give_up_after, max_size=2)
