"""Settings from `WARREN_*` variables: how they are read, and those that clients and services share: the two servers.

pydantic alone reads them: pydantic-settings would take as long to import as asyncpg, for files and clouds nobody asks.
Must not know the services' other settings (`runtime.settings`).
"""

from __future__ import annotations

import os
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator

from warren.errors import InvalidInput

S = TypeVar("S", bound=BaseModel)

PREFIX: Final = "WARREN_"
BROKER_VARIABLE: Final = "WARREN_BROKER_URL"
DATABASE_VARIABLE: Final = "WARREN_DATABASE_URL"
MEMORY_SCHEME: Final = "memory:"
EMBEDDED_SCHEME: Final = "embedded:"

_BROKER_SCHEMES: Final = ("amqp://", "amqps://", MEMORY_SCHEME)
_POSTGRES_SCHEMES: Final = ("postgresql://", "postgres://")
_DATABASE_SCHEMES: Final = (*_POSTGRES_SCHEMES, EMBEDDED_SCHEME, MEMORY_SCHEME)


class BrokerSettings(BaseModel):
    """Where the broker is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    broker_url: str = "amqp://guest:guest@127.0.0.1:5672/"

    @field_validator("broker_url")
    @classmethod
    def _check_broker(cls, value: str) -> str:
        return _check_scheme(value, _BROKER_SCHEMES)


class DatabaseSettings(BaseModel):
    """Where the database is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    database_url: str = "postgresql://127.0.0.1:5432/warren"

    @field_validator("database_url")
    @classmethod
    def _check_database(cls, value: str) -> str:
        return _check_scheme(value, _DATABASE_SCHEMES)


def read_settings(cls: type[S], **overrides: Any) -> S:
    """Read settings from the environment; the field `x_y` is `WARREN_X_Y`. `overrides` (None is none) win.

    Raises:
        InvalidInput: one line per wrong setting, each naming its variable.
    """
    variables = _environment()
    found = {name: variables[key] for name in cls.model_fields if (key := PREFIX + name.upper()) in variables}
    try:
        return cls(**found | {name: value for name, value in overrides.items() if value is not None})
    except ValidationError as error:
        raise InvalidInput("\n".join(_explain(item) for item in error.errors(include_url=False))) from None


def value_of(variable: str) -> str:
    """What the environment gives this variable, unchecked; empty where nothing."""
    return _environment().get(variable, "")


def broker_server_url(url: str) -> str:
    """`url`; raises `InvalidInput` if it is no server's, as a program that is one of several needs it."""
    if url.startswith(MEMORY_SCHEME):
        raise InvalidInput(f"{BROKER_VARIABLE}: memory: works inside one process only (`warren run`, `warren dev`)")
    return url


def database_server_url(url: str, *, whose: str) -> str:
    """`url`; raises `InvalidInput`, which says `whose` it is, if it is no server's."""
    if not url.startswith(_POSTGRES_SCHEMES):
        raise InvalidInput(f"{DATABASE_VARIABLE}: {whose} needs a postgresql:// server")
    return url


def _environment() -> dict[str, str]:
    """Variables by their names in capitals: `warren_shards` means the same."""
    return {name.upper(): text for name, text in os.environ.items()}


def _explain(item: Any) -> str:
    name = PREFIX + "_".join(str(part).upper() for part in item["loc"][:1])
    reason = str(item["msg"]).removeprefix("Value error, ")
    shown = "" if name.endswith("_URL") else f", not {item['input']!r}"  # a URL may hold a password
    return f"{name}: {reason[:1].lower()}{reason[1:]}{shown}"


def _check_scheme(value: str, schemes: tuple[str, ...]) -> str:
    if not value.startswith(schemes):
        raise ValueError(f"must start with one of {', '.join(schemes)}")
    return value
