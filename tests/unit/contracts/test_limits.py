"""What is too large is named with its size and the path to most of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from warren.contracts import limits
from warren.contracts.limits import MAX_PAYLOAD_BYTES, check_payload
from warren.contracts.values import encode
from warren.errors import ValueTooLarge

LARGE = "x" * MAX_PAYLOAD_BYTES


@dataclass
class Report:
    title: str
    pages: dict[str, Any]


@pytest.mark.parametrize(
    ("value", "path"),
    [
        ([1, LARGE], "[1]"),
        ({"a": 1, "b": [LARGE]}, "['b'][0]"),
        (Report("t", {"one": (1, LARGE)}), ".pages['one'][1]"),
        ({1: LARGE}, "[1]"),
    ],
)
def test_the_path_to_most_of_it_is_named(value: Any, path: str) -> None:
    with pytest.raises(ValueTooLarge, match=r"the result has 12\.0 MiB") as caught:
        check_payload(encode(value), "the result")
    assert f"(most of it at {path}: 12.0 MiB)" in str(caught.value)


def test_no_part_is_named_where_many_share_it() -> None:
    with pytest.raises(ValueTooLarge) as caught:
        check_payload(["x" * (1 << 20)] * 13, "the result")
    assert "most of it" not in str(caught.value)
    assert limits.largest_part(1, 1) == {}
