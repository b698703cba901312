"""The catalogue of types: what pydantic takes, Warren takes, and it arrives as what pydantic makes of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError
from tests.catalogue.entries import ENTRIES, Entry
from tests.catalogue.round_trips import arrived_in_an_exception, carry, is_same, sent

from warren.errors import InvalidInput

IDS = [f"{entry.group}: {entry.text}" for entry in ENTRIES]


def adapter_of(entry: Entry) -> TypeAdapter[Any] | None:
    """pydantic's own opinion; None where it has none, as a value of the class can only come from Python."""
    try:
        return TypeAdapter(entry.annotation)
    except Exception:  # noqa: BLE001 - of whatever kind: there is no schema
        return None


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_plain_json_is_taken_as_pydantic_takes_it(entry: Entry) -> None:
    adapter = adapter_of(entry)
    for data in entry.json:
        assert adapter is not None
        try:
            expected = adapter.validate_json(json.dumps(data))
        except ValidationError:
            with pytest.raises(InvalidInput):
                carry(entry, data)
            continue
        for value in carry(entry, data):
            assert is_same(value, expected), (data, value, expected)


@pytest.mark.parametrize("entry", ENTRIES, ids=IDS)
def test_python_values_arrive_as_what_they_were(entry: Entry) -> None:
    adapter = adapter_of(entry)
    for value in entry.values():
        expected = value if adapter is None else adapter.validate_python(value)
        for arrived in carry(entry, sent(value)):
            assert is_same(arrived, expected), (arrived, expected)
        assert is_same(arrived_in_an_exception(value), value)


def test_the_catalogue_is_large() -> None:
    assert len({entry.text for entry in ENTRIES}) >= 150
    assert sum(len(entry.json) + len(entry.python) for entry in ENTRIES) >= 600
