"""Results and errors of actions as JSON data, under the names that programs written for waymark use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from warren.contracts.imported_types import ImportedTypes
from warren.contracts.plain import exception_message
from warren.contracts.values import Json, decode, encode, encode_exception
from warren.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class ActionResultPayload:
    """What an action gave: `result`, or else `error` with `type`, `module`, `message` and `traceback`."""

    result: Any
    error: dict[str, Any] | None = None


def serialize_result_payload(value: Any) -> Json:
    """A returned value as JSON data; raises `UnserializableValue`."""
    return {"result": encode(value)}


def serialize_error_payload(action: str, error: BaseException) -> Json:
    """An exception of `action` as JSON data."""
    return {"action": action, "error": encode_exception(error, with_traceback=True)}


def deserialize_result_payload(payload: Json) -> ActionResultPayload:
    """The inverse of both; raises `InvalidInput` for anything else."""
    if not isinstance(payload, dict) or ("result" in payload) == ("error" in payload):
        raise InvalidInput("an action's payload is an object with either 'result' or 'error'")
    if "result" in payload:
        return ActionResultPayload(decode(payload["result"], ImportedTypes()))
    error = payload["error"]
    module, _, name = str(error["t"]).partition(":")
    return ActionResultPayload(
        None,
        {"type": name, "module": module, "message": exception_message(error), "traceback": error.get("tb", "")},
    )
