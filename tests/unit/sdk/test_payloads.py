"""The names that programs written for waymark use."""

from __future__ import annotations

import pytest

from warren import (
    InvalidInput,
    deserialize_result_payload,
    serialize_error_payload,
    serialize_result_payload,
)


def test_results_and_errors_come_back() -> None:
    assert deserialize_result_payload(serialize_result_payload((1, {2}))).result == (1, {2})
    try:
        {}["missing"]
    except KeyError as error:
        payload = deserialize_result_payload(serialize_error_payload("m:act", error))
    assert payload.result is None
    assert payload.error is not None
    assert (payload.error["type"], payload.error["module"], payload.error["message"]) == (
        "KeyError",
        "builtins",
        "'missing'",
    )
    assert "test_payloads" in payload.error["traceback"]


def test_anything_else_is_refused() -> None:
    for wrong in (None, {}, {"result": 1, "error": 2}):
        with pytest.raises(InvalidInput):
            deserialize_result_payload(wrong)
