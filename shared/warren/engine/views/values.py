"""Values of a run as plain JSON for reading: bounded, secrets masked. No code of the user's is called for it.

Must not know what the values are for.
"""

from __future__ import annotations

import enum
import json
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import Any, Final

from pydantic import BaseModel

from warren.contracts.encoding import printable
from warren.contracts.plain import to_plain
from warren.contracts.values import encode
from warren.engine.values.calls import ActionCall, Awaitable, ChildCall, Coroutine
from warren.engine.values.closures import BoundMethod, Cell, Closure
from warren.engine.values.containers import Deque
from warren.engine.values.foreign import NamedTuple
from warren.engine.values.futures import Future
from warren.engine.values.limits import Stop
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.values.records import Record, RunRecord

Json = Any
VALUE_CHARACTERS: Final = 2_000
"""What one variable takes at most, roughly."""
ALL_CHARACTERS: Final = 200_000
"""What all variables of a run take at most, roughly."""
_TEXT: Final = 500
_ITEMS: Final = 50
_DEPTH: Final = 8
_SEQUENCES: Final = (list, tuple, set, frozenset, Deque, OrderedSet, OrderedFrozenSet)
_SMALL: Final = 1 << 53
_LINES: Final = frozenset({"_line", "_getters", "_putters"})
"""Where strands stand in line, in what the prelude has."""


class ValueViews:
    """Shows the values of one run."""

    def __init__(self) -> None:
        self._left_for_all = ALL_CHARACTERS
        self._left = 0

    def of(self, value: Any) -> Json:
        """One variable's value. What cannot be shown is a text that says so; nothing is raised."""
        if self._left_for_all <= 0:
            return "<not shown: the run has too many values>"
        self._left = before = min(VALUE_CHARACTERS, self._left_for_all)
        try:
            return self._of(value, 0)
        except (Exception, Stop) as error:  # noqa: BLE001 - whatever a value is like, the others are shown
            return f"<a {type(value).__name__}, which cannot be shown: {type(error).__name__}>"
        finally:
            self._left_for_all -= before - self._left

    def _of(self, value: Any, depth: int) -> Json:
        self._left -= 4
        if isinstance(value, Cell):
            value = value.value
        if value is None or value is True or value is False:
            return value
        cls = type(value)
        if (cls is int and -_SMALL < value < _SMALL) or (cls is float and value - value == 0):
            return value
        if cls is str:
            return self._text(value)
        if depth >= _DEPTH:
            return "..."
        if isinstance(value, enum.Enum):
            return self._plain(value)
        if isinstance(value, NamedTuple):
            return self._mapping(zip(value._fields, value, strict=False), len(value), depth)
        if isinstance(value, _SEQUENCES):
            return self._sequence(value, len(value), depth)
        if isinstance(value, dict):
            return self._mapping(value.items(), len(value), depth)
        if isinstance(value, RunRecord):
            return self._coordinator(value, depth)
        if isinstance(value, Record | BaseModel):
            return self._mapping(_fields(value).items(), len(_fields(value)), depth)
        return self._of_the_engine(value) or self._plain(value)

    def _text(self, value: str) -> str:
        limit = max(0, min(_TEXT, self._left))
        self._left -= min(len(value), limit)
        if len(value) <= limit:
            return printable(value)
        return f"{printable(value[:limit])}... ({len(value) - limit:,} more characters)"

    def _sequence(self, items: Iterable[Any], count: int, depth: int) -> Json:
        shown: list[Json] = []
        for item in islice(items, _ITEMS):
            if self._left <= 0:
                break
            shown.append(self._of(item, depth + 1))
        if len(shown) < count:
            shown.append(f"... ({count - len(shown):,} more)")
        return shown

    def _mapping(self, items: Iterable[tuple[Any, Any]], count: int, depth: int) -> Json:
        shown: dict[str, Json] = {}
        taken = 0
        for key, item in islice(items, _ITEMS):
            if self._left <= 0:
                break
            taken += 1
            text = self._text(key) if type(key) is str else str(self._of(key, depth + 1))
            shown[text] = self._of(item, depth + 1)
        if taken < count:
            shown["..."] = f"{count - taken:,} more"
        return shown

    def _coordinator(self, value: Any, depth: int) -> Json:
        """A queue or a lock, without those who wait for it: the strands say that."""
        parts = {name: getattr(value, name, None) for name in type(value).__dataclass_fields__}
        fields = {
            name.lstrip("_"): part
            for name, part in parts.items()
            if name not in _LINES and not isinstance(part, RunRecord)
        }
        return self._mapping(fields.items(), len(fields), depth)

    def _of_the_engine(self, value: Any) -> str | None:
        """What cannot leave a run: calls that nobody has awaited, tasks, functions."""
        match value:
            case ActionCall():
                return f"<call of the action {value.action.rpartition(':')[2]}>"
            case ChildCall():
                return f"<call of the workflow {value.workflow}>"
            case Coroutine():
                return f"<call of {value.code.qualname}>"
            case Future():
                what = "a task" if value.strand is None else f"the task of strand {value.strand.number}"
                return f"<{what}: {value.state.name.lower()}>"
            case Awaitable():
                return f"<{type(value).__name__}>"
            case Closure():
                return f"<function {value.key.rpartition(':')[2]}>"
            case BoundMethod():
                return f"<method {value.name}>"
        return None

    def _plain(self, value: Any) -> Json:
        size = len(value) if isinstance(value, bytes | bytearray) else 0
        if size > _TEXT:
            return f"<{size:,} bytes>"
        data = to_plain(encode(value))
        written = len(json.dumps(data, default=str))
        if written > max(_TEXT, self._left):
            return f"<a {type(value).__name__} of {written:,} characters as JSON>"
        self._left -= written
        return data


def _fields(value: Any) -> Mapping[str, Any]:
    if isinstance(value, BaseModel):
        return {**value.__dict__, **(value.__pydantic_extra__ or {})}
    fields: Mapping[str, Any] = vars(value) if hasattr(value, "__dict__") else {}
    return fields
