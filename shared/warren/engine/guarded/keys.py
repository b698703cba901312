"""Hashing within the budget: keys of dicts and items of sets that are large, or that share a hash with many others.

Text has a secret in its hash; numbers, and tuples of them, have none, so that anybody can write down as many keys with
one hash as he likes, and every look into the dict then compares with all of them. How many there are is counted by
asking the dict for a key that equals none. The user's classes need none of this: their `__hash__` and `__eq__`, the
generated ones too, take steps.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import decimal
import enum
import uuid
from collections.abc import Iterable, Iterator
from typing import Any, Final

from warren.engine.guarded.costs import MAPPINGS, SETS, Costs, entries_of, is_sized
from warren.engine.values.limits import Budget, Stop
from warren.engine.values.ordered_set import OrderedFrozenSet
from warren.engine.values.records import MEMBERS
from warren.engine.values.views import DictItems, DictKeys
from warren.errors import LimitExceeded

_PLAIN: Final[frozenset[type]] = frozenset(
    {str, bytes, bool, float, type(None), dt.date, dt.datetime, dt.time, dt.timedelta}
)
"""Classes whose values no two of which can be made to have the same hash, or few."""
_CHOSEN: Final[frozenset[type]] = frozenset({int, tuple, decimal.Decimal, uuid.UUID, complex, range, OrderedFrozenSet})
"""Classes whose values can be chosen by their hash."""
_MODULUS: Final = (1 << 61) - 1
"""Integers below it have hashes of their own."""
_FEW: Final = 64
"""In a dict of fewer keys it does not matter how many have the same hash."""
_MOST_ALIKE: Final = 500
"""Keys with one hash in one dict; restoring the dict compares all of them with each other."""
_REMEMBERED: Final = 50_000


class Keys(Costs):
    """Guarded hashing over one budget."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self._probe = Probe(budget)
        self._displayed: dict[Any, None] = {}
        self._own_hashes: dict[type, bool] = {}

    def hashed(self, key: Any, container: Any = None) -> Any:
        """A key that is about to be hashed, looked up in `container`, and perhaps put there."""
        cls = key.__class__
        if cls in _PLAIN or (cls is int and -_MODULUS < key < _MODULUS):
            return key
        if cls in _CHOSEN or self._has_own_hash(cls):
            self._take(key, container)
        return key

    def _has_own_hash(self, cls: type) -> bool:
        """Whether a class of the user's says what the hash of its instances is."""
        known = self._own_hashes.get(cls)
        if known is None:
            plain: tuple[Any, ...] = (None, object.__hash__, enum.Enum.__hash__)
            is_theirs = hasattr(cls, MEMBERS) and cls.__hash__ not in plain
            known = self._own_hashes[cls] = is_theirs or issubclass(cls, tuple)
        return known

    def _take(self, key: Any, container: Any) -> None:
        units = self.units(key)
        self.work(2 * units + 8)
        if container is None or len(container) < _FEW:
            return
        probe = self._probe
        try:
            probe.hash = hash(key)
        except TypeError:
            return  # CPython says so itself, in its own words
        before = self._budget.steps
        dict.__contains__(container, probe)
        alike = before - self._budget.steps
        if alike > _MOST_ALIKE:
            raise Stop(LimitExceeded(f"a dict or set has more than {_MOST_ALIKE:,} keys with the same hash"))
        self.work(8 * units * alike)

    def displayed(self, key: Any) -> Any:
        """A key of a display or a comprehension, whose dict nobody can look into before it is whole."""
        cls = key.__class__
        if cls in _PLAIN or (cls is int and -_MODULUS < key < _MODULUS):
            return key
        known = self._displayed
        if len(known) > _REMEMBERED:
            known.clear()
        self._remember(key, known)
        return key

    def forget_keys(self) -> None:
        """Start a transition."""
        if self._displayed:
            self._displayed.clear()

    def rehashed(self, container: Any) -> None:
        """Take the steps of putting all keys of a dict or set into another one, or of looking them up there."""
        items = entries_of(container)
        if len(items) >= _FEW and not are_plain(items):
            for key in items:
                self.hashed(key, items)

    def hashing(self, items: Any, container: Any = None, *, grows: bool = True) -> Any:
        """What to hash the items of instead: the same, looked at before they are put into a dict of their own, or into
        `container`, which grows with each or, without `grows`, only afterwards.
        """
        cls = items.__class__
        source = items._mapping if cls is DictKeys or cls is DictItems else items
        is_hashed = source.__class__ in MAPPINGS or source.__class__ in SETS
        if is_hashed and cls is not DictItems:
            self.rehashed(source)
            if container is None or len(container) < _FEW:
                return items
        if is_sized(items) and cls is not DictItems and are_plain(items):
            return items
        if container is None or not grows:
            return self._hashing(items, {}, container)
        return self._hashing(items, None, container)

    def _hashing(self, items: Iterable[Any], own: dict[Any, None] | None, container: Any) -> Iterator[Any]:
        for item in items:
            if container is not None:
                self.hashed(item, container)
            if own is not None:
                self._remember(item, own)
            yield item

    def _remember(self, key: Any, known: dict[Any, None]) -> None:
        """Look at a key, and keep it if it is one of those that count."""
        cls = key.__class__
        if (cls in _CHOSEN and not (cls is int and -_MODULUS < key < _MODULUS)) or self._has_own_hash(cls):
            self._take(key, known)
            with contextlib.suppress(TypeError):
                known[key] = None

    def hashing_pairs(self, pairs: Any, container: Any = None) -> Any:
        """The same for what a dict is made of: a mapping, or pairs of keys and values."""
        cls = pairs.__class__
        if cls in MAPPINGS:
            self.rehashed(pairs)
            if container is not None and len(container) >= _FEW and not are_plain(pairs):
                for key in pairs:
                    self.hashed(key, container)
            return pairs
        if hasattr(pairs, "keys") or not hasattr(cls, "__iter__"):
            return pairs
        return self._hashing_pairs(pairs, container)

    def _hashing_pairs(self, pairs: Iterable[Any], container: Any) -> Iterator[Any]:
        own: dict[Any, None] = {}
        for pair in pairs:
            if pair.__class__ is tuple or pair.__class__ is list:
                for key in pair[:1]:
                    if container is None:
                        self._remember(key, own)
                    else:
                        self.hashed(key, container)
            yield pair


def are_plain(items: Any) -> bool:
    """Whether no key among these is one whose hash can be chosen."""
    kinds = set(map(type, items))
    if kinds <= _PLAIN:
        return True
    if any(kind not in _PLAIN and kind is not int for kind in kinds):
        return False
    return int not in kinds or all(item.__class__ is not int or -_MODULUS < item < _MODULUS for item in items)


class Probe:
    """A key with a given hash that equals nothing, and takes a step for each key that it is compared with."""

    __slots__ = ("_budget", "hash")

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.hash = 0

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        budget = self._budget
        budget.steps -= 1
        if budget.steps < 0:
            budget.out_of_steps()
        return False
