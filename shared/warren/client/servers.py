"""From URLs to a broker and a store for programs of people: they give up on an absent server after a few seconds.

A driver is imported only when its server is asked for: a client may be given a broker and a store of other kinds.
"""

from __future__ import annotations

from datetime import timedelta
from importlib.util import find_spec

from warren.ports import Broker, RunStore
from warren.settings import BrokerSettings, DatabaseSettings, broker_server_url, database_server_url, read_settings

if find_spec("aio_pika") is None:  # said at once, and not when the first run is started
    raise ModuleNotFoundError("No module named 'aio_pika'", name="aio_pika")


def client_broker(url: str | None, *, name: str, give_up_after: timedelta | None) -> Broker:
    """A broker for `url`, or else for `WARREN_BROKER_URL`; raises `InvalidInput` for one that is no server's."""
    from warren.adapters.rabbitmq import RabbitBroker

    url = broker_server_url(url or read_settings(BrokerSettings).broker_url)
    return RabbitBroker(url, name=name, give_up_after=give_up_after)


def client_store(url: str | None, *, name: str, give_up_after: timedelta | None) -> RunStore:
    """A store for `url`, or else for `WARREN_DATABASE_URL`; raises `InvalidInput` for one that is no server's."""
    from warren.adapters.postgres import PostgresRunStore

    url = database_server_url(url or read_settings(DatabaseSettings).database_url, whose="a client")
    return PostgresRunStore(url, name=name, give_up_after=give_up_after, max_size=2)
