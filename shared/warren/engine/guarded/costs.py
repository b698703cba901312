"""What it costs to go through a value: to compare, hash, sort or write it, where an alias counts each time it is met.

A unit is what C does in about 30 ns; eight of them are a step. Walking a value takes steps itself, so that one which is
small in memory and endless as a tree ends the run. Instances of the user's classes are not entered: their methods, the
generated ones too, take steps by themselves. Must not know what is done with values.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator
from typing import Any, Final

from warren.engine.values.containers import DefaultDict, Deque
from warren.engine.values.limits import Budget
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.values.records import MEMBERS

CONSTANT: Final = frozenset({bool, float, complex, type(None), dt.date, dt.timedelta, dt.timezone, range})
"""Classes whose values compare, hash and copy in a short time that does not depend on the value."""
_SLOW: Final = frozenset({dt.datetime, dt.time, uuid.UUID})
"""The same, but written in Python in part: a time zone is asked for its offset."""
_UNITS_OF_SLOW: Final = 8
SEQUENCES: Final[frozenset[type]] = frozenset({list, tuple, Deque})
SETS: Final[frozenset[type]] = frozenset({OrderedSet, OrderedFrozenSet})
MAPPINGS: Final[frozenset[type]] = frozenset({dict, Counter, OrderedDict, DefaultDict})
LARGE_INT: Final = 1 << 2_048
"""Operations on integers below this are as good as those on small ones."""
LARGE_TEXT: Final = 1_024
_LARGE_DECIMAL: Final = 1_000
_ENTRY: Final = 100
"""Bytes of an entry of a dict or set."""


class Costs:
    """Measures values for one budget."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._budget = budget

    def units(self, value: Any) -> int:
        """Units of going through a value once."""
        cls = value.__class__
        if cls in CONSTANT:
            return 1
        if cls in _SLOW:
            return _UNITS_OF_SLOW
        if cls is int:
            return 1 + int(value.bit_length() >> 11)
        if cls is str or cls is bytes:
            return 1 + (len(value) >> 8)
        if cls is decimal.Decimal:
            return 1 + int(value.__sizeof__() >> 5)
        return self._walk(value) if _has_parts(cls) else 1

    def units_of_all(self, values: Any) -> int:
        """Units of going through each of many values, fast where all are plain."""
        kinds = set(map(type, values))
        if kinds <= CONSTANT:
            return len(values)
        if kinds <= CONSTANT | _SLOW:
            return _UNITS_OF_SLOW * len(values)
        if kinds == {int}:
            return len(values) + (sum(map(int.bit_length, values)) >> 11)
        if len(kinds) == 1 and (kinds == {str} or kinds == {bytes}):
            return len(values) + (sum(map(len, values)) >> 8)
        if not any(map(_has_parts, kinds)):
            return sum(map(self.units, values))
        return self._walk(tuple(values))

    def _walk(self, value: Any) -> int:
        """Units of a container, all that is in it included."""
        budget, total = self._budget, 0
        waiting = [value]
        while waiting:
            part = waiting.pop()
            cls = part.__class__
            if not _has_parts(cls):
                total += self.units(part)
                continue
            count = len(part)
            total += 1 + count
            if isinstance(part, dict):
                budget.spend((count >> 1) + 3)
                waiting.extend(part.values())
            else:
                budget.spend((count >> 2) + 2)
            kinds = set(map(type, part))
            if not kinds <= CONSTANT:
                if kinds == {int} or kinds == {str}:
                    total += self.units_of_all(part)
                else:
                    waiting.extend(part)
        return total

    def work(self, units: int) -> None:
        """Take the steps of so many units."""
        budget = self._budget
        budget.steps -= units >> 3
        if budget.steps < 0:
            budget.out_of_steps()

    def items(self, count: int) -> None:
        """Take the bytes and steps of `count` items that will be made."""
        self._budget.spend(count)
        self._budget.allocate(count * 8)

    def ticking(self, iterator: Iterable[Any], steps: int = 1) -> Iterator[Any]:
        """The same items, taking a step for each as it comes, or several."""
        return _ticking(self._budget, iter(iterator), steps)

    def sorting(self, count: int, units: int) -> None:
        """Take the steps of sorting `count` values, which have so many units together."""
        self.work(units * max(count.bit_length(), 1) >> 1)

    def walked(self, container: Any) -> None:
        """Take the steps of going through a dict or set that may be sparse: what was deleted has left its place."""
        items = entries_of(container)
        size = items.__sizeof__()
        if size > 1_000:
            self._budget.spend(max(size // _ENTRY - len(items), 0) >> 5)


def _ticking(budget: Budget, iterator: Iterator[Any], steps: int) -> Iterator[Any]:
    for item in iterator:
        budget.steps -= steps
        if budget.steps < 0:
            budget.out_of_steps()
        yield item


def entries_of(container: Any) -> dict[Any, Any]:
    """The dict itself, or the dict that a set consists of."""
    is_set = container.__class__ in SETS
    found: dict[Any, Any] = getattr(container, "_items") if is_set else container  # noqa: B009 - see SETS
    return found


def is_sized(value: Any) -> bool:
    """Whether it has a length that is asked for without running code of the user's."""
    cls = value.__class__
    return hasattr(cls, "__len__") and not hasattr(cls, MEMBERS)


def is_large_int(value: int) -> bool:
    """Whether operations on it take long enough to be counted."""
    return not -LARGE_INT < value < LARGE_INT


def is_large_decimal(value: decimal.Decimal) -> bool:
    """Whether it has thousands of digits; the context rounds results, but not what is read."""
    return value.__sizeof__() > _LARGE_DECIMAL


def _has_parts(cls: type) -> bool:
    return cls in SEQUENCES or cls in SETS or cls in MAPPINGS or issubclass(cls, tuple)
