"""Workflows about values and exceptions of every type; their classes are known to the workers and to the test."""

from __future__ import annotations

import asyncio
import enum
import ipaddress
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import PurePosixPath
from typing import Any, Generic, NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import BaseModel, HttpUrl, PrivateAttr, SecretStr, TypeAdapter, field_validator

from warren import Workflow, action, action_context, workflow

T = TypeVar("T")


class Colour(enum.Enum):
    RED = "r"
    BLUE = "b"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


@dataclass
class Point:
    x: int
    y: Decimal
    tags: set[str] = field(default_factory=set)


class Line(BaseModel):
    sku: str
    price: Decimal
    colour: Colour | None = None


class Order(BaseModel):
    id: UUID
    at: datetime
    lines: list[Line] = []
    notes: dict[str, str] = {}


class Place(NamedTuple):
    """A named tuple."""

    row: int
    letter: str = "a"


class Sku(str):
    """A subclass of `str`."""


class Page(BaseModel, Generic[T]):
    """A generic model."""

    items: list[T]


class Box(BaseModel):
    """Has state that is no field."""

    side: int
    _volume: int = PrivateAttr(0)

    def model_post_init(self, context: Any, /) -> None:
        self._volume = self.side**3


class Customer(BaseModel):
    """Has a validator."""

    name: str
    age: int = 0

    @field_validator("name")
    @classmethod
    def check_name(cls, name: str) -> str:
        if name == "nobody":
            raise ValueError("nobody is no customer")
        return name.title()


class OutOfStock(Exception):
    """An exception with attributes of its own."""

    def __init__(self, sku: str, missing: int) -> None:
        super().__init__(f"{missing} of {sku} are missing")
        self.sku = sku
        self.missing = missing


class NoSuchThing(OutOfStock):
    """A subclass."""


VALUES: dict[str, Any] = {
    "none": None,
    "bools": [True, False],
    "ints": [0, -1, 2**63, -(10**40)],
    "floats": [0.5, -0.0, 1e300, float("inf")],
    "text": "äöü 🐇 \x00 \ud800",
    "bytes": b"\x00\xff",
    "datetime": datetime(2024, 2, 29, 12, 30, 1, 123456, tzinfo=UTC),
    "naive": datetime(2024, 2, 29, 12, 30),  # noqa: DTZ001 - naive on purpose
    "zoned": datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Berlin")),
    "date": date(2024, 2, 29),
    "time": time(23, 59, 59, 999999),
    "timedelta": timedelta(days=-1, microseconds=7),
    "decimal": Decimal("1.10"),
    "uuid": UUID("12345678-1234-5678-1234-567812345678"),
    "path": PurePosixPath("/tmp/x"),
    "tuple": (1, ("a", (2.0,)), []),
    "set": {1, "a", (2, 3)},
    "frozenset": frozenset({Decimal(1), "b"}),
    "keys": {1: "a", (2, 3): "b", Colour.RED: "c", "$": "d"},
    "range": range(1, 9, 2),
    "enum": Colour.BLUE,
    "int enum": Level.HIGH,
    "dataclass": Point(1, Decimal("2.50"), {"a", "b"}),
    "model": Order(
        id=UUID(int=7),
        at=datetime(2024, 1, 1, tzinfo=UTC),
        lines=[Line(sku="a", price=Decimal("9.99"), colour=Colour.RED), Line(sku="b", price=Decimal(1))],
        notes={"x": "y"},
    ),
    "named tuple": Place(3),
    "subclass": Sku("a-1"),
    "generic": Page[Line](items=[Line(sku="a", price=Decimal(1))]),
    "private": Box(side=3),
    "address": ipaddress.ip_address("10.0.0.1"),
    "url": TypeAdapter(HttpUrl).validate_python("http://a.b/c"),
    "secret": SecretStr("s3cret"),
    "pattern": re.compile("a+", re.IGNORECASE),
    "fraction": Fraction(1, 3),
    "complex": 1 - 2j,
    "counter": Counter("aab"),
    "deque": deque([1, 2], maxlen=2),
    "named zone": datetime(2024, 1, 1, tzinfo=timezone(timedelta(hours=1), "MEZ")),
    "records as keys": {Place(1): "x"},
    "nested": [
        {"points": (Point(1, Decimal(1)), Point(2, Decimal(2)))},
        {"by": {Colour.RED: [Order(id=UUID(int=1), at=datetime(2024, 1, 1, tzinfo=UTC))]}},
    ],
}


def shape(value: Any) -> Any:
    """A value's types all the way down, as text, since `True == 1` and `Decimal(1) == 1`."""
    name = type(value).__name__
    if isinstance(value, enum.Enum):
        return f"{type(value).__name__}.{value.name}"
    if isinstance(value, dict):
        return name, [(shape(key), shape(each)) for key, each in value.items()]
    if isinstance(value, list | tuple):
        return name, [shape(each) for each in value]
    if isinstance(value, set | frozenset):
        return name, sorted(str(shape(each)) for each in value)
    if isinstance(value, BaseModel):
        return name, [(key, shape(each)) for key, each in value]
    if isinstance(value, Point):
        return name, [shape(each) for each in (value.x, value.y, value.tags)]
    return f"{name} {value!r}"


@action
async def look(value: Any, seen: str) -> Any:
    """Gives the value back if the worker sees what the client sent."""
    if str(shape(value)) != seen:
        raise TypeError(f"{shape(value)} is not {seen}")
    return value


@action
async def make(kind: str) -> Any:
    return VALUES[kind]


@action
async def take(sku: str, count: int) -> int:
    if sku == "gone":
        raise NoSuchThing(sku, count)
    if count > 3:
        raise OutOfStock(sku, count - 3)
    return count


@workflow
class RoundTrip(Workflow):
    """Client to engine to worker and back; and a value that begins in the worker."""

    name = "e2e.round-trip"

    async def run(self, kind: str, value: Any, seen: str) -> Any:
        returned = await look(value, seen)
        made = await make(kind)
        return {"given": value, "returned": returned, "made": await look(made, seen), "pair": (returned, [made])}


@workflow
class Stock(Workflow):
    """A user's exception, caught by its class, with its attributes."""

    name = "e2e.stock"

    async def run(self, sku: str, count: int) -> list[Any]:
        try:
            return ["taken", await take(sku, count)]
        except NoSuchThing as error:
            return ["no such thing", error.sku, error.missing, str(error)]
        except OutOfStock as error:
            return ["out of stock", error.sku, error.missing, str(error)]


@action
async def welcome(customer: Customer) -> str:
    return f"{type(customer).__name__} {customer.name}, {customer.age}"


@workflow
class Welcome(Workflow):
    """Takes a type whose validator only a worker has."""

    name = "e2e.welcome"

    async def run(self, customer: Customer) -> list[Any]:
        return [await welcome(customer), customer]


@action(queue="quiet")
async def count(document: list[str], question: str) -> int:
    document.append(question)  # into a copy of its own
    return document.count(question)


@workflow
class Questions(Workflow):
    """Gives one large value to many actions."""

    name = "e2e.questions"

    async def run(self, words: int, singly: int, at_once: int) -> list[int]:
        document = ["word"] * words
        for _ in range(singly):
            await count(document, question="word")
        found = await asyncio.gather(*[count(document, question="word") for _ in range(at_once)])
        return [*found, len(document)]


@action
async def delegate(sku: str, count: int) -> list[Any]:
    """Starts a run and waits for it."""
    context = action_context()
    handle = await Stock().start(sku, count, _key=f"{context.run_id}:{context.invocation}")
    return await handle.result()


@workflow
class Delegating(Workflow):
    """An action of it starts a run."""

    name = "e2e.delegating"

    async def run(self, sku: str, count: int) -> list[Any]:
        return await delegate(sku, count)


@workflow
class Careless(Workflow):
    """The same, uncaught."""

    name = "e2e.careless"

    async def run(self, sku: str, count: int) -> int:
        return await take(sku, count)
