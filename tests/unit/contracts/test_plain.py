"""What people read of a value."""

from __future__ import annotations

from warren.contracts.plain import to_plain
from warren.contracts.values import encode


def test_half_a_surrogate_pair_is_spelled_out() -> None:
    assert to_plain(encode(["\ud800 \0 ü", "ü"])) == ["\\ud800 \0 ü", "ü"]
