"""The enums of the catalogue, and classes that are no records: of each kind one or more.

As users write them: some of it is not how this project would.
"""

from __future__ import annotations

import datetime as dt
import decimal
import enum
from typing import Annotated, Any, NewType

import attrs
import typing_extensions as te
from pydantic import (
    AnyUrl,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    GetCoreSchemaHandler,
    PlainSerializer,
    SecretStr,
)
from pydantic_core import core_schema
from typing_extensions import TypeVar

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


class Spoken(enum.Enum):
    ONE = 1

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        return core_schema.no_info_before_validator_function(
            lambda value: 1 if value == "one" else value, handler(source)
        )


class Lenient(enum.Enum):
    YES = "yes"

    @classmethod
    def _missing_(cls, value: object) -> Lenient | None:
        return cls.YES if value == "y" else None


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


class Password(SecretStr):
    """A subclass of a secret."""


class Money(decimal.Decimal):
    """A subclass of `Decimal`."""


class Birthday(dt.date):
    """A subclass of `date`."""


class Link(AnyUrl):
    """A subclass of an URL."""


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
Nest = te.TypeAliasType("Nest", "list[Nest] | int")
TreeOf = te.TypeAliasType("TreeOf", "T | list[TreeOf[T]]", type_params=(T,))
ByText = te.TypeAliasType("ByText", "dict[str, UserId]")


Even = Annotated[int, BeforeValidator(lambda value: int(value) * 2)]
Hexadecimal = Annotated[int, PlainSerializer(hex)]


def bag(label: str, **counts: int) -> Bag:
    made = Bag(counts)
    made.label = label
    return made
