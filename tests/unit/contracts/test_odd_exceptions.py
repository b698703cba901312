"""Whatever a user's exception holds, it arrives: with what can be sent of it, and a message for people."""

from __future__ import annotations

from typing import Any

import pytest

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.plain import exception_message
from warren.contracts.values import decode, encode_exception
from warren.errors import InvalidInput


class Mute:
    """Cannot be shown."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


class MuteError(Exception):
    """Cannot be shown either."""

    def __str__(self) -> str:
        raise RuntimeError("no")


class Treacherous(Exception):
    """Has an attribute that cannot be sent."""

    def __init__(self) -> None:
        super().__init__("text")
        self.mute = Mute()
        self.code = 7


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (ValueError(Mute()), "<a Mute whose repr() fails>"),
        (MuteError(Mute()), "<a tuple whose repr() fails>"),
        (ValueError(1 << 40_000), "0x1" + "0" * 10_000),
        (KeyError(1 << 40_000), "'0x1" + "0" * 10_000 + "'"),
        (Treacherous(), "text"),
    ],
)
def test_an_odd_exception_arrives_with_a_message(error: Exception, message: str) -> None:
    encoded = encode_exception(error, with_traceback=True)
    assert exception_message(encoded) == message
    assert type(decode(encoded, ImportedTypes())) is type(error)


def test_what_can_be_sent_of_its_attributes_is() -> None:
    assert encode_exception(Treacherous())["a"] == {"code": 7}


@pytest.mark.parametrize("data", [{"$": "uuid", "v": 5}, {"$": "decimal", "v": "x"}, {"$": "path", "v": None}])
def test_an_ill_formed_value_is_the_senders_fault(data: Any) -> None:
    with pytest.raises(InvalidInput):
        decode(data, ImportedTypes())


def test_a_group_says_what_is_in_it() -> None:
    group = ExceptionGroup("many", [ValueError("a"), ExceptionGroup("inner", [KeyError("b")])])
    assert exception_message(encode_exception(group)) == (
        "many (2 sub-exceptions): ValueError: a; ExceptionGroup: inner (1 sub-exception): KeyError: 'b'"
    )


def test_an_exception_that_refuses_to_be_true_or_false_keeps_its_traceback() -> None:
    class Sized(Exception):
        def __len__(self) -> int:
            return 1 << 70

    try:
        raise Sized("odd")
    except Sized as error:
        encoded = encode_exception(error, with_traceback=True)
    assert encoded["args"] == ["odd"]
    assert "raise Sized" in encoded["tb"]
