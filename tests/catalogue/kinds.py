"""The classes of the catalogue: of each way in which people describe data to pydantic, one or more.

As users write them: some of it is not how this project would.
"""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import decimal
import enum
import uuid
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Any, ClassVar, Generic, Literal, NamedTuple, NewType, Optional

import attrs
import typing_extensions as te
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    PlainSerializer,
    PrivateAttr,
    RootModel,
    Tag,
    computed_field,
    field_validator,
    model_serializer,
    model_validator,
)
from pydantic.dataclasses import dataclass as checked_dataclass
from pydantic_core import core_schema
from typing_extensions import NotRequired, Required, TypedDict, TypeVar

T = TypeVar("T")
B = TypeVar("B", bound=int)
C = TypeVar("C", int, str)
D = TypeVar("D", default=int)

UserId = NewType("UserId", int)
Matrix = list[list[int]]


# --- enums ------------------------------------------------------------------------------------------------------------


class Color(enum.Enum):
    RED = "red"
    GREEN = 2
    PAIR = (1, "two")


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Size(enum.StrEnum):
    S = "small"
    L = "large"


class Mixed(str, enum.Enum):
    A = "a"
    B = "b"


class Aliased(enum.Enum):
    ONE = 1
    UNO = 1
    TWO = 2


class Planet(enum.Enum):
    EARTH = (5.97, 6.37)
    MARS = (0.64, 3.39)

    def __init__(self, mass: float, radius: float) -> None:
        self.mass = mass
        self.radius = radius


class Coordinate(bytes, enum.Enum):
    def __new__(cls, value: int, label: str) -> Coordinate:
        made = bytes.__new__(cls, [value])
        made._value_ = value
        made.label = label  # type: ignore[attr-defined]  # set here
        return made

    PX = (0, "P.X")
    PY = (1, "P.Y")


class Permission(enum.Flag):
    READ = 1
    WRITE = 2


class Bits(enum.IntFlag):
    ONE = 1
    TWO = 2


class Lenient(enum.Enum):
    YES = "yes"

    @classmethod
    def _missing_(cls, value: object) -> Lenient | None:
        return cls.YES if value == "y" else None


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


# --- models -----------------------------------------------------------------------------------------------------------


class Item(BaseModel):
    sku: str
    price: decimal.Decimal = decimal.Decimal("1.50")
    count: int = Field(1, gt=0, le=100)


class Order(BaseModel):
    id: uuid.UUID
    items: list[Item] = []
    placed: dt.datetime | None = None
    color: Color = Color.RED


class N(BaseModel):
    v: int
    kids: list[N] = []


class Left(BaseModel):
    right: Right | None = None


class Right(BaseModel):
    left: Left | None = None
    n: int = 0


class Page(BaseModel, Generic[T]):
    items: list[T]
    total: int = 0


class Bounded(BaseModel, Generic[B]):
    number: B


class Chosen(BaseModel, Generic[C]):
    value: C


class Defaulted(BaseModel, Generic[D]):
    value: D


class ItemPage(Page[Item]):
    label: str = ""


class Base(BaseModel):
    a: int


class Sub(Base):
    b: str = "b"


class Aliases(BaseModel):
    user_id: int = Field(alias="userId")
    name: str = Field("x", validation_alias="fullName", serialization_alias="shownName")


class Choices(BaseModel):
    value: int = Field(validation_alias=AliasChoices("value", "val", AliasPath("deep", 0)))


class Camel(BaseModel):
    model_config = ConfigDict(alias_generator=lambda name: name.title(), populate_by_name=True)
    user: str


class Extra(BaseModel):
    model_config = ConfigDict(extra="allow")
    a: int = Field(1, alias="b")


class Enclosing(BaseModel):
    model_config = ConfigDict(extra="forbid")
    point: Point
    tree: Tree | None = None
    checked: Checked | None = None


class Forbidding(BaseModel):
    model_config = ConfigDict(extra="forbid")
    a: int


class FrozenModel(BaseModel):
    model_config = ConfigDict(frozen=True)
    a: int
    b: tuple[int, ...] = ()


class StrictModel(BaseModel):
    model_config = ConfigDict(strict=True)
    n: int
    day: dt.date | None = None


class Stripped(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True, str_to_lower=True, str_max_length=5)
    text: str


class EnumValues(BaseModel):
    model_config = ConfigDict(use_enum_values=True)
    size: Size


class NumbersAsText(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)
    text: str


class Private(BaseModel):
    a: int
    _secret: int = PrivateAttr(7)

    def model_post_init(self, context: Any) -> None:
        self._secret = self.a * 3

    def secret(self) -> int:
        return self._secret


class Computed(BaseModel):
    width: int
    height: int = 1

    @computed_field  # type: ignore[prop-decorator]  # as pydantic documents it
    @property
    def area(self) -> int:
        return self.width * self.height


class Validated(BaseModel):
    name: str

    @field_validator("name")
    @classmethod
    def known(cls, value: str) -> str:
        if value == "nobody":
            raise ValueError("nobody is nobody")
        return value.title()


class Whole(BaseModel):
    low: int
    high: int

    @model_validator(mode="after")
    def ordered(self) -> te.Self:
        if self.low > self.high:
            raise ValueError("low is above high")
        return self


class Serialised(BaseModel):
    a: int

    @model_serializer
    def plain(self) -> dict[str, int]:
        return {"A": self.a}


class Made(BaseModel):
    ids: list[int] = Field(default_factory=lambda: [1, 2])
    names: dict[str, int] = Field(default_factory=dict)


class Root(RootModel[list[int]]):
    pass


class Names(RootModel[dict[str, Item]]):
    pass


class Linked(BaseModel):
    me: Optional[te.Self] = None
    n: int = 0


class Cat(BaseModel):
    kind: Literal["cat"]
    lives: int = 9


class Dog(BaseModel):
    kind: Literal["dog"]
    tricks: list[str] = []


class Owner(BaseModel):
    pet: Cat | Dog = Field(discriminator="kind")


class Lake(BaseModel):
    depth: Annotated[float, Field(gt=0, allow_inf_nan=False)]
    code: Annotated[str, Field(pattern=r"^[A-Z]{2}\d$")] = "AB1"
    sizes: Annotated[list[int], Field(min_length=1, max_length=3)] = [1]
    step: Annotated[int, Field(multiple_of=5)] = 5
    money: Annotated[decimal.Decimal, Field(max_digits=5, decimal_places=2)] = decimal.Decimal("1.25")
    day: Annotated[dt.date, Field(ge=dt.date(2020, 1, 1))] = dt.date(2024, 1, 1)


def _kind_of(value: Any) -> str:
    kind = value.get("type") if isinstance(value, dict) else getattr(value, "type", "")
    return "round" if kind == "circle" else "square"


class Circle(BaseModel):
    type: str = "circle"
    radius: float


class Square(BaseModel):
    type: str = "square"
    side: float


Shape = Annotated[Annotated[Circle, Tag("round")] | Annotated[Square, Tag("square")], Discriminator(_kind_of)]
Even = Annotated[int, BeforeValidator(lambda value: int(value) * 2)]
Hexadecimal = Annotated[int, PlainSerializer(hex)]


# --- other classes ----------------------------------------------------------------------------------------------------


class Name(str):
    """A subclass of `str`."""


class Score(int):
    """A subclass of `int`."""


class Tags(list[str]):
    """A subclass of `list`."""


class Bag(dict[str, int]):
    """A subclass of `dict`, with an attribute."""

    label: str


class Token:
    """A class that tells pydantic how its values are made and written."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        made = core_schema.no_info_after_validator_function(cls, core_schema.str_schema(min_length=2))
        return core_schema.json_or_python_schema(
            json_schema=made,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), made]),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda token: token.text),
        )


class Celsius:
    """A class that tells pydantic nothing, such as a library's number."""

    def __init__(self, degrees: float) -> None:
        self.degrees = degrees

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Celsius) and other.degrees == self.degrees

    def __hash__(self) -> int:
        return hash(self.degrees)


def _celsius(value: Any) -> Celsius:
    return value if isinstance(value, Celsius) else Celsius(float(value))


class Reading(BaseModel):
    """The field says how its values are read and written."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    degrees: Annotated[Celsius, BeforeValidator(_celsius), PlainSerializer(lambda value: value.degrees)]
    place: str = ""


@attrs.frozen
class Seat:
    """A class of another library, described to pydantic by hand."""

    row: int
    letter: str = "a"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        fields = core_schema.typed_dict_schema(
            {
                "row": core_schema.typed_dict_field(core_schema.int_schema()),
                "letter": core_schema.typed_dict_field(core_schema.str_schema(), required=False),
            }
        )
        made = core_schema.no_info_after_validator_function(lambda given: cls(**given), fields)
        return core_schema.json_or_python_schema(
            json_schema=made,
            python_schema=core_schema.union_schema([core_schema.is_instance_schema(cls), made]),
            serialization=core_schema.plain_serializer_function_ser_schema(attrs.asdict),
        )


Numbers = te.TypeAliasType("Numbers", list[int])
Pairs = te.TypeAliasType("Pairs", dict[str, T], type_params=(T,))


def bag(label: str, **counts: int) -> Bag:
    made = Bag(counts)
    made.label = label
    return made


def private(a: int, secret: int) -> Private:
    made = Private(a=a)
    made._secret = secret
    return made


def conf(a: int, twice: int) -> Conf:
    made = Conf(a)
    made.twice = twice
    return made


assert dataclasses.is_dataclass(Checked)
