"""`RetryPolicy` says at once what it cannot mean."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from warren import ActionTimeout, RetryPolicy


def test_exception_classes_become_names() -> None:
    assert RetryPolicy(exception_types=[ValueError, "ActionTimeout", ActionTimeout]).exception_types == (
        "ValueError",
        "ActionTimeout",
        "ActionTimeout",
    )
    assert RetryPolicy() == RetryPolicy(attempts=None, exception_types=None, backoff_seconds=None)
    assert hash(RetryPolicy(exception_types=["a"])) == hash(RetryPolicy(exception_types=("a",)))


def test_it_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        RetryPolicy().attempts = 3


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"attempts": 0}, "at least 1"),
        ({"attempts": True}, "whole number"),
        ({"attempts": 1.5}, "whole number"),
        ({"exception_types": "ValueError"}, "must be a list"),
        ({"exception_types": [3]}, "neither"),
        ({"exception_types": [int]}, "neither"),
        ({"backoff_seconds": -1}, "negative"),
        ({"backoff_seconds": math.nan}, "negative"),
        ({"backoff_seconds": "1"}, "number of seconds"),
    ],
)
def test_nonsense_is_refused(fields: dict[str, Any], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        RetryPolicy(**fields)
