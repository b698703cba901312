"""A class's name across processes, for people, and as Python has it."""

from __future__ import annotations

import enum
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import AfterValidator, BaseModel, Field

from warren.contracts.class_names import find_type, python_name, short_name, type_ref
from warren.contracts.values import encode
from warren.errors import UnserializableValue

T = TypeVar("T")


class Page(BaseModel, Generic[T]):
    item: T


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (int, "int"),
        (Any, "Any"),
        (list[int], "list[int]"),
        (int | None, "int | None"),
        (Literal["a", 1] | None, "Literal['a', 1] | None"),
        (dict[str, list[int | str]], "dict[str, list[int | str]]"),
        (tuple[int, ...], "tuple[int, ...]"),
        (Page[int], "Page[int]"),
    ],
)
def test_a_generic_model_has_the_name_that_pydantic_gives_it(given: Any, text: str) -> None:
    cls = Page[given]
    ref = type_ref(cls)
    assert find_type(ref, BaseModel) is cls
    assert python_name(ref) == cls.__name__
    assert short_name(ref) == f"Page[{text}]"


class Color(enum.Enum):
    RED = 1


@pytest.mark.parametrize("given", [Annotated[str, Field(max_length=2)], Literal[Color.RED]])
def test_one_given_what_has_no_name_is_found_where_it_was_made(given: Any) -> None:
    cls = Page[given]
    assert find_type(type_ref(cls), BaseModel) is cls


def test_one_whose_name_has_an_address_is_refused_where_it_is_sent() -> None:
    value = Page[Annotated[int, AfterValidator(lambda number: number)]](item=1)
    with pytest.raises(UnserializableValue, match=r"write a class with a name: `class Named\(Page\[...\]\)`"):
        encode(value)
