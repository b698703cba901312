"""The models of the catalogue: of each way in which people describe data to pydantic with them, one or more.

As users write them: some of it is not how this project would.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Annotated, Any, Generic, Literal, Optional

import typing_extensions as te
from pydantic import (
    AliasChoices,
    AliasPath,
    BaseModel,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    RootModel,
    Tag,
    computed_field,
    field_validator,
    model_serializer,
    model_validator,
)
from tests.catalogue.kinds import B, C, Color, D, Size, T
from tests.catalogue.records import Checked, Point, Tree


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


class TypedExtra(BaseModel):
    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, int]
    a: int = 0


class UpperAround(BaseModel):
    """The classes within it have its generator."""

    model_config = ConfigDict(alias_generator=str.upper)
    point: Point
    again: UpperAround | None = None


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


def private(a: int, secret: int) -> Private:
    made = Private(a=a)
    made._secret = secret
    return made


Short = Page[Annotated[str, Field(max_length=2)]]
Reds = Page[Literal[Color.RED]]
