"""How updates and their validators are declared."""

from __future__ import annotations

from typing import Any

import pytest

from warren import Workflow, update
from warren.sdk.requests import requests_of
from warren.sdk.updates import updates_in


def test_what_is_no_method_is_refused() -> None:
    with pytest.raises(TypeError, match="@update stands on a method"):
        update(5)  # type: ignore[arg-type]  # what the test is about

    def numbers(self: Any) -> Any:
        yield 1

    with pytest.raises(TypeError, match="it does not yield"):
        update(numbers)


def test_a_validator_is_a_plain_method_with_the_parameters_of_its_update() -> None:
    @update
    def change(self: Any, price: int) -> None: ...

    def other(self: Any, cost: int) -> None: ...

    async def waits(self: Any, price: int) -> None: ...

    with pytest.raises(TypeError, match=r"takes \(cost\); it must take the parameters of the update, \(price\)"):
        change.validator(other)
    with pytest.raises(TypeError, match="stands on a plain method"):
        change.validator(waits)  # type: ignore[type-var]  # the same

    @change.validator
    def check(self: Any, price: int) -> None: ...

    with pytest.raises(TypeError, match="has a validator already"):
        change.validator(check)


def test_a_validator_may_have_the_name_of_its_update() -> None:
    def change(self: Any, price: int) -> None:
        raise ValueError

    @update
    def method(self: Any, price: int) -> None: ...

    method.__name__ = "change"  # type: ignore[attr-defined]  # of a function
    assert method.validator(change) is method  # so that `@change.validator def change` leaves the update in the class
    assert updates_in({"change": method}) == {"change": (method, change)}


def test_updates_of_bases_count_and_a_plain_method_in_their_place_is_none() -> None:
    class Base(Workflow):
        @update
        def one(self) -> None: ...

        @update
        def two(self) -> None: ...

        async def run(self) -> None: ...

    class Below(Base):
        def two(self) -> None: ...  # type: ignore[override]  # an update no more

    assert list(requests_of(Below).updates) == ["one"]
