"""What people read of a value."""

from __future__ import annotations

import collections
import dataclasses
import datetime as dt
import ipaddress
import pathlib
import re
import zoneinfo
from fractions import Fraction
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, ConfigDict, HttpUrl, Secret, SecretBytes, SecretStr
from tests.catalogue.kinds import Token

from warren.contracts.plain import mask_secrets, to_plain
from warren.contracts.values import encode, encode_exception

MASK = "**********"


class Pair(NamedTuple):
    left: int
    right: SecretStr


class Tags(list[str]):
    """A subclass of one of Python's types."""


class Account(BaseModel):
    model_config = ConfigDict(extra="allow")
    password: SecretStr


@dataclasses.dataclass
class Held:
    account: Account
    others: dict[str, Any]


def test_half_a_surrogate_pair_is_spelled_out() -> None:
    assert to_plain(encode(["\ud800 \0 ü", "ü"])) == ["\\ud800 \0 ü", "ü"]


@pytest.mark.parametrize("secret", [SecretStr("pw"), SecretBytes(b"pw"), Secret[int](7), SecretStr("")])
def test_a_secret_is_masked_wherever_it_is(secret: Any) -> None:
    assert to_plain(encode(secret)) == MASK
    held = Held(Account.model_validate({"password": "pw", "more": secret}), {"list": [secret], "tuple": (secret,)})
    assert to_plain(encode(held)) == {
        "account": {"password": MASK, "more": MASK},
        "others": {"list": [MASK], "tuple": [MASK]},
    }
    assert to_plain(encode_exception(ValueError(secret)))["message"] == MASK


def test_tagged_json_that_people_see_has_no_secret() -> None:
    form = {"$": "known", "t": "pydantic.types:SecretStr", "v": MASK}
    shown = mask_secrets({"args": [encode((SecretStr("pw"), 1))], "kwargs": {"a": encode(HttpUrl("http://a.b"))}})
    assert shown["args"] == [{"$": "tuple", "v": [form, 1]}]
    assert shown["kwargs"]["a"]["v"] == "http://a.b/"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (HttpUrl("https://a.b/c"), "https://a.b/c"),
        (ipaddress.ip_address("1.2.3.4"), "1.2.3.4"),
        (Fraction(1, 3), "1/3"),
        (re.compile("a+", re.IGNORECASE), "a+"),
        (zoneinfo.ZoneInfo("Europe/Paris"), "Europe/Paris"),
        (dt.timezone(dt.timedelta(hours=1)), "UTC+01:00"),
        (pathlib.PureWindowsPath("c:/a"), "c:\\a"),
        (pathlib.Path("a/b"), "a/b"),
        (slice(1, 2), "slice(1, 2, None)"),
        (Pair(1, SecretStr("pw")), {"left": 1, "right": MASK}),
        (Tags(["a"]), ["a"]),
        (Token("xy"), "xy"),
        (collections.Counter("aab"), {"a": 2, "b": 1}),
        (collections.OrderedDict(a=1), {"a": 1}),
        (collections.defaultdict(list, a=[1]), {"a": [1]}),
        (collections.deque([1, (2,)]), [1, [2]]),
        (1 + 2j, "(1+2j)"),
        (dt.datetime(2024, 3, 1, 12, tzinfo=zoneinfo.ZoneInfo("Europe/Berlin")), "2024-03-01T12:00:00+01:00"),
        (dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC), "2024-03-01T12:00:00+00:00"),
    ],
)
def test_a_value_with_a_class_is_written_as_people_write_it(value: Any, plain: Any) -> None:
    assert to_plain(encode(value)) == plain


def test_what_nobody_could_have_encoded_is_shown_as_it_came() -> None:
    assert to_plain({"$": "known", "t": "fractions:Fraction", "v": [1, 0]}) == [1, 0]
    assert to_plain({"$": "known", "t": "no:Such", "v": 1}) == 1
    assert to_plain({"$": "datetime", "v": "2024-01-01", "tz": "No/Where"}) == "2024-01-01 No/Where"
