"""From `WARREN_DATABASE_URL` to a store. Apart from `brokers`, because a worker must not even import this."""

from __future__ import annotations

from datetime import timedelta

from warren.adapters.postgres import PostgresRunStore
from warren.ports import RunStore
from warren.runtime.settings import Settings
from warren.settings import database_server_url


def make_store(settings: Settings, *, name: str, give_up_after: timedelta | None = None) -> RunStore:
    """A store that is not connected yet. Without `give_up_after` it waits for its server without limit.

    Raises:
        InvalidInput: the URL is not a server's; `embedded:` and `memory:` are for `warren run` and `warren dev`.
    """
    url = database_server_url(settings.database_url, whose="a service of its own process")
    return PostgresRunStore(url, name=name, give_up_after=give_up_after)
