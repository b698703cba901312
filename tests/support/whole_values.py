"""Values whose classes the engine has not got, for the fixture workflows, which do not name the classes."""

from __future__ import annotations

import ipaddress
import pathlib
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import BaseModel, HttpUrl, SecretStr, TypeAdapter

from warren import action


@dataclass(frozen=True)
class Seat:
    row: int
    letter: str


class Frozen(BaseModel, frozen=True):
    n: int


class Name(str):
    """A subclass of `str`."""


@action
async def fetch(what: str) -> Any:
    values: dict[str, Any] = {
        "address": ipaddress.ip_address("10.0.0.1"),
        "url": TypeAdapter(HttpUrl).validate_python("http://a.b/c"),
        "secret": SecretStr("s3cret"),
        "third": Fraction(1, 3),
        "pattern": re.compile("a+", re.IGNORECASE),
        "name": Name("ann"),
        "path": pathlib.Path("/tmp/x"),
        "seats": {Seat(1, "a"), Seat(2, "b")},
        "models": {Frozen(n=1): "one"},
    }
    return values[what]


@action
async def kinds(values: list[Any]) -> list[str]:
    return [type(value).__name__ for value in values]
