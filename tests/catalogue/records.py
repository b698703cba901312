"""The dataclasses, named tuples and typed dictionaries of the catalogue, as users write them."""

from __future__ import annotations

import collections
import datetime as dt
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, ClassVar, Generic, NamedTuple, Optional

from pydantic import ConfigDict, Field, GetCoreSchemaHandler
from pydantic.dataclasses import dataclass as checked_dataclass
from pydantic_core import core_schema
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


@dataclass
class Renamed:
    """Pydantic knows the field by another name."""

    user_id: Annotated[int, Field(alias="userId")]


@checked_dataclass
class RenamedChecked:
    user_id: int = Field(validation_alias="userId")


@checked_dataclass(config=ConfigDict(alias_generator=str.upper))
class Upper:
    user: int


@dataclass
class Configured:
    __pydantic_config__ = ConfigDict(alias_generator=str.upper)
    user: int


@dataclass
class Noted:
    """What stands in the annotation only."""

    number: Annotated[int, Field(default=3, gt=0)]


@dataclass
class Described:
    """Tells pydantic how it is made."""

    a: int

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: {"a": 5} if value == "five" else value, handler(source)
        )


@checked_dataclass(config=ConfigDict(regex_engine="python-re"))
class Looking:
    word: Annotated[str, Field(pattern=r"^(?!no)")]


# --- named tuples and typed dictionaries ------------------------------------------------------------------------------


class Pair(NamedTuple):
    left: int
    right: str = "r"


Old = collections.namedtuple("Old", "a b")  # noqa: PYI024 - as people write it


class Nested(NamedTuple):
    pair: Pair
    when: dt.date


class Defaulting(NamedTuple):
    left: int
    tags: list[str] = []
    counts: dict[str, int] = {}
    point: Point = Point(1)


class Empty(NamedTuple):
    left: int
    tags: list[str] = []
    counts: dict[str, int] = {}
    names: set[str] = set()
    more: Frozen = Frozen("more")


class RenamedTuple(NamedTuple):
    left: Annotated[int, Field(alias="Left")]
    right: list[int] = Field(default_factory=lambda: [1])  # type: ignore[assignment]  # as pydantic takes it


class Doubled(Pair):
    """Made by code."""

    def __new__(cls, left: int, right: str = "r") -> Doubled:
        return super().__new__(cls, left * 2, right)


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


class RenamedDict(TypedDict):
    user_id: Annotated[int, Field(alias="userId")]
    number: NotRequired[Annotated[int, Field(default=3)]]


class UpperDict(TypedDict):
    __pydantic_config__ = ConfigDict(alias_generator=str.upper)  # type: ignore[misc]  # as above
    user: int


class Counted(TypedDict, extra_items=int):  # type: ignore[call-arg]  # newer than mypy
    a: str


class LookingDict(TypedDict):
    __pydantic_config__ = ConfigDict(regex_engine="python-re")  # type: ignore[misc]  # as above
    word: Annotated[str, Field(pattern=r"^(?!no)")]


class Holder(TypedDict, Generic[T]):
    held: T


def conf(a: int, twice: int) -> Conf:
    made = Conf(a)
    made.twice = twice
    return made
