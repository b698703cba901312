"""PostgreSQL: the run store and its migrations; `embedded` has a server of our own. Nothing else knows asyncpg.

The store, and asyncpg with it, is imported when it is first used: a server can be started before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from warren.adapters.postgres.store import PostgresRunStore

__all__ = ["PostgresRunStore"]


def __getattr__(name: str) -> Any:
    if name != "PostgresRunStore":
        raise AttributeError(f"module 'warren.adapters.postgres' has no attribute {name!r}")
    from warren.adapters.postgres.store import PostgresRunStore

    return PostgresRunStore
