"""What is said about an error to who asked for something: it must work for every error, whatever it holds."""

from __future__ import annotations

from typing import Final

from warren.contracts.encoding import printable
from warren.contracts.messages import ErrorInfo
from warren.errors import WarrenError

_TEXT_LIMIT: Final = 4_000
"""Characters of an error's text that travel: it may quote what was sent, of whatever size."""


def error_info(error: BaseException) -> ErrorInfo:
    """A stable code, and a text of bounded length that JSON can hold."""
    try:
        text = str(error)
    except Exception:  # noqa: BLE001 - it asks arguments for their repr(), which may do anything
        text = "its text cannot be had"
    if isinstance(error, WarrenError):
        code = str(getattr(error, "code", "bad_message"))
    else:
        code, text = "internal_error", f"{type(error).__name__}: {text}".removesuffix(": ")
    if len(text) > _TEXT_LIMIT:
        text = f"{text[:_TEXT_LIMIT]} ... ({len(text):,} characters)"
    return ErrorInfo(code=code, message=printable(text))
