"""A class's name across processes, for people, and as Python has it."""

from __future__ import annotations

from typing import Any, Generic, Literal, TypeVar

import pytest
from pydantic import BaseModel

from warren.contracts.class_names import find_type, python_name, short_name, type_ref

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
