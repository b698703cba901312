"""Values of the user's own classes, between processes: nothing is lost without a word, and secrets are not shown."""

from __future__ import annotations

import json
import threading
from typing import Any

import pytest
from pydantic import BaseModel, PrivateAttr, Secret, SecretBytes, SecretStr
from pydantic_core import core_schema

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.plain import MASK, mask_secrets, to_plain
from warren.contracts.values import decode, encode
from warren.errors import UnserializableValue


class Password(SecretStr):
    """A secret of the user's own."""


class Key(SecretBytes):
    """The same of bytes."""


class Pin(Secret[int]):
    """The same of a number."""


class Account(BaseModel):
    name: str
    password: Password
    _lock: Any = PrivateAttr(default_factory=threading.Lock)
    _length: Any = PrivateAttr(default_factory=lambda: object())


class Hiding:
    """Its serialiser writes less than it is."""

    def __init__(self, text: str) -> None:
        self.text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hiding) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> core_schema.CoreSchema:
        return core_schema.no_info_plain_validator_function(
            lambda value: value if isinstance(value, cls) else cls(value),
            serialization=core_schema.plain_serializer_function_ser_schema(lambda value: "*" * len(value.text)),
        )


class Holder(BaseModel):
    hidden: Hiding


def trip(value: Any) -> Any:
    return decode(json.loads(json.dumps(encode(value))), ImportedTypes())


@pytest.mark.parametrize("value", [Password("hunter2"), Key(b"key"), Pin(1234)])
def test_a_secret_of_the_users_own_arrives_and_is_not_shown(value: Any) -> None:
    arrived = trip([value])[0]
    assert type(arrived) is type(value)
    assert arrived.get_secret_value() == value.get_secret_value()
    assert to_plain(encode([value])) == [MASK]
    assert str(value.get_secret_value()) not in json.dumps(mask_secrets({"args": encode([value])}))


def test_a_secret_in_a_model_arrives_and_what_cannot_be_sent_is_made_again() -> None:
    arrived = trip(Account(name="ann", password=Password("hunter2")))
    assert arrived.password.get_secret_value() == "hunter2"
    assert type(arrived._lock) is type(threading.Lock())
    assert not arrived._lock.locked()
    assert to_plain(encode(arrived)) == {"name": "ann", "password": MASK}


@pytest.mark.parametrize("value", [Hiding("text"), Holder(hidden=Hiding("text"))])
def test_what_a_serialiser_hides_is_no_silent_loss(value: Any) -> None:
    with pytest.raises(UnserializableValue, match="read back"):
        encode(value)
