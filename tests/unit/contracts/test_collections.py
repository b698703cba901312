"""The containers of `collections` keep their class, order and options on the way; what cannot be kept is refused."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any

import pytest

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.values import decode, encode
from warren.errors import InvalidInput, UnserializableValue

VALUES: list[Any] = [
    Counter("abca"),
    Counter({(1, 2): -3}),
    OrderedDict([("b", 1), ("a", deque([1]))]),
    defaultdict(list, {1: [2], "x": []}),
    defaultdict(None, {"$": 1}),
    defaultdict(set, a={1}),
    deque([1, {2: 3}], maxlen=4),
    deque(),
]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_it_arrives_as_it_was(value: Any) -> None:
    arrived = decode(json.loads(json.dumps(encode(value))), ImportedTypes())
    assert type(arrived) is type(value)
    assert repr(arrived) == repr(value)
    for option in ("maxlen", "default_factory"):
        assert getattr(arrived, option, None) == getattr(value, option, None)


def test_a_factory_that_is_no_built_in_class_is_refused() -> None:
    with pytest.raises(UnserializableValue, match="send dict"):
        encode([defaultdict(lambda: 5)])
    with pytest.raises(InvalidInput, match="cannot make its values by 'eval'"):
        decode({"$": "defaultdict", "v": [], "f": "eval"}, ImportedTypes())
