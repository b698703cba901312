"""What the engine is told about a user's class, above all whether it can construct it."""

from __future__ import annotations

import dataclasses
import enum
from dataclasses import InitVar, dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Annotated, Any

import pytest
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    RootModel,
    computed_field,
    model_validator,
)

from warren.frontend.typedefs import TypeRegistry
from warren.ir import TypeDef
from warren.ir.expressions import Const


def describe(cls: type) -> TypeDef:
    registry = TypeRegistry(lambda function: f"compiled:{function.__qualname__}")
    name = registry.use(cls)
    assert name is not None
    return registry.types[name.ref]


@dataclass(frozen=True, order=True)
class Plain:
    a: int
    b: str = "x"
    c: list[int] = field(default_factory=list, repr=False)
    d: int = field(default=3, init=False, compare=False, kw_only=True)

    limit = 5
    __hidden = 6

    def method(self) -> int:
        return self.a


class Line(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    sku: str = Field(alias="SKU")
    tags: list[str] = []
    at: datetime | None = None
    parts: dict[str, int] = Field(default_factory=lambda: {"a": 1})
    _private: int = PrivateAttr(1)


class Tree(BaseModel):
    children: list[Tree] = []


class Color(enum.Enum):
    RED = "r"
    CRIMSON = "r"  # noqa: PIE796 - an alias


class Base(Exception):
    code = 7


class Derived(Base, LookupError):
    pass


def test_a_dataclass() -> None:
    found = describe(Plain)
    assert found.kind == "dataclass"
    assert (found.frozen, found.eq, found.order, found.constructible) == (True, True, True, True)
    assert found.match_args == ("a", "b", "c")
    assert found.constants == {"limit": Const(5), "_Plain__hidden": Const(6)}
    assert [(one.name, one.spec, one.default, one.factory) for one in found.fields] == [
        ("a", "int", None, None),
        ("b", "str", Const("x"), None),
        ("c", {"list": "int"}, None, "list"),
        ("d", "int", Const(3), None),
    ]
    last = found.fields[3]
    assert (last.init, last.compare, last.keyword_only, found.fields[2].repr) == (False, False, True, False)


def test_a_model() -> None:
    found = describe(Line)
    assert (found.kind, found.frozen, found.extra, found.constructible) == ("model", True, "forbid", True)
    assert found.bases[-1] == "pydantic.main:BaseModel"
    sku, tags, at, parts = found.fields
    assert (sku.alias, sku.default, sku.spec) == ("SKU", None, "str")
    assert (tags.factory, tags.spec) == ("list", {"list": "str"})
    assert at.spec == {"union": ["datetime", "none"]}
    assert parts.factory == "compiled:Line.<lambda>"


def test_a_recursive_model() -> None:
    assert describe(Tree).fields[0].spec == {"list": {"type": f"{__name__}:Tree"}}


def test_an_enum() -> None:
    found = describe(Color)
    assert [(member.name, member.value) for member in found.members] == [("RED", Const("r")), ("CRIMSON", Const("r"))]
    assert found.constructible


def test_an_exception() -> None:
    found = describe(Derived)
    assert found.kind == "exception"
    assert found.constructible
    assert found.constants == {"code": Const(7)}
    assert found.bases == (
        f"{__name__}:Base",
        "builtins:LookupError",
        "builtins:Exception",
        "builtins:BaseException",
    )


@dataclass
class WithPostInit:
    a: int

    def __post_init__(self) -> None:
        self.a += 1


@dataclass
class WithInitVar:
    a: InitVar[int]


@dataclass(init=False)
class WithOwnInit:
    a: int

    def __init__(self) -> None:
        self.a = 1


class OverDataclass(Plain):
    def __init__(self) -> None:
        super().__init__(1)


@dataclass
class WithImpureFactory:
    a: Any = field(default_factory=datetime.now)


class WithValidator(BaseModel):
    a: int

    @model_validator(mode="after")
    def check(self) -> WithValidator:
        return self


class WithConstraint(BaseModel):
    a: int = Field(gt=0)


class WithNestedConstraint(BaseModel):
    a: list[Annotated[int, AfterValidator(abs)]] = []


class Holding(BaseModel):
    a: WithConstraint


class WithComputed(BaseModel):
    @computed_field
    def double(self) -> int:
        return 2


class WithPostHook(BaseModel):
    def model_post_init(self, context: Any) -> None:
        pass


class WithConfig(BaseModel):
    model_config = ConfigDict(str_strip_whitespace=True)
    a: str


class WithFieldsNamedLikeConstraints(BaseModel):
    gt: int = 1
    pattern: str = "x"
    type: str = "y"


class Root(RootModel[int]):
    pass


class OwnError(Exception):
    def __init__(self, sku: str) -> None:
        super().__init__(f"no {sku}")


class OddEnum(enum.Enum):
    A = 1

    @classmethod
    def _missing_(cls, value: object) -> OddEnum:
        return cls.A


@pytest.mark.parametrize(
    ("cls", "constructible"),
    [
        (WithPostInit, False),
        (WithInitVar, False),
        (WithOwnInit, False),
        (OverDataclass, False),
        (WithImpureFactory, False),
        (WithValidator, False),
        (WithConstraint, False),
        (WithNestedConstraint, False),
        (Holding, False),
        (WithComputed, False),
        (WithPostHook, False),
        (WithConfig, False),
        (WithFieldsNamedLikeConstraints, True),
        (Root, False),
        (OwnError, False),
        (OddEnum, False),
    ],
)
def test_constructible_only_without_code_of_the_users(cls: type, constructible: bool) -> None:
    assert describe(cls).constructible is constructible


def test_a_plain_class_is_no_type() -> None:
    class Client:
        @cached_property
        def x(self) -> int:
            return 1

    assert TypeRegistry(lambda function: "").use(Client) is None
    assert dataclasses.is_dataclass(Plain)
