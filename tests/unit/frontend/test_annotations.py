"""Annotations become type specs; what has none is `any`."""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from ipaddress import IPv4Address
from pathlib import Path
from typing import (
    Annotated,
    Any,
    Generic,
    Literal,
    LiteralString,
    NamedTuple,
    Never,
    NewType,
    Optional,
    TypedDict,
    TypeVar,
    Union,
)
from uuid import UUID

import pytest
from annotated_types import Gt, Interval, MinLen
from pydantic import AfterValidator, BaseModel, Field, FilePath, Json, PositiveInt, Secret, SecretStr
from typing_extensions import TypeAliasType

from warren.frontend.annotations import spec_of, spec_of_field
from warren.frontend.hints import hints_of
from warren.frontend.typedefs import TypeRegistry

T = TypeVar("T")
UserId = NewType("UserId", int)
Json_ = TypeAliasType("Json_", "list[Json_] | int")
Lost = TypeAliasType("Lost", "list[Nowhere]")  # type: ignore[name-defined]  # noqa: F821 - the point


class Row(TypedDict):
    a: int


class Pair(NamedTuple):
    a: int
    b: str = "b"


@dataclass
class Box(Generic[T]):
    value: T
    next: Box[T] | None = None


class Page(BaseModel, Generic[T]):
    items: list[T]


class Color(enum.Enum):
    RED = 1


class Model(BaseModel):
    x: int


@dataclass
class Point:
    x: int


class Plain:
    pass


HERE = __name__


@pytest.mark.parametrize(
    ("annotation", "spec"),
    [
        (int, "int"),
        (None, "none"),
        (bool, "bool"),
        (bytes, "bytes"),
        (Any, "any"),
        (object, "any"),
        (T, "any"),
        (dt.datetime, "datetime"),
        (dt.timedelta, "timedelta"),
        (Decimal, "decimal"),
        (UUID, "uuid"),
        (Path, "path"),
        (list, {"list": "any"}),
        (list[int], {"list": "int"}),
        (set[str], {"set": "str"}),
        (frozenset[str], {"frozenset": "str"}),
        (Sequence[int], {"sequence": "int"}),
        (Iterable[int], {"sequence": "int"}),
        (tuple, {"tuple_of": "any"}),
        (tuple[int, ...], {"tuple_of": "int"}),
        (tuple[int, str], {"tuple": ["int", "str"]}),
        (tuple[()], {"tuple": []}),
        (dict, {"dict": ["any", "any"]}),
        (dict[str, list[int]], {"dict": ["str", {"list": "int"}]}),
        (Mapping[str, int], {"dict": ["str", "int"]}),
        (Optional[int], {"union": ["int", "none"]}),  # noqa: UP045 - as people write it
        (int | None, {"union": ["int", "none"]}),
        (Union[int, str], {"union": ["int", "str"]}),  # noqa: UP007 - as people write it
        (int | Any, {"union": ["int", "any"]}),
        (Literal["a", 1], {"literal": ["a", 1]}),
        (Annotated[int, "meta"], "int"),
        (UserId, "int"),
        (Row, {"type": f"{HERE}:Row"}),
        (Pair, {"type": f"{HERE}:Pair"}),
        (Box[int], {"type": f'{HERE}:Box["int"]'}),
        (Page[Point], {"type": f'{HERE}:Page["{HERE}:Point"]'}),
        (deque[int], {"deque": "int"}),
        (Annotated[int, Gt(3)], {"bounded": ["int", {"gt": 3}]}),
        (Annotated[int, AfterValidator(abs)], {"code": ["int", "AfterValidator is code"]}),
        (IPv4Address, {"known": "ipaddress:IPv4Address"}),
        (SecretStr, {"known": "pydantic.types:SecretStr"}),
        (Secret[int], {"known": ["pydantic.types:Secret", "int"]}),
        (Json[list[int]], {"bounded": [{"list": "int"}, {"json": True}]}),
        (FilePath, {"code": ["path", "PathType is code"]}),
        (re.Pattern[bytes], {"known": ["re:Pattern", "bytes"]}),
        (LiteralString, "str"),
        (Never, {"instance": "typing:Never"}),
        (type[int], {"instance": "builtins:type"}),
        (Annotated[str, Field(pattern="(?=a)")], {"code": ["str", "a regular expression of Python's own"]}),
        (Json_, {"union": [{"list": {"code": ["any", "Json_ contains itself"]}}, "int"]}),
        (Color, {"type": f"{HERE}:Color"}),
        (Model, {"type": f"{HERE}:Model"}),
        (list[Point], {"list": {"type": f"{HERE}:Point"}}),
        (Plain, {"instance": f"{HERE}:Plain"}),
        (ValueError, {"instance": "builtins:ValueError"}),
    ],
    ids=str,
)
def test_spec(annotation: Any, spec: Any) -> None:
    registry = TypeRegistry(lambda function: function.__qualname__)
    assert spec_of(annotation, registry.reference) == spec
    if isinstance(spec, dict) and "type" in spec:
        assert spec["type"] in registry.types


class Bounded(BaseModel):
    count: int = Field(gt=0, le=9)
    name: Annotated[str, MinLen(2), "meta"]
    sizes: list[PositiveInt] | None = None
    code: Annotated[str, Field(max_length=4, pattern="x+")]
    free: Any = Field(gt=0)
    scale: Annotated[Decimal, Interval(ge=Decimal(1), lt=5)]


def test_constraints_are_what_pydantic_checks() -> None:
    registry = TypeRegistry(lambda function: function.__qualname__)
    assert {name: spec_of_field(info, registry.reference) for name, info in Bounded.model_fields.items()} == {
        "count": {"bounded": ["int", {"gt": 0, "le": 9}]},
        "name": {"bounded": ["str", {"min_length": 2}]},
        "sizes": {"union": [{"list": {"bounded": ["int", {"gt": 0}]}}, "none"]},
        "code": {"bounded": ["str", {"max_length": 4, "pattern": "x+"}]},
        "free": {"bounded": ["any", {"gt": 0}]},
        "scale": {"bounded": ["decimal", {"ge": {"$": "decimal", "v": "1"}, "lt": 5}]},
    }


def test_an_annotation_that_cannot_be_resolved_is_named() -> None:
    def function(a: int, b: Nowhere, c: Point) -> str: ...  # type: ignore[name-defined]  # noqa: F821 - the point

    unresolved: dict[str, str] = {}
    assert hints_of(function, unresolved) == {"a": int, "c": Point, "return": str}
    assert unresolved == {"b": "'Nowhere' (NameError: name 'Nowhere' is not defined)"}


def test_an_alias_that_cannot_be_resolved_is_named() -> None:
    def function(a: dict[str, Lost], b: Json_) -> str: ...

    unresolved: dict[str, str] = {}
    assert hints_of(function, unresolved) == {"b": Json_, "return": str}
    assert unresolved == {"a": "Lost (NameError: name 'Nowhere' is not defined)"}
