"""Attributes and memos that somebody types."""

from __future__ import annotations

import pytest

from warren.contracts.attributes import start_attributes
from warren.errors import InvalidInput
from warren_cli.attributes import parse_attributes, parse_memo


def test_a_value_is_json_or_a_time_or_a_text() -> None:
    parts = [
        "a=x",
        "b=5",
        "c=2.5",
        "d=true",
        'e=["x", "y"]',
        'f="5"',
        "g=2026-11-28T10:00:00Z",
        "h=2026-11-28",
        "i=a=b",
        "j=",
    ]
    found = parse_attributes(parts)
    when = {"$": "datetime", "v": "2026-11-28T10:00:00+00:00"}
    assert found == {
        "a": "x",
        "b": 5,
        "c": 2.5,
        "d": True,
        "e": ["x", "y"],
        "f": "5",
        "g": when,
        "h": "2026-11-28",
        "i": "a=b",
        "j": "",
    }
    assert len(start_attributes(found)) == 10
    assert parse_attributes(["g=2026-99-28T10:00:00Z"]) == {"g": "2026-99-28T10:00:00Z"}


def test_a_memo_is_json_or_texts() -> None:
    assert parse_memo(['a={"b": [1]}', "c=it is so"]) == {"a": {"b": [1]}, "c": "it is so"}


@pytest.mark.parametrize("part", ["a", "=1", ""])
def test_what_has_no_name_is_refused(part: str) -> None:
    with pytest.raises(InvalidInput, match=f"--attribute {part}: write NAME=VALUE"):
        parse_attributes([part])
    with pytest.raises(InvalidInput, match=f"--memo {part}: write NAME=VALUE"):
        parse_memo([part])
