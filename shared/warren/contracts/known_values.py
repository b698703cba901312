"""Values of the standard library's and pydantic's own classes which the engine keeps whole: what each consists of.

    {"$": "known", "t": "ipaddress:IPv4Address", "v": what `parts` gives, encoded}

The classes are the same in every process, so reading one runs nobody's code. Must not know the user's classes.
"""

from __future__ import annotations

import datetime as dt
import importlib
import pathlib
import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Final

from pydantic import TypeAdapter

from warren.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Known:
    """How values of one class are taken apart (into what has a tag of its own) and made again."""

    parts: Callable[[Any], Any]
    make: Callable[[Any], Any]
    is_secret: bool = False
    """Whether people must not be shown it."""


def known_class(ref: str) -> Known | None:
    """How to carry values of the class, or None for a class that is not among these."""
    own = _OWN.get(ref)
    if own is not None or ref not in _BY_TEXT:
        return own
    return _by_text(ref)


def is_known(ref: str) -> bool:
    """Whether values of the class are carried."""
    return ref in _OWN or ref in _BY_TEXT


def load_known(ref: str, parts: Any) -> Any:
    """A value of a known class; raises `InvalidInput` for another class, or parts that it does not take."""
    known = known_class(ref)
    if known is None:
        raise InvalidInput(f"{ref} is not among the known classes")
    try:
        return known.make(parts)
    except (ValueError, TypeError, LookupError, ArithmeticError, re.error) as error:
        raise InvalidInput(f"{ref}: {error}") from error


def class_of(ref: str) -> Any:
    """The class itself; `ref` is a known one."""
    module, _, name = ref.partition(":")
    return getattr(importlib.import_module(module), name)


@cache
def _by_text(ref: str) -> Known:
    cls = class_of(ref)
    if ref.startswith("ipaddress:"):
        return Known(str, cls)
    return Known(str, TypeAdapter(cls).validate_python)


def _timezone(parts: Any) -> dt.timezone:
    seconds, name = parts
    offset = dt.timedelta(seconds=seconds)
    return dt.timezone(offset) if name is None else dt.timezone(offset, name)


def zone_name(zone: dt.timezone) -> str | None:
    """The name that a fixed offset was given, or None where it has Python's own (`UTC+02:00`)."""
    name = zone.tzname(None)
    offset = zone.utcoffset(None)
    return None if dt.timezone(offset).tzname(None) == name else name


def _name_email(parts: Any) -> Any:
    name, email = parts
    return class_of("pydantic.networks:NameEmail")(name=name, email=email)


def _secret(name: str) -> Known:
    return Known(lambda value: value.get_secret_value(), lambda inner: class_of(name)(inner), is_secret=True)


_OWN: Final[dict[str, Known]] = {
    "re:Pattern": Known(lambda value: [value.pattern, value.flags], lambda parts: re.compile(*parts)),
    "fractions:Fraction": Known(
        lambda value: [value.numerator, value.denominator], lambda parts: Fraction(parts[0], parts[1])
    ),
    "builtins:slice": Known(lambda value: [value.start, value.stop, value.step], lambda parts: slice(*parts)),
    "builtins:bytearray": Known(bytes, bytearray),
    "zoneinfo:ZoneInfo": Known(lambda value: value.key, zoneinfo.ZoneInfo),
    "datetime:timezone": Known(lambda value: [value.utcoffset(None).total_seconds(), zone_name(value)], _timezone),
    "pathlib:PureWindowsPath": Known(str, pathlib.PureWindowsPath),
    "pydantic.networks:NameEmail": Known(lambda value: [value.name, value.email], _name_email),
    "pydantic.types:SecretStr": _secret("pydantic.types:SecretStr"),
    "pydantic.types:SecretBytes": _secret("pydantic.types:SecretBytes"),
    "pydantic.types:Secret": _secret("pydantic.types:Secret"),
}
_BY_TEXT: Final = frozenset(
    {
        *(f"ipaddress:IPv{version}{kind}" for version in (4, 6) for kind in ("Address", "Network", "Interface")),
        *(
            f"pydantic.networks:{name}"
            for name in (
                *("AnyUrl", "AnyHttpUrl", "HttpUrl", "AnyWebsocketUrl", "WebsocketUrl", "FileUrl", "FtpUrl"),
                *("PostgresDsn", "CockroachDsn", "AmqpDsn", "RedisDsn", "MongoDsn", "KafkaDsn", "NatsDsn", "MySQLDsn"),
                *("MariaDBDsn", "ClickHouseDsn", "SnowflakeDsn"),
            )
        ),
        "pydantic_core._pydantic_core:Url",
        "pydantic_core._pydantic_core:MultiHostUrl",
    }
)
