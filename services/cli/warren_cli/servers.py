"""Which servers a command works with: those that `WARREN_*` name, or ones of this process's own.

The one place of the command line where an adapter is chosen, and imported when it is known which one. Commands
of people give up on an absent server after a few seconds.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

from warren.adapters.postgres.embedded import EmbeddedPostgres
from warren.errors import InvalidInput
from warren.ports import Broker, RunStore
from warren.runtime.settings import Settings, load_settings
from warren.settings import BROKER_VARIABLE, DATABASE_VARIABLE, EMBEDDED_SCHEME, MEMORY_SCHEME, value_of

if TYPE_CHECKING:
    from warren.adapters.memory.broker_server import MemoryServer
    from warren.client import Warren

GIVE_UP_AFTER: Final = timedelta(seconds=5)
DEFAULT_DATA: Final = Path(".warren")
_NAME: Final = "warren-cli"


def uses_servers() -> bool:
    """Whether a broker of its own process is named."""
    settings: Settings = load_settings()
    return bool(value_of(BROKER_VARIABLE)) and not settings.broker_is_volatile


def data_directory(data: Path | None) -> Path | None:
    """Where an embedded database is kept; None when `WARREN_DATABASE_URL` names a server."""
    url = value_of(DATABASE_VARIABLE)
    if data is not None:
        return data
    if url.startswith(EMBEDDED_SCHEME):
        return Path(url.removeprefix(EMBEDDED_SCHEME) or DEFAULT_DATA)
    return None if url else DEFAULT_DATA


def settings_of_people() -> Settings:
    """Settings for one command, which reports what is wrong itself: adapters' warnings are shown only on demand."""
    settings: Settings = load_settings()
    if "log_level" not in settings.model_fields_set:
        logging.getLogger("warren").setLevel(logging.CRITICAL)
    return settings


def people_client() -> Warren:
    """A client of the servers for one command."""
    from warren.client import Warren

    settings_of_people()  # says which variable is wrong
    return Warren(give_up_after=GIVE_UP_AFTER, name=_NAME)


def people_broker(settings: Settings) -> Broker:
    """A broker for one command, not yet connected."""
    from warren.runtime.connect_broker import make_broker

    return make_broker(settings, name=_NAME, give_up_after=GIVE_UP_AFTER)


@asynccontextmanager
async def people_store(data: Path | None, *, must_exist: bool = True) -> AsyncIterator[RunStore]:
    """The database for one command, not yet connected: `--data`, or what `WARREN_DATABASE_URL` names.

    Raises:
        InvalidInput: the directory has no database, and `must_exist`.
    """
    from warren.adapters.postgres import PostgresRunStore

    settings = settings_of_people()
    url = f"{EMBEDDED_SCHEME}{data}" if data is not None else settings.database_url
    if url.startswith(MEMORY_SCHEME):
        raise InvalidInput(f"{DATABASE_VARIABLE}: memory: keeps nothing that could be looked at")
    if not url.startswith(EMBEDDED_SCHEME):
        store = PostgresRunStore(url, name=_NAME, give_up_after=GIVE_UP_AFTER)
        try:
            yield store
        finally:
            await store.close()
        return
    directory = Path(url.removeprefix(EMBEDDED_SCHEME) or DEFAULT_DATA)
    if must_exist and not (directory / "cluster").exists():
        raise InvalidInput(f"there is no database in {directory}; `warren run --data {directory}` makes one")
    async with EmbeddedPostgres(directory) as server:
        store = PostgresRunStore(server.url, name=_NAME, give_up_after=GIVE_UP_AFTER)
        try:
            yield store
        finally:
            await store.close()


@dataclass(slots=True)
class Servers:
    """A database, and brokers for the services of this process. None of them is connected yet."""

    store: RunStore
    settings: Settings
    directory: Path | None
    _memory: MemoryServer | None = None

    def broker(self, name: str) -> Broker:
        """A broker for one service."""
        if uses_servers():
            from warren.runtime.connect_broker import make_broker

            return make_broker(self.settings, name=name, give_up_after=GIVE_UP_AFTER)
        from warren.adapters.memory.broker import MemoryBroker
        from warren.adapters.memory.broker_server import MemoryServer

        if self._memory is None:
            self._memory = MemoryServer()
        return MemoryBroker(self._memory, name=name)


@asynccontextmanager
async def own_servers(settings: Settings, data: Path | None, *, importing: str) -> AsyncIterator[Servers]:
    """Servers for running the services in this process: embedded, but for what `WARREN_*` name.

    The module `importing` is imported meanwhile: that takes about as long as PostgreSQL takes to start.

    Raises:
        InvalidInput: a database server is named, and nothing is said about the broker.
    """
    directory = data_directory(data)
    if directory is None:
        if not value_of(BROKER_VARIABLE):
            raise InvalidInput(
                f"{DATABASE_VARIABLE} names a server, but {BROKER_VARIABLE} is not set. Set it to amqp://... to use "
                "both servers, or to memory: to run everything but the database in this process (then nothing else may "
                f"use that database); unset {DATABASE_VARIABLE} to need no server"
            )
        from warren.adapters.postgres import PostgresRunStore

        import_module(importing)
        store = PostgresRunStore(settings.database_url, name=_NAME, give_up_after=GIVE_UP_AFTER, max_size=8)
        yield Servers(store, settings, None)
        return
    async with AsyncExitStack() as stack:
        server, _ = await asyncio.gather(
            stack.enter_async_context(EmbeddedPostgres(directory)), asyncio.to_thread(import_module, importing)
        )
        from warren.adapters.postgres import PostgresRunStore

        yield Servers(PostgresRunStore(server.url, name=_NAME, max_size=8), settings, directory)
