"""From `WARREN_DATABASE_URL` to a store. Apart from `brokers`, because a worker must not even import this."""

from __future__ import annotations

from datetime import timedelta

from warren.adapters.postgres import PostgresRunStore
from warren.errors import InvalidInput
from warren.ports import RunStore
from warren.runtime.settings import Settings


def make_store(settings: Settings, *, name: str, give_up_after: timedelta | None = None) -> RunStore:
    """A store that is not connected yet. Without `give_up_after` it waits for its server for ever.

    Raises:
        InvalidInput: the URL is not a server's; `embedded:` and `memory:` are for `warren run` and `warren dev`.
    """
    if not settings.database_url.startswith(("postgresql://", "postgres://")):
        raise InvalidInput("WARREN_DATABASE_URL: a service of its own process needs a postgresql:// server")
    return PostgresRunStore(settings.database_url, name=name, give_up_after=give_up_after)
