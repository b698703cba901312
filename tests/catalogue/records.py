"""The dataclasses, named tuples and typed dictionaries of the catalogue, as users write them."""

from __future__ import annotations

import collections
import datetime as dt
from dataclasses import InitVar, dataclass, field
from typing import Annotated, ClassVar, Generic, NamedTuple, Optional

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked_dataclass
from tests.catalogue.kinds import T
from typing_extensions import NotRequired, Required, TypedDict

# --- dataclasses ------------------------------------------------------------------------------------------------------


@dataclass
class Point:
    x: int
    y: int = 0


@dataclass(frozen=True)
class Frozen:
    name: str
    tags: tuple[str, ...] = ()


@dataclass(slots=True)
class Slotted:
    a: int
    b: list[int] = field(default_factory=list)


@dataclass(order=True)
class Ordered:
    rank: int
    label: str = field(compare=False, default="")


@dataclass(kw_only=True)
class KeywordOnly:
    a: int
    b: str = "b"


@dataclass
class Conf:
    """Has state that is no field."""

    a: int

    def __post_init__(self) -> None:
        self.twice = self.a * 2


@dataclass
class Initialised:
    a: int
    factor: InitVar[int] = 2
    total: int = field(init=False, default=0)

    def __post_init__(self, factor: int) -> None:
        self.total = self.a * factor


@dataclass
class Derived(Point):
    z: int = 0
    KIND: ClassVar[str] = "derived"


@dataclass
class Tree:
    value: int
    children: list[Tree] = field(default_factory=list)


@dataclass
class Box(Generic[T]):
    value: T
    next: Optional[Box[T]] = None


@checked_dataclass
class Checked:
    age: Annotated[int, Field(ge=0)]
    name: str = "nobody"


@checked_dataclass(config=ConfigDict(strict=True))
class Strict:
    age: int


# --- named tuples and typed dictionaries ------------------------------------------------------------------------------


class Pair(NamedTuple):
    left: int
    right: str = "r"


Old = collections.namedtuple("Old", "a b")  # noqa: PYI024 - as people write it


class Nested(NamedTuple):
    pair: Pair
    when: dt.date


class Movie(TypedDict):
    title: str
    year: int


class Partial(TypedDict, total=False):
    a: int
    b: Required[str]


class Loose(TypedDict):
    a: int
    note: NotRequired[str]


class Inner(TypedDict):
    movie: Movie
    points: list[Point]


class Closed(TypedDict):
    __pydantic_config__ = ConfigDict(extra="forbid")  # type: ignore[misc]  # as pydantic asks for it
    a: int


class Holder(TypedDict, Generic[T]):
    held: T


def conf(a: int, twice: int) -> Conf:
    made = Conf(a)
    made.twice = twice
    return made
