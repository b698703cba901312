"""Attributes and memos of runs: which names and values they may have, and what is said to who gives another one.

An attribute is searched for (`contracts.conditions`), a memo is only shown. One set of rules for the client, the engine
and the compiler. Must not know where attributes are kept.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from warren.contracts.identity import shown
from warren.contracts.limits import check_payload, json_size
from warren.contracts.tags import TAG, Json
from warren.errors import InvalidInput

AttributeValue = str | int | float | bool | datetime | list[str]

MAX_ATTRIBUTES: Final = 64
"""Of one run."""
MAX_NAME_CHARACTERS: Final = 64
MAX_TEXT_CHARACTERS: Final = 500
"""Of a text, and of each text of a list: an index has no room for longer ones."""
MAX_ITEMS: Final = 64
"""Of a list."""
MAX_BYTES: Final = 32_768
"""Of all attributes of a run, as JSON."""
MAX_MEMO_BYTES: Final = 65_536
"""Of a memo as JSON."""

BUILT_IN_NAMES: Final = ("status", "workflow", "key", "run_id", "created_at", "finished_at")
"""What every run can be searched by."""
_WORDS: Final = ("and", "or", "not", "in", "true", "false", "null")
_NAME: Final = re.compile(rf"[A-Za-z_][A-Za-z0-9_]{{0,{MAX_NAME_CHARACTERS - 1}}}\Z")
_TYPES: Final = "str, int, float, bool, datetime or a list of str"
_SCALARS: Final = (str, int, float, bool, datetime)
_MAX_INT: Final = 2**63


def check_change(change: Mapping[Any, Any]) -> dict[str, AttributeValue | None]:
    """Attributes to set, None for those to remove, with times in UTC.

    Raises:
        ValueError: a name or a value is out of bounds.
        TypeError: a value is of no type that an attribute can have.
    """
    return {_checked_name(name): None if value is None else _checked(name, value) for name, value in change.items()}


def check_all(attributes: Mapping[str, Json]) -> int:
    """The size of all attributes of a run, which are tagged JSON; raises `ValueError` for more than it may have."""
    if (count := len(attributes)) > MAX_ATTRIBUTES:
        raise ValueError(f"a run has at most {MAX_ATTRIBUTES} attributes, not {count}: remove some")
    if (size := json_size(attributes)) > MAX_BYTES:
        raise ValueError(
            f"the attributes of a run have at most {MAX_BYTES:,} bytes as JSON, not {size:,}: what is only shown "
            "belongs into the memo or the result"
        )
    return size


def _checked_name(name: Any) -> str:
    if not isinstance(name, str) or not _NAME.match(name):
        raise ValueError(
            f"{shown(name)} is no name of an attribute: write a letter or an underscore, then letters, digits and "
            f"underscores, at most {MAX_NAME_CHARACTERS} in all"
        )
    if name.lower() in _WORDS or name in BUILT_IN_NAMES:
        what = "a word of the search" if name.lower() in _WORDS else "what every run has already"
        raise ValueError(f"an attribute cannot be called {name!r}: that is {what}; take another name")
    return name


def _checked(name: str, value: Any) -> AttributeValue:
    if isinstance(value, (list, tuple)):
        if len(value) > MAX_ITEMS:
            raise ValueError(f"attribute {name!r}: a list has at most {MAX_ITEMS} texts, not {len(value):,}")
        return [_checked_item(name, item) for item in value]
    if value.__class__ not in _SCALARS:
        raise TypeError(f"attribute {name!r}: a value is a {_TYPES}, not a {type(value).__name__}")
    if isinstance(value, str):
        return _checked_text(name, value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"attribute {name!r}: {value.isoformat()} has no time zone: write one, such as UTC")
        return _in_utc(name, value)
    return checked_number(value, f"attribute {name!r}")


def _in_utc(name: str, moment: datetime) -> datetime:
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"attribute {name!r}: {moment.isoformat()} is in no year from 1 to 9999 in UTC") from None


def checked_number(value: float, where: str) -> float:
    """A number (or a bool) that can be kept and compared; raises `ValueError`."""
    if isinstance(value, int) and not -_MAX_INT <= value < _MAX_INT:
        raise ValueError(f"{where}: an integer has at most 64 bits; {shown(value)} has more")
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError(f"{where}: {value!r} cannot be compared with other numbers")
    return value


def _checked_item(name: str, item: Any) -> str:
    if item.__class__ is not str:
        raise TypeError(f"attribute {name!r}: a list has texts only, not a {type(item).__name__}")
    return _checked_text(name, item)


def _checked_text(name: str, text: str) -> str:
    if len(text) > MAX_TEXT_CHARACTERS:
        raise ValueError(
            f"attribute {name!r}: a text has at most {MAX_TEXT_CHARACTERS} characters, not {len(text):,}; what is "
            "longer belongs into the memo or the result"
        )
    if "\0" in text or not _is_unicode(text):
        raise ValueError(f"attribute {name!r}: {shown(text)} has a NUL or half a surrogate pair: remove it")
    return text


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


# --- as JSON ----------------------------------------------------------------------------------------------------------


def attributes_data(change: Mapping[str, AttributeValue | None]) -> dict[str, Json]:
    """Checked attributes as tagged JSON."""
    return {
        name: {TAG: "datetime", "v": value.isoformat()} if isinstance(value, datetime) else value
        for name, value in change.items()
    }


def loaded_attributes(data: Mapping[str, Json]) -> dict[str, AttributeValue | None]:
    """The inverse of `attributes_data`, for what was checked when it was made."""
    return {
        name: datetime.fromisoformat(value["v"]) if isinstance(value, dict) else value for name, value in data.items()
    }


def sent_attributes(attributes: Mapping[str, AttributeValue | None] | None) -> dict[str, Json]:
    """The attributes of a start as its message has them; raises `InvalidInput` for those that no run can have."""
    try:
        return attributes_data(check_change(attributes or {}))
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"attributes: {error}") from None


def set_attributes(data: Mapping[str, Json]) -> dict[str, AttributeValue]:
    """The same for the attributes that a run has: none of them is None."""
    return {name: value for name, value in loaded_attributes(data).items() if value is not None}


def changed_attributes(before: Mapping[str, Json], after: Mapping[str, Json]) -> dict[str, AttributeValue | None]:
    """What makes the attributes `before` those `after`, both tagged JSON."""
    change = {name: value for name, value in after.items() if not _is_same(before.get(name), value)}
    return loaded_attributes(change | dict.fromkeys(before.keys() - after.keys()))


def _is_same(one: Json, other: Json) -> bool:
    """Equal and of one type: 1, 1.0 and True are three values."""
    return one.__class__ is other.__class__ and one == other


def start_attributes(data: Mapping[str, Json]) -> dict[str, AttributeValue]:
    """The attributes that come with a start, which anybody may have sent, checked; None is left out.

    Raises:
        InvalidInput: a name, a value or their number is out of bounds.
    """
    try:
        change = check_change({name: _untagged(name, value) for name, value in data.items()})
        found = {name: value for name, value in change.items() if value is not None}
        check_all(attributes_data(found))
    except (ValueError, TypeError) as error:
        raise InvalidInput(f"attributes: {error}") from None
    return found


def _untagged(name: str, value: Json) -> Any:
    if not isinstance(value, dict):
        return value
    text = value.get("v")
    if value.get(TAG) != "datetime" or not isinstance(text, str):
        raise TypeError(f"attribute {shown(name)}: a value is a {_TYPES}, not an object")
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"attribute {shown(name)}: {shown(text)} is no date and time of ISO 8601") from None


def check_memo(memo: Mapping[Any, Any]) -> dict[str, Json]:
    """What is shown of a run, by name: plain JSON.

    Raises:
        InvalidInput: it is no JSON, or more than `MAX_MEMO_BYTES`.
    """
    _check_plain(memo, "memo")
    size = json_size(dict(memo))
    if size > MAX_MEMO_BYTES:
        raise InvalidInput(f"the memo has {size:,} bytes as JSON, and at most {MAX_MEMO_BYTES:,} are kept")
    return dict(memo)


def _check_plain(value: Any, where: str) -> None:
    waiting = [(value, where)]
    while waiting:
        item, place = waiting.pop()
        if isinstance(item, Mapping):
            for name, inner in item.items():
                if not isinstance(name, str):
                    raise InvalidInput(f"{place}: a name is a text, not {shown(name)}")
                _check_memo_text(name, place)
                waiting.append((inner, f"{place}.{name:.60}"))
        elif isinstance(item, list):
            waiting += ((inner, f"{place}[{index}]") for index, inner in enumerate(item))
        elif isinstance(item, str):
            _check_memo_text(item, place)
        elif item is not None and (item.__class__ not in (bool, int, float) or item - item != 0):
            raise InvalidInput(
                f"{place}: a memo is JSON (text, numbers, true, false, null, lists and objects), not {shown(item)}"
            )
        if len(waiting) > MAX_MEMO_BYTES:
            check_payload(value, "the memo")


def _check_memo_text(text: str, place: str) -> None:
    if "\0" in text or not _is_unicode(text):
        raise InvalidInput(f"{place}: {shown(text)} has a NUL or half a surrogate pair: remove it")
