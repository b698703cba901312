"""Task tokens: text that names one attempt of an action, for whoever completes it from elsewhere.

A token is opaque to its holders. It has a version, and a check that tells a damaged or invented text from a token. It
is no secret and no permission: whoever may publish to `warren.commands` may complete actions. It does not name the
shard, which the run's row knows.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic_core import PydanticCustomError

from warren.contracts.identity import shown

_VERSION: Final = 1
_CHECK_BYTES: Final = 7
_BYTES: Final = 1 + 16 + 8 + 4 + _CHECK_BYTES
_RULE: Final = "pass on what `action_context().task_token` gave, whole and unchanged"


class TaskToken(NamedTuple):
    """What a token names."""

    run_id: UUID
    invocation: int
    attempt: int


def write_token(run_id: UUID, invocation: int, attempt: int) -> str:
    """The token of an attempt: 48 characters of A-Z, a-z, 0-9, `-` and `_`."""
    body = bytes([_VERSION]) + run_id.bytes + invocation.to_bytes(8, "big") + attempt.to_bytes(4, "big")
    return base64.urlsafe_b64encode(body + _check(body)).decode()


def read_token(text: Any) -> TaskToken:
    """What a token names.

    Raises:
        ValueError: the text is no token, or one of another version of Warren.
    """
    if not isinstance(text, str):
        raise _refused(f"a task token is text, not a value of type {type(text).__name__}; {_RULE}")
    try:
        data = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError, ValueError):
        raise _refused(f"{shown(text)} is no task token; {_RULE}") from None
    body, check = data[:-_CHECK_BYTES], data[-_CHECK_BYTES:]
    if len(data) < _CHECK_BYTES + 1 or check != _check(body):
        raise _refused(f"{shown(text)} is no task token, or a damaged one; {_RULE}")
    if body[0] != _VERSION or len(data) != _BYTES:
        versions = f"of version {body[0]}, and this Warren reads {_VERSION}; upgrade it"
        raise _refused(f"{shown(text)} is a task token {versions}")
    return TaskToken(UUID(bytes=body[1:17]), int.from_bytes(body[17:25], "big"), int.from_bytes(body[25:29], "big"))


def check_token(text: Any) -> Any:
    """The text of a token; raises as `read_token` does."""
    read_token(text)
    return text


def _check(body: bytes) -> bytes:
    return hashlib.sha256(b"warren task token" + body).digest()[:_CHECK_BYTES]


def _refused(text: str) -> ValueError:
    """An error that pydantic reports without words of its own."""
    return PydanticCustomError("task_token", "{text}", {"text": text})
