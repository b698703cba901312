"""Creates and upgrades the tables: numbered `.sql` files, each applied once, in order, in a transaction of its own.

Knows nothing of what the files do. What was applied is recorded with a checksum, so that a database that is newer than
this version, or was made by other files, is refused instead of damaged.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from warren.adapters.postgres.connections import Connections
from warren.adapters.postgres.failures import DatabaseMissing, database_exists_already
from warren.adapters.postgres.sql_files import load_queries
from warren.errors import StoreError

if TYPE_CHECKING:
    from warren.adapters.postgres.connections import Connection

_QUERIES = load_queries("migrations.sql")
_LOCK = 0x57415252454E  # "WARREN": any number that nobody else takes


@dataclass(frozen=True, slots=True)
class Migration:
    """One file of the `migrations` folder; `name` is the file's without its suffix and starts with its number."""

    name: str
    sql: str
    checksum: str


def known_migrations() -> list[Migration]:
    """The migrations of this version, in order."""
    folder = files(__package__).joinpath("migrations")
    texts = {entry.name[:-4]: entry.read_text("utf-8") for entry in folder.iterdir() if entry.name.endswith(".sql")}
    return [Migration(name, text, hashlib.sha256(text.encode()).hexdigest()) for name, text in sorted(texts.items())]


def missing_migrations(applied: Mapping[str, str]) -> list[Migration]:
    """What is still to be applied, given the names and checksums of what was.

    Raises:
        StoreError: the database has a migration that this version does not know, or another one of the same name.
    """
    known = known_migrations()
    unknown = sorted(applied.keys() - {migration.name for migration in known})
    if unknown:
        raise StoreError(
            f"the database was migrated by a newer Warren (it has {', '.join(unknown)}): upgrade this installation"
        )
    changed = [
        migration.name for migration in known if applied.get(migration.name, migration.checksum) != migration.checksum
    ]
    if changed:
        raise StoreError(
            f"the database was made by another edition of {', '.join(changed)} than this installation has: "
            "use the Warren that made it, or an empty database"
        )
    return [migration for migration in known if migration.name not in applied]


async def check_migrations(connections: Connections) -> None:
    """Raise `StoreError`, naming `warren migrate`, unless the tables are those of this version."""
    rows = await connections.fetch(_QUERIES["applied_migrations"])
    missing = missing_migrations({row["name"]: row["checksum"] for row in rows})
    if missing:
        names = ", ".join(migration.name for migration in missing)
        raise StoreError(f"{connections.place} lacks {names}: run `warren migrate`")


async def migrate(connections: Connections) -> list[str]:
    """Create the database if it is missing and apply what is missing; returns the names applied now."""
    tried: set[str] = set()  # also those of a try whose connection was lost: whether they were applied shows later

    async def apply(connection: Connection) -> list[str]:
        await connection.fetch(_QUERIES["lock_migrations"].sql, _LOCK, timeout=None)
        await connection.execute(_QUERIES["create_migrations_table"].sql)
        rows = await connection.fetch(_QUERIES["applied_migrations"].sql)
        for migration in missing_migrations({row["name"]: row["checksum"] for row in rows}):
            tried.add(migration.name)
            async with connection.transaction():
                await connection.execute(migration.sql)
                await connection.execute(_QUERIES["record_migration"].sql, migration.name, migration.checksum)
        return sorted(tried)

    try:
        return await connections.run_alone(apply)
    except DatabaseMissing:
        await _create_database(connections)
        return await connections.run_alone(apply)


async def _create_database(connections: Connections) -> None:
    name = connections.database

    async def create(connection: Connection) -> None:
        statement = await connection.fetchval(_QUERIES["create_database_statement"].sql, name)
        try:
            await connection.execute(statement)
        except database_exists_already():
            return  # another one was faster

    try:
        await connections.run_alone(create, database="postgres")
    except DatabaseMissing:  # somebody dropped it, which is allowed; this one is always there
        await connections.run_alone(create, database="template1")
