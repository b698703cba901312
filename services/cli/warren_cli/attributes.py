"""Attributes and memos that somebody types: `--attribute NAME=VALUE` and `--memo NAME=VALUE`."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from warren.contracts.attributes import attributes_data
from warren.contracts.messages import Json
from warren.errors import InvalidInput

_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d.*(Z|[+-]\d\d:?\d\d)\Z")


def parse_attributes(parts: Sequence[str]) -> dict[str, Json]:
    """Attributes as a start's message has them: JSON, or else a time with its time zone, or else a text.

    Raises:
        InvalidInput: a part is no NAME=VALUE.
    """
    found: dict[str, Json] = {}
    for name, text in _pairs(parts, "--attribute"):
        if _MOMENT.match(text):
            try:
                found |= attributes_data({name: datetime.fromisoformat(text)})
                continue
            except ValueError:
                pass
        found[name] = _json_or_text(text)
    return found


def parse_memo(parts: Sequence[str]) -> dict[str, Json]:
    """A memo: JSON by name, or else texts. Raises `InvalidInput` for a part that is no NAME=VALUE."""
    return {name: _json_or_text(text) for name, text in _pairs(parts, "--memo")}


def _pairs(parts: Sequence[str], option: str) -> list[tuple[str, str]]:
    pairs = []
    for part in parts:
        name, equals, text = part.partition("=")
        if not equals or not name:
            raise InvalidInput(f"{option} {part}: write NAME=VALUE, such as customer=x")
        pairs.append((name, text))
    return pairs


def _json_or_text(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text
