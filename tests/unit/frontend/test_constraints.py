"""Metadata of `Annotated[...]`: read as data only where that is all that it says; else a worker asks pydantic."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any

import annotated_types as at
import pytest
from pydantic import AnyUrl, Field, HttpUrl, StringConstraints, UrlConstraints
from pydantic_core import CoreSchema, core_schema

from warren import Workflow, workflow
from warren.errors import InvalidInput
from warren.frontend.constraints import constraints_of
from warren.testing.driver import executable_of


class Unit:
    """A marker of a user's, with the name of one of annotated-types' own."""

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> CoreSchema:
        return core_schema.no_info_after_validator_function(lambda value: value * 2, handler(source))


@dataclass(frozen=True)
class Bound:
    """A marker of a user's that means nothing to pydantic, with attributes named like constraints."""

    gt: int = 10
    pattern: str = "x"


@pytest.mark.parametrize(
    "item",
    [Unit, Unit(), UrlConstraints(allowed_schemes=["ftp"]), Field(pattern=re.compile("a", re.IGNORECASE))],
    ids=["class", "marker", "url", "compiled pattern"],
)
def test_what_is_more_than_data_is_left_to_a_worker(item: Any) -> None:
    assert constraints_of([item]).code


def test_what_pydantic_does_not_read_is_not_read() -> None:
    assert constraints_of([Bound(), "a comment", at.doc("a document")]).bounds == {}
    assert constraints_of([Bound()]).code == ""


def test_constraints_of_pydantic_and_of_annotated_types_are_data() -> None:
    found = constraints_of([Field(gt=1), at.Interval(le=5), StringConstraints(pattern="^a", to_lower=True)])
    assert found.bounds == {"gt": 1, "le": 5, "pattern": "^a", "to_lower": True}
    assert found.code == ""


@workflow
class Reads(Workflow):
    async def run(
        self,
        ftp: Annotated[AnyUrl, UrlConstraints(allowed_schemes=["ftp"])] | None = None,
        page: HttpUrl | None = None,
        twice: Annotated[int, Unit()] = 0,
        plain: Annotated[int, Bound()] = 0,
    ) -> None: ...


def test_a_program_asks_a_worker_for_them() -> None:
    executable = executable_of(Reads)
    assert executable.bind_input({"ftp": "http://a"})["ftp"] == {"$": "unchecked", "v": "http://a"}
    assert executable.bind_input({"twice": 3})["twice"] == {"$": "unchecked", "v": 3}
    assert executable.bind_input({"plain": 3})["plain"] == 3
    with pytest.raises(InvalidInput, match="plain"):
        executable.bind_input({"plain": "three"})
