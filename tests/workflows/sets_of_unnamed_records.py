"""Sets and keys of records whose classes the workflow does not name."""

from __future__ import annotations

import ipaddress
import pathlib
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from pydantic import BaseModel, HttpUrl, SecretStr, TypeAdapter

from warren import Workflow, action, workflow


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


@workflow
class SetsOfRecords(Workflow):
    async def run(self) -> list[object]:
        seats, models = await fetch("seats"), await fetch("models")
        found = {seat.letter for seat in seats}
        return [sorted(found), len(seats), [models[model] for model in models], await kinds([*seats, *models])]


CASES = [{}]
