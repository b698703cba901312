"""Connections to one PostgreSQL server: a small pool, retries, and the translation of errors. Knows no table.

The pool is our own because the hot path is one statement per commit: a connection is taken and given back without a
task, a proxy or a reset query. A connection on which anything but an orderly error happened is closed, never reused.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar
from urllib.parse import unquote, urlsplit

import asyncpg
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type, stop_never, wait_random_exponential

from warren.adapters.postgres.failures import (
    CONNECT_ERRORS,
    DRIVER_ERRORS,
    is_passing,
    says_server_is_there,
    translate,
    translate_connecting,
)
from warren.adapters.postgres.silent_connections import SilenceWatch
from warren.adapters.postgres.sql_files import Query, load_queries
from warren.errors import StoreUnavailable

if TYPE_CHECKING:
    Connection: TypeAlias = asyncpg.Connection[asyncpg.Record]
Row: TypeAlias = asyncpg.Record
_T = TypeVar("_T")

_logger = logging.getLogger(__name__)
_CONNECT_SECONDS = 5.0
_STATEMENT_SECONDS = 60.0  # a server that is silent for so long is taken for dead; single connections: `silence`
_PROBE_SECONDS = 3.0
_CLOSE_SECONDS = 3.0
_PREPARE_SESSION = load_queries("settings.sql")["prepare_session"]
_IDLE_SESSIONS = load_queries("settings.sql")["idle_sessions"]
_PLAN_FOR_ARGUMENTS = load_queries("search.sql")["plan_for_arguments"]


class _Passing(Exception):
    """A failure that passes by itself; `cause` is the driver's."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(str(cause))
        self.cause = cause


class Connections:
    """At most `max_size` connections, opened when they are needed; every call is retried until the server answers.

    `give_up_after` bounds each call (None: wait indefinitely). `name` is what `pg_stat_activity` shows.
    """

    def __init__(self, url: str, *, name: str, give_up_after: timedelta | None, min_size: int, max_size: int) -> None:
        self._url = url
        self._name = name
        self._give_up_after = None if give_up_after is None else give_up_after.total_seconds()
        self._min_size = min_size
        self._idle: list[Connection] = []
        self._slots = asyncio.Semaphore(max_size)
        self._is_open = False
        self._is_reachable: bool | None = None
        self._silence = SilenceWatch(self._idle_pids)

    @property
    def is_reachable(self) -> bool:
        """Whether the pool is open and the last call reached the server."""
        return self._is_open and self._is_reachable is True

    @property
    def place(self) -> str:
        """The server and database, without user or password."""
        try:
            parts = urlsplit(self._url)
            port = f":{parts.port}" if parts.port else ""
        except ValueError:
            return "the database"
        return f"postgresql://{parts.hostname or ''}{port}{parts.path}"

    @property
    def database(self) -> str:
        """The name of the database in the URL; empty if it names none."""
        return unquote(urlsplit(self._url).path.lstrip("/"))

    async def open(self) -> None:
        """Open `min_size` connections. Idempotent."""
        if not self._is_open:
            self._idle = [await self._retry(self._connect) for _ in range(self._min_size)]
            self._is_open = True
            self._silence.start()

    async def close(self) -> None:
        """Close every connection that is not in use; those in use close when they are given back. Idempotent."""
        self._is_open = False
        await self._silence.stop()
        idle, self._idle = self._idle, []
        for connection in idle:
            try:
                await connection.close(timeout=_CLOSE_SECONDS)
            except DRIVER_ERRORS:
                connection.terminate()

    async def fetch(self, query: Query, *arguments: Any) -> list[Row]:
        """Run one statement as one transaction and return its rows.

        Raises:
            RowTaken: a unique constraint refused it.
            InvalidInput: PostgreSQL cannot store an argument.
            StoreUnavailable: the server stayed away for longer than `give_up_after`.
        """
        return (await self.fetch_tracked(query, *arguments))[0]

    async def fetch_tracked(self, query: Query, *arguments: Any) -> tuple[list[Row], bool]:
        """Like `fetch`; also tells whether an earlier try may have been applied without our knowing: one that was
        rolled back, as after a deadlock, was not."""
        is_unsure = False

        async def attempt() -> list[Row]:
            nonlocal is_unsure
            try:
                return await self._fetch_once(query, arguments, was_retried=is_unsure)
            except _Passing as error:
                is_unsure = is_unsure or not says_server_is_there(error.cause)
                raise

        if self._give_up_after is None:  # the hot path: no timer, and no retry machinery unless it is needed
            try:
                return await attempt(), False
            except _Passing as error:
                self._note_failure(error)
        return await self._retry(attempt), is_unsure

    async def run_alone(self, use: Callable[[Connection], Awaitable[_T]], *, database: str | None = None) -> _T:
        """Use a connection of its own for a piece of work that may be done again; retried as a whole.

        `database` overrides the URL's.

        `use` may let the driver's errors through; those that do not pass arrive here as `StoreError`.
        """

        async def attempt() -> _T:
            connection = await self._connect(database)
            try:
                outcome = await use(connection)
                await connection.close(timeout=_CLOSE_SECONDS)
            except DRIVER_ERRORS as error:
                if is_passing(error, connection_is_lost=connection.is_closed()):
                    raise _Passing(error) from error
                raise translate_connecting(error, place=self.place) from error
            else:
                return outcome
            finally:
                connection.terminate()

        return await self._retry(attempt)

    async def _fetch_once(self, query: Query, arguments: tuple[Any, ...], *, was_retried: bool) -> list[Row]:
        async with self._slots:
            if not self._is_open:
                raise StoreUnavailable(f"the store {self.place} is not connected: connect() comes first, close() last")
            connection = await self._take()
            is_sound = False  # in an unknown state, until the server has answered
            self._silence.begin(connection, asyncio.get_running_loop().time())
            try:
                rows = await _fetched(connection, query, arguments)
                is_sound = True
            except DRIVER_ERRORS as error:
                if is_passing(error, connection_is_lost=connection.is_closed()):
                    raise _Passing(error) from error
                is_sound = True
                raise translate(error, query=query, arguments=arguments, was_retried=was_retried) from error
            finally:
                self._silence.end(connection)
                if is_sound and self._is_open and not connection.is_closed():
                    self._idle.append(connection)
                else:
                    connection.terminate()
            self._note_success()
            return rows

    async def _take(self) -> Connection:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return await self._connect()

    async def _connect(self, database: str | None = None) -> Connection:
        connection: Connection | None = None
        is_usable = False
        try:
            connection = await asyncpg.connect(
                self._url,
                database=database,
                timeout=_CONNECT_SECONDS,
                command_timeout=_STATEMENT_SECONDS,
                max_cached_statement_lifetime=0,
                server_settings={"application_name": self._name[:63]},
            )
            await connection.execute(_PREPARE_SESSION.sql)  # not as start-up parameters: poolers refuse those
            is_usable = True
        except CONNECT_ERRORS as error:
            if is_passing(error, connection_is_lost=connection is not None):
                raise _Passing(error) from error
            raise translate_connecting(error, place=self.place) from error
        finally:
            if connection is not None and not is_usable:
                connection.terminate()
        self._note_success()
        return connection

    async def _idle_pids(self, pids: list[int]) -> set[int]:
        """Which of these sessions the server takes for idle; none when it cannot be asked."""
        try:
            connection = await asyncpg.connect(self._url, timeout=_PROBE_SECONDS, command_timeout=_PROBE_SECONDS)
        except CONNECT_ERRORS:
            return set()
        try:
            return {row["pid"] for row in await connection.fetch(_IDLE_SESSIONS.sql, pids)}
        except DRIVER_ERRORS:
            return set()
        finally:
            connection.terminate()

    async def _retry(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        last: Exception | None = None

        def note(state: RetryCallState) -> None:
            nonlocal last
            error = state.outcome.exception() if state.outcome else None
            if isinstance(error, _Passing):
                last = error.cause
                self._note_failure(error)

        retrying = AsyncRetrying(
            retry=retry_if_exception_type(_Passing),
            wait=wait_random_exponential(multiplier=0.05, max=2),
            stop=stop_never,
            after=note,
        )
        try:
            async with asyncio.timeout(self._give_up_after) as deadline:
                return await retrying(attempt)
        except TimeoutError as error:
            assert deadline.expired()
            waited = f"for {self._give_up_after:g} seconds"
            why = f" (last: {last or type(last).__name__})" if last is not None else ""
            raise StoreUnavailable(f"{self.place} is away {waited}{why}: is PostgreSQL running there?") from error

    def _note_success(self) -> None:
        if self._is_reachable is False:
            _logger.info("PostgreSQL at %s is available again", self.place)
        self._is_reachable = True

    def _note_failure(self, error: _Passing) -> None:
        if says_server_is_there(error.cause):
            return
        for connection in self._idle:  # most likely as dead as the one that failed
            connection.terminate()
        self._idle.clear()
        if self._is_reachable is not False:
            _logger.warning("PostgreSQL at %s is unavailable (%s); retrying", self.place, error)
        self._is_reachable = False


async def _fetched(connection: Connection, query: Query, arguments: tuple[Any, ...]) -> list[Row]:
    if not query.is_planned_anew:
        return await connection.fetch(query.sql, *arguments)
    async with connection.transaction(readonly=True):
        await connection.execute(_PLAN_FOR_ARGUMENTS.sql)
        return await connection.fetch(query.sql, *arguments)
