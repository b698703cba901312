"""What names a run and its workflow: which keys, run ids and names may be, and what is said to who sends another one.

One set of rules for the client, which checks before it sends, and for the compiler, which checks what anybody sent.
Must not know who asks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from pydantic_core import PydanticCustomError

from warren.contracts import names

KEY_LENGTH: Final = 500
_SHOWN: Final = 60


def shown(value: object) -> str:
    """A value as an error names it: its `repr`, cut where it is long."""
    try:
        text = ascii(value) if isinstance(value, str) and not _is_unicode(value) else repr(value)
    except Exception:  # noqa: BLE001 - a foreign __repr__, or an integer with too many digits
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}... ({len(text):,} characters)"


def check_key(key: Any) -> Any:
    """A caller's own name for a run; raises `ValueError` that names it and says what to do."""
    rule = f"write 1 to {KEY_LENGTH} characters, or leave the key away"
    _check_text(key, rule)
    if not key:
        raise _refused(f"'' is empty; {rule}")
    if len(key) > KEY_LENGTH:
        raise _refused(f"{shown(key)} is too long ({len(key):,} characters); {rule}")
    return key


def check_workflow_name(name: Any) -> Any:
    """The name of a workflow; raises `ValueError` that names it and says what to do."""
    rule = f"a workflow's name has 1 to {names.WORKFLOW_NAME_BYTES} bytes in UTF-8"
    _check_text(name, rule)
    if not name:
        raise _refused(f"'' is empty; {rule}")
    if not names.is_workflow_name(name):
        raise _refused(f"{shown(name)} is too long ({len(name.encode()):,} bytes); {rule}")
    return name


def check_run_id(run_id: Any) -> UUID:
    """The id of a run, as a `UUID` or its text; raises `ValueError` that names it and says what to do."""
    return read_run_id(run_id, UUID)


def read_run_id(run_id: Any, parse: Callable[[Any], UUID]) -> UUID:
    """The same with a reader of the text: pydantic's own, in a message, is the quicker one."""
    if isinstance(run_id, UUID):
        return run_id
    try:
        return parse(run_id)
    except (ValueError, TypeError, AttributeError):
        raise _refused(f"{shown(run_id)} is no UUID; make one (version 7 or 4), or leave the run id away") from None


def check_version(version: Any) -> Any:
    """The hash of a program, as far as any text can be one; raises `ValueError` that names it and says what to do."""
    _check_text(version, "write the hash of a program, or leave the version away for the latest one")
    return version


def _check_text(value: Any, rule: str) -> None:
    if not isinstance(value, str):
        raise _refused(f"{shown(value)} is of type {type(value).__name__} and not text; {rule}")
    if value.isprintable() and value.isascii():  # as nearly all are
        return
    if "\0" in value:
        raise _refused(f"{shown(value)} has a NUL character, which cannot be stored; {rule}")
    if not _is_unicode(value):
        raise _refused(f"{shown(value)} has half a surrogate pair, which is no Unicode text; {rule}")


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _refused(text: str) -> ValueError:
    """An error that pydantic reports without words of its own."""
    return PydanticCustomError("identity", "{text}", {"text": text})
