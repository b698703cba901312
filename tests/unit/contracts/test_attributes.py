"""Attributes and memos that anybody may have sent with a start."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from warren.contracts.attributes import (
    MAX_MEMO_BYTES,
    attributes_data,
    changed_attributes,
    check_change,
    check_memo,
    loaded_attributes,
    sent_attributes,
    start_attributes,
)
from warren.errors import InvalidInput


def test_plain_json_and_tagged_times_are_attributes() -> None:
    given = {
        "a": "x",
        "b": 1,
        "c": 1.5,
        "d": True,
        "e": {"$": "datetime", "v": "2026-11-28T12:00:00+02:00"},
        "f": ["y"],
    }
    found = start_attributes({**given, "g": None})
    assert found == {**given, "e": datetime(2026, 11, 28, 10, tzinfo=UTC)}
    assert loaded_attributes(attributes_data(found)) == found
    assert sent_attributes({"e": found["e"], "g": None}) == {
        "e": {"$": "datetime", "v": "2026-11-28T10:00:00+00:00"},
        "g": None,
    }


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (
            {"a": {"b": 1}},
            "attribute 'a': a value is a str, int, float, bool, datetime or a list of str, not an object",
        ),
        ({"a": {"$": "datetime", "v": "soon"}}, "attribute 'a': 'soon' is no date and time of ISO 8601"),
        ({"a": {"$": "datetime", "v": "2026-11-28"}}, "has no time zone"),
        ({"a": {"$": "datetime", "v": "0001-01-01T00:00:00+10:00"}}, "is in no year from 1 to 9999 in UTC"),
        ({"a": [1]}, "a list has texts only"),
        ({"": 1}, "'' is no name of an attribute"),
        ({"ä": 1}, "'ä' is no name of an attribute"),
        ({"a\n": 1}, "is no name of an attribute"),
        ({"key": "k"}, "cannot be called 'key'"),
        ({f"a{n}": n for n in range(65)}, "a run has at most 64 attributes, not 65"),
    ],
)
def test_what_cannot_be_one_is_refused_with_its_name(given: dict[str, Any], says: str) -> None:
    with pytest.raises(InvalidInput, match=r"^attributes: ") as caught:
        start_attributes(given)
    assert says in str(caught.value)


def test_a_type_that_json_has_not_got_is_refused_before_it_is_sent() -> None:
    with pytest.raises(InvalidInput, match=r"attribute 'a': a value is a str"):
        sent_attributes({"a": b"bytes"})  # type: ignore[dict-item]  # the point
    with pytest.raises(ValueError, match="no name"):
        check_change({1: "x"})


def test_a_change_of_type_is_a_change() -> None:
    before = {"a": 1, "b": True, "c": "x", "d": ["y"], "e": 1}
    after = {"a": 1.0, "b": 1, "c": "x", "d": ["y"], "f": 2}
    assert changed_attributes(before, after) == {"a": 1.0, "b": 1, "e": None, "f": 2}
    assert changed_attributes(after, after) == {}


def test_a_memo_is_json() -> None:
    memo = {"note": "ä", "more": {"list": [1, 2.5, True, None, {}]}}
    assert check_memo(memo) == memo


@pytest.mark.parametrize(
    ("memo", "says"),
    [
        ({"a": {"b": [1, b"x"]}}, r"memo\.a\.b\[1\]: a memo is JSON"),
        ({"a": float("nan")}, r"memo\.a: a memo is JSON"),
        ({1: 2}, "memo: a name is a text, not 1"),
        ({"a": "\0"}, r"memo\.a: .* has a NUL"),
        ({"a": "\ud800"}, "half a surrogate pair"),
        ({"a": "x" * MAX_MEMO_BYTES}, "and at most 65,536 are kept"),
        ({"a": (1,)}, r"memo\.a: a memo is JSON"),
    ],
)
def test_what_is_no_memo_is_refused_with_its_place(memo: Any, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        check_memo(memo)
