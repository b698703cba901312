"""Comparing within the budget: `==`, `<`, `in`, and what finds a value in a sequence.

The results are CPython's. What C would do in one go, however large the values are or however often one stands in
another, is done here part by part where a part is a container, and takes steps as it goes. Must not know of syntax.
"""

from __future__ import annotations

import operator
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Sized
from typing import Any, Final

from warren.engine.guarded.costs import CONSTANT, LARGE_INT, LARGE_TEXT, MAPPINGS, SEQUENCES, SETS
from warren.engine.guarded.keys import Keys
from warren.engine.namespace import Global, comparison_name
from warren.engine.values.iterators import EngineIterator
from warren.engine.values.records import MEMBERS
from warren.engine.values.views import DictItems, DictKeys, DictValues

_LOWEST: Final = -LARGE_INT
_SHORT: Final = 32
_MISSING: Final = object()
_ORDERS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Comparison(Keys):
    """Guarded comparisons over one budget."""

    def comparisons(self) -> dict[str, Any]:
        """The globals of compiled code that this class provides."""
        return {
            comparison_name("=="): self.equal,
            comparison_name("!="): self.unequal,
            **{comparison_name(name): self.order(name) for name in _ORDERS},
            comparison_name("in"): self.contains,
            comparison_name("not-in"): self.contains_not,
            Global.COMPARED: self.compared,
            Global.SEARCHED: self.searched,
        }

    # equality

    def equal(self, left: Any, right: Any) -> Any:
        """`left == right`."""
        cls = left.__class__
        if cls is int:
            if _LOWEST < left < LARGE_INT:
                return left == right
        elif (cls is str and len(left) < LARGE_TEXT) or cls in CONSTANT:
            return left == right
        return self._equal(left, right)

    def unequal(self, left: Any, right: Any) -> Any:
        """`left != right`."""
        cls = left.__class__
        if cls in SEQUENCES or cls in MAPPINGS:
            return not self._equal(left, right)
        if not self.is_short(left):
            if cls in SETS or cls is DictKeys or cls is DictItems:
                return not self._equal(left, right)
            self.work(self.units(left))
        return left != right

    def is_same(self, left: Any, right: Any) -> bool:
        """Whether containers take one for the other."""
        return left is right or bool(self.equal(left, right))

    def _equal(self, left: Any, right: Any) -> Any:
        cls = left.__class__
        if cls in SEQUENCES:
            return self._equal_sequences(left, right) if right.__class__ is cls else left == right
        if isinstance(left, dict) and isinstance(right, dict):
            return self._equal_mappings(left, right)
        if cls in SETS:
            self.work(self.units(left))
            self.rehashed(left)
        elif cls is DictKeys or cls is DictItems:
            self.work(4 * self.units(left._mapping))
            self.rehashed(left._mapping)
        else:
            self.work(self.units(left))
        return left == right

    def _equal_sequences(self, left: Any, right: Any) -> bool:
        if len(left) != len(right):
            return False
        self.work(len(left))
        if len(left) > _SHORT and set(map(type, left)) <= CONSTANT:
            return bool(left == right)
        return all(self._pairs(left, right))

    def _pairs(self, left: Iterable[Any], right: Iterable[Any]) -> Iterator[bool]:
        equal, budget = self.equal, self._budget
        for one, other in zip(left, right, strict=False):
            budget.steps -= 1
            if budget.steps < 0:
                budget.out_of_steps()
            yield one is other or bool(equal(one, other))

    def _equal_mappings(self, left: dict[Any, Any], right: dict[Any, Any]) -> bool:
        if isinstance(left, Counter) and isinstance(right, Counter):
            return all(self._equal_counts(left, right)) and all(self._equal_counts(right, left))
        if len(left) != len(right):
            return False
        for key, value in left.items():
            self._budget.spend(1)
            other = dict.get(right, self.hashed(key, right), _MISSING)
            if other is _MISSING or not self.is_same(value, other):
                return False
        if isinstance(left, OrderedDict) and isinstance(right, OrderedDict):
            return self._equal_sequences(list(left), list(right))
        return True

    def _equal_counts(self, left: Counter[Any], right: Counter[Any]) -> Iterator[bool]:
        for key in left:
            self._budget.spend(1)
            yield self.is_same(left[key], right[self.hashed(key, right)])

    # order

    def order(self, name: str) -> Callable[[Any, Any], Any]:
        """The guarded form of `<`, `<=`, `>` or `>=`."""
        compare = _ORDERS[name]

        def ordered(left: Any, right: Any) -> Any:
            cls = left.__class__
            if self.is_short(left):
                return compare(left, right)
            if cls in SEQUENCES and right.__class__ is cls:
                for one, other in zip(left, right, strict=False):
                    self._budget.spend(1)
                    if not self.is_same(one, other):
                        return ordered(one, other)
                return compare(len(left), len(right))
            if cls in SETS:
                self._rehash(left)
                self._rehash(right)
                self.work(self.units(left) + self.units(right))
            elif cls is DictKeys or cls is DictItems:
                self._rehash(left)
                self._rehash(right)
                self.work(4 * self.units(left._mapping))
            else:
                self.work(self.units(left))
            return compare(left, right)

        return ordered

    def _rehash(self, operand: Any) -> None:
        """Take the steps of looking up everything in a set, or what is one; anything else is not gone through."""
        cls = operand.__class__
        if cls is DictKeys or cls is DictItems:
            self.rehashed(operand._mapping)
        elif cls in SETS:
            self.rehashed(operand)

    def compared(self, value: Any) -> Any:
        """An operand of a chain of comparisons, which is compared with both of its neighbours."""
        cls = value.__class__
        if cls not in CONSTANT and not (cls is int and _LOWEST < value < LARGE_INT):
            self.work(4 * self.units(value))
        return value

    # membership

    def contains_not(self, item: Any, container: Any) -> bool:
        """`item not in container`."""
        return not self.contains(item, container)

    def contains(self, item: Any, container: Any) -> bool:
        """`item in container`."""
        cls = container.__class__
        if cls in MAPPINGS:
            return self.hashed(item, container) in container
        if cls in SETS:
            if item.__class__ in SETS:
                self.work(4 * self.units(item))
                return item in container
            return self.hashed(item, container._items) in container
        if cls in SEQUENCES:
            return self._is_in(item, container)
        if cls is str or cls is bytes:
            self.finding(container, item)
        elif cls is DictKeys:
            return self.contains(item, container._mapping)
        elif cls is DictItems:
            self.work(4 * self.units(item))
        elif cls is DictValues:
            return any(self._looked_at(item, container))
        elif cls is range:
            self.of_range(item, container)
        elif isinstance(container, EngineIterator) or _is_only_iterated(cls):
            return any(self._looked_at(item, container))
        return item in container

    def _is_in(self, item: Any, container: Any) -> bool:
        if self.is_short(item):
            if len(container) > _SHORT:
                self.work(len(container))
            return item in container
        return any(self._looked_at(item, container))

    def _looked_at(self, item: Any, container: Iterable[Any]) -> Iterator[bool]:
        equal, budget = self.equal, self._budget
        for one in container:
            budget.steps -= 1
            if budget.steps < 0:
                budget.out_of_steps()
            yield one is item or bool(equal(one, item))

    def is_short(self, value: Any) -> bool:
        """Whether comparing it with anything is as good as comparing a number."""
        cls = value.__class__
        if cls is int:
            return bool(_LOWEST < value < LARGE_INT)
        return cls in CONSTANT or bool(cls is str and len(value) < LARGE_TEXT)

    def searched(self, container: Any) -> Any:
        """The right operand of `in` in a chain of comparisons."""
        cls = container.__class__
        if cls is range:
            self.items(_length(self, container))
        elif hasattr(cls, "__next__") and not hasattr(cls, MEMBERS):
            return self.ticking(container)
        else:
            self.work(4 * self.units(container))
        return container

    def of_range(self, item: Any, numbers: range) -> None:
        """Take the steps of looking for something in a range: only an int is found without going through it."""
        if item.__class__ is not int and item.__class__ is not bool:
            self.items(_length(self, numbers))

    # sequences

    def place_of(self, item: Any, sequence: Any, start: int = 0, stop: int | None = None) -> int | None:
        """The index of the first equal item; None where there is none."""
        index = start
        while index < len(sequence) and (stop is None or index < stop):
            self._budget.spend(1)
            if self.is_same(sequence[index], item):
                return index
            index += 1
        return None

    def count_of(self, item: Any, sequence: Iterable[Any]) -> int:
        """How many items are equal."""
        return sum(self._looked_at(item, sequence))

    def finding(self, text: Any, part: Any, *, is_backwards: bool = False) -> None:
        """Take the steps of looking for a part in a str or bytes: CPython looks at every pair of their characters where
        both are short, or from the end, and goes through them once where they are long.
        """
        count = len(text)
        if count > 64:
            size = min(len(part), count) if isinstance(part, str | bytes) else 1
            if size > 1:
                if not is_backwards and count >= 2_500:
                    size = min(size, 100) if count < 30_000 else 8
                self.work(count * size >> 6)
            self._budget.spend(count >> 8)


def _length(guards: Comparison, sized: Sized) -> int:
    try:
        return len(sized)
    except OverflowError:
        guards.budget.out_of_steps()


def _is_only_iterated(cls: type) -> bool:
    """Whether `in` goes through an instance of the user's item by item."""
    return hasattr(cls, MEMBERS) and not hasattr(cls, "__contains__") and hasattr(cls, "__iter__")
