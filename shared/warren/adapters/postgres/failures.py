"""What asyncpg's exceptions mean: which pass by themselves, and which error of Warren each of the others is.

The only place that knows asyncpg's exception classes; none of them leaves this package.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import asyncpg

from warren.adapters.postgres.sql_files import Query
from warren.adapters.storable import why_unstorable
from warren.errors import InvalidInput, StoreError, WarrenError

DRIVER_ERRORS: tuple[type[Exception], ...] = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,  # with ConnectionError, TimeoutError and name resolution
)
"""Everything that asyncpg raises on purpose, once it has a connection."""

CONNECT_ERRORS: tuple[type[Exception], ...] = (*DRIVER_ERRORS, ValueError)  # a ValueError is about the URL

_ORDERLY: tuple[type[Exception], ...] = (  # these pass, and the connection is as good as before
    asyncpg.TransactionRollbackError,  # serialization failure, deadlock
    asyncpg.LockNotAvailableError,
    asyncpg.ObjectInUseError,  # two who create a database at once
    asyncpg.InvalidCachedStatementError,  # the tables were migrated under a prepared statement
    asyncpg.OutdatedSchemaCacheError,
)
_PASSING: tuple[type[Exception], ...] = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,  # shutting down, starting up, terminated by an administrator
    asyncpg.InsufficientResourcesError,  # too many connections, disk full: waiting is all that can be done here
    asyncpg.ReadOnlySQLTransactionError,  # a standby that is about to be promoted
    *_ORDERLY,
)
_NOT_PASSING: tuple[type[Exception], ...] = (asyncpg.QueryCanceledError, asyncpg.DatabaseDroppedError)


class RowTaken(StoreError):
    """A unique constraint refused a row. `was_retried` if an earlier try of the same call may have written it."""

    def __init__(self, message: str, *, was_retried: bool) -> None:
        super().__init__(message)
        self.was_retried = was_retried


class DatabaseMissing(StoreError):
    """The server is there, the database of the URL is not."""


def database_exists_already() -> tuple[type[Exception], ...]:
    """What `CREATE DATABASE` raises when another session was faster."""
    return (asyncpg.DuplicateDatabaseError, asyncpg.UniqueViolationError)


def is_passing(error: Exception, *, connection_is_lost: bool) -> bool:
    """Whether the same call may succeed later. A client-side complaint passes only if it is about a lost connection."""
    if isinstance(error, _NOT_PASSING):
        return False
    if isinstance(error, _PASSING) or _was_overtaken_by_partition(error):
        return True
    return connection_is_lost and isinstance(error, (asyncpg.InterfaceError, asyncpg.InternalClientError))


def says_server_is_there(error: Exception) -> bool:
    """Whether the server itself gave this answer and the connection is as good as before."""
    return isinstance(error, _ORDERLY) or _was_overtaken_by_partition(error)


def _was_overtaken_by_partition(error: Exception) -> bool:
    """Whether a partition was attached between the choice of a row's partition and its insertion.

    The row was bound for the default partition, which may not hold it any more. A constraint of ours has a name.
    """
    return isinstance(error, asyncpg.CheckViolationError) and not getattr(error, "constraint_name", None)


def translate(error: Exception, *, query: Query, arguments: Sequence[Any], was_retried: bool) -> WarrenError:
    """Warren's error for one that does not pass by itself."""
    match error:
        case asyncpg.UniqueViolationError():
            return RowTaken(f"{query.name}: {_brief(error)}", was_retried=was_retried)
        case asyncpg.DataError():
            return InvalidInput(_what_is_wrong(error, query, arguments))
        case asyncpg.UndefinedTableError() | asyncpg.UndefinedColumnError() | asyncpg.UndefinedFunctionError():
            return StoreError(f"the tables are not those of this version ({_brief(error)}): run `warren migrate`")
        case _:
            return StoreError(f"PostgreSQL refused {query.name}: {_brief(error)}")


def translate_connecting(error: Exception, *, place: str) -> WarrenError:
    """Warren's error for a refused connection. `place` names the server without a password."""
    match error:
        case asyncpg.InvalidCatalogNameError():
            return DatabaseMissing(f"{place}: {_brief(error)}: run `warren migrate` to create it")
        case asyncpg.InvalidAuthorizationSpecificationError():
            return StoreError(f"{place}: {_brief(error)}: check user, password and pg_hba.conf")
        case ValueError():
            return InvalidInput(
                f"the database URL cannot be used ({_brief(error)}): write postgresql://user:password@host:5432/database"
            )
        case _:
            return StoreError(f"{place}: {_brief(error)}")


def _what_is_wrong(error: Exception, query: Query, arguments: Sequence[Any]) -> str:
    """Name the argument, where it can be found; never quote it: it may be large or secret."""
    for name, argument in zip(query.parameters, arguments, strict=False):
        for item in argument if isinstance(argument, list) else [argument]:
            if isinstance(item, str) and (fault := why_unstorable(item)) is not None:
                return f"{name}: {fault}"
    for index, name in enumerate(query.parameters, start=1):
        if f"argument ${index}:" in str(error):
            return f"{name}: the value has the wrong type or is out of range"
    return f"{query.name}: {_brief(error)}"


def _brief(error: Exception) -> str:
    """The message alone: PostgreSQL's details quote rows, which may be large or secret."""
    return str(error.args[0]) if isinstance(error, asyncpg.PostgresError) and error.args else str(error)
