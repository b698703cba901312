"""Iterators that a snapshot can hold: what `iter`, `enumerate`, `zip`, `map`, `filter` and `reversed` give.

Each behaves as CPython's own (a list that grows is seen, a dict that changes is an error) and keeps its place in plain
attributes, which `__slots__` name for the snapshot.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from warren.engine.values.closures import Closure
from warren.engine.values.kept import kept
from warren.engine.values.limits import Budget
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.values.records import MEMBERS
from warren.engine.values.views import VIEWS


class EngineIterator:
    """Base of the engine's iterators."""

    __slots__ = ()

    def __iter__(self) -> EngineIterator:
        return self

    def __next__(self) -> Any:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


class TickingIterator(EngineIterator):
    """Base of those that are made of others, however deep: each item takes a step."""

    __slots__ = ("budget",)

    def __init__(self, budget: Budget) -> None:
        self.budget = budget

    def tick(self, steps: int = 1) -> None:
        """Take steps for an item."""
        budget = self.budget
        budget.steps -= steps
        if budget.steps < 0:
            budget.out_of_steps()


@kept("SequenceIterator", "index sequence")
class SequenceIterator(EngineIterator):
    """Over a list, tuple, str, bytes or range, by index; exhausted for good once it ended."""

    __slots__ = ("index", "sequence")

    def __init__(self, sequence: Any) -> None:
        self.sequence = sequence
        self.index = 0

    def __next__(self) -> Any:
        index = self.index
        if self.sequence is None or index >= len(self.sequence):
            self.sequence = None
            raise StopIteration
        self.index = index + 1
        return self.sequence[index]


@kept("iterator", "index sequence")
class ItemIterator(EngineIterator):
    """Over an instance of the user's that has a `__getitem__` and no `__iter__`."""

    __slots__ = ("index", "sequence")

    def __init__(self, sequence: Any) -> None:
        self.sequence = sequence
        self.index = 0

    def __next__(self) -> Any:
        if self.sequence is None:
            raise StopIteration
        try:
            item = self.sequence[self.index]
        except (IndexError, StopIteration):
            self.sequence = None
            raise StopIteration from None
        self.index += 1
        return item


@kept("ReversedIterator", "index sequence")
class ReversedIterator(EngineIterator):
    """Over a sequence, from its end."""

    __slots__ = ("index", "sequence")

    def __init__(self, sequence: Any) -> None:
        self.sequence = sequence
        self.index = len(sequence) - 1

    def __next__(self) -> Any:
        if not 0 <= self.index < len(self.sequence):
            self.index = -1
            raise StopIteration
        item = self.sequence[self.index]
        self.index -= 1
        return item


@kept("MappingIterator", "index keys kind size source")
class MappingIterator(EngineIterator):
    """Over a dict's keys, values or items, or over a set; notices a change of size."""

    __slots__ = ("index", "keys", "kind", "size", "source")

    def __init__(self, source: Any, kind: str, *, backwards: bool = False) -> None:
        self.source = source
        self.kind = kind
        self.keys = list(source)
        if backwards:
            self.keys.reverse()
        self.size = len(self.keys)
        self.index = 0

    def __next__(self) -> Any:
        if self.source is None:
            raise StopIteration
        if len(self.source) != self.size:
            what = "Set" if self.kind == "set" else "dictionary"
            raise RuntimeError(f"{what} changed size during iteration")
        if self.index >= self.size:
            self.source = None
            raise StopIteration
        key = self.keys[self.index]
        if self.kind != "set" and key not in self.source:
            raise RuntimeError("dictionary keys changed during iteration")
        self.index += 1
        if self.kind == "values":
            return self.source[key]
        return (key, self.source[key]) if self.kind == "items" else key


@kept("enumerate", "inner number")
class EnumerateIterator(TickingIterator):
    """`enumerate`."""

    __slots__ = ("inner", "number")

    def __init__(self, inner: Any, number: int, budget: Budget) -> None:
        super().__init__(budget)
        self.inner = inner
        self.number = number

    def __next__(self) -> Any:
        self.tick()
        item = next(self.inner)
        number = self.number
        self.number = number + 1
        return number, item


@kept("zip", "inners strict")
class ZipIterator(TickingIterator):
    """`zip`, strict or not."""

    __slots__ = ("inners", "strict")

    def __init__(self, inners: list[Any], strict: bool, budget: Budget) -> None:
        super().__init__(budget)
        self.inners = inners
        self.strict = strict

    def __next__(self) -> Any:
        if not self.inners:
            raise StopIteration
        self.tick(1 + (len(self.inners) >> 2))
        items: list[Any] = []
        for inner in self.inners:
            try:
                items.append(next(inner))
            except StopIteration:
                if self.strict:
                    self._check(len(items))
                raise
        return tuple(items)

    def _check(self, position: int) -> None:
        if position:
            plural = " " if position == 1 else "s 1-"
            raise ValueError(f"zip() argument {position + 1} is shorter than argument{plural}{position}")
        for number, inner in enumerate(self.inners[1:], 1):
            try:
                next(inner)
            except StopIteration:
                continue
            plural = " " if number == 1 else "s 1-"
            raise ValueError(f"zip() argument {number + 1} is longer than argument{plural}{number}")


@kept("map", "function inners")
class MapIterator(TickingIterator):
    """`map`."""

    __slots__ = ("function", "inners")

    def __init__(self, function: Any, inners: list[Any], budget: Budget) -> None:
        super().__init__(budget)
        self.function = function
        self.inners = inners

    def __next__(self) -> Any:
        budget, inners = self.budget, self.inners
        budget.steps -= 1 + (len(inners) >> 2)
        if budget.steps < 0:
            budget.out_of_steps()
        return self.function(next(inners[0])) if len(inners) == 1 else self.function(*[next(inner) for inner in inners])


@kept("filter", "function inner")
class FilterIterator(TickingIterator):
    """`filter`."""

    __slots__ = ("function", "inner")

    def __init__(self, function: Any, inner: Any, budget: Budget) -> None:
        super().__init__(budget)
        self.function = function
        self.inner = inner

    def __next__(self) -> Any:
        for item in self.inner:
            self.tick()
            if item if self.function is None else self.function(item):
                return item
        raise StopIteration


@kept("callable_iterator", "function sentinel")
class CallIterator(EngineIterator):
    """`iter(function, sentinel)`."""

    __slots__ = ("function", "guards", "sentinel")
    """What a snapshot keeps."""

    def __init__(self, function: Any, sentinel: Any, guards: Any) -> None:
        self.function = function
        self.sentinel = sentinel
        self.guards = guards

    def __next__(self) -> Any:
        if self.function is None:
            raise StopIteration
        self.guards.budget.spend(1)
        item = self.function()
        if self.guards.is_same(item, self.sentinel):
            self.function = None
            raise StopIteration
        return item


@kept("_deque_iterator", "source index backwards is_changed")
class DequeIterator(EngineIterator):
    """Over a deque; notices when it was changed, which only the deque's own iterator can tell.

    `native` is that iterator, and `index` how far it is. A snapshot keeps the place, and whether the deque was changed.
    """

    __slots__ = ("backwards", "index", "native", "source", "was_changed")

    def __init__(self, source: deque[Any], *, backwards: bool = False) -> None:
        self.source: Any = source
        self.index = 0
        self.backwards = backwards
        self.was_changed = False
        self.native: Any = reversed(source) if backwards else iter(source)

    def __next__(self) -> Any:
        if self.source is None:
            raise StopIteration
        if self.was_changed:
            raise RuntimeError("deque mutated during iteration")
        try:
            item = next(self.native)
        except StopIteration:
            self.source = None
            raise
        self.index += 1
        return item

    def begin_again(self) -> None:
        """Go to the same place with a new iterator, after a snapshot or the look that `is_changed` takes."""
        if self.source is None or self.was_changed:
            return
        self.native = reversed(self.source) if self.backwards else iter(self.source)
        for _ in range(self.index):
            next(self.native, None)

    @property
    def is_changed(self) -> bool:
        """Whether the deque was changed since; the native iterator tells when it is asked for an item."""
        if self.source is None or self.was_changed:
            return self.was_changed
        try:
            next(self.native, None)
        except RuntimeError:
            self.was_changed = True
        else:
            self.begin_again()
        return self.was_changed

    @is_changed.setter
    def is_changed(self, value: bool) -> None:
        self.was_changed = value


for _cls, _name in {
    EnumerateIterator: "enumerate",
    ZipIterator: "zip",
    MapIterator: "map",
    FilterIterator: "filter",
    CallIterator: "callable_iterator",
    ItemIterator: "iterator",
    DequeIterator: "_deque_iterator",
}.items():
    _cls.__name__ = _cls.__qualname__ = _name  # as errors of CPython name them


def make_iterator(value: Any, budget: Budget) -> Any:
    """`iter(value)`."""
    budget.spend(2)
    if isinstance(value, EngineIterator):
        return value
    if isinstance(value, list | tuple | str | bytes | range):
        return SequenceIterator(value)
    if isinstance(value, dict):
        return _over_mapping(value, "keys", budget)
    if isinstance(value, OrderedSet | OrderedFrozenSet):
        return _over_mapping(value, "set", budget)
    kind = VIEWS.get(type(value))
    if kind is not None:
        return _over_mapping(value._mapping, kind, budget)
    if isinstance(value, Closure):
        raise TypeError("'function' object is not iterable")
    if isinstance(value, deque):
        return DequeIterator(value)
    made = iter(value)
    is_lazy = hasattr(type(value), MEMBERS) and not hasattr(type(value), "__iter__")
    return ItemIterator(value) if is_lazy else _kept(made, budget)


def make_reversed(value: Any, budget: Budget) -> Any:
    """`reversed(value)`."""
    budget.spend(2)
    if isinstance(value, list | tuple | str | bytes | range):
        return ReversedIterator(value)
    if isinstance(value, dict):
        return _over_mapping(value, "keys", budget, backwards=True)
    kind = VIEWS.get(type(value))
    if kind is not None:
        return _over_mapping(value._mapping, kind, budget, backwards=True)
    if isinstance(value, deque):
        return DequeIterator(value, backwards=True)
    return _kept(reversed(value), budget)


def _over_mapping(source: Any, kind: str, budget: Budget, *, backwards: bool = False) -> MappingIterator:
    """An iterator over a dict or set, whose keys it copies; places of what was deleted are passed, too."""
    items = source if isinstance(source, dict) else source._items
    budget.spend((len(items) >> 3) + (items.__sizeof__() >> 11))
    budget.allocate(8 * len(items))
    return MappingIterator(source, kind, backwards=backwards)


def _kept(made: Any, budget: Budget) -> Any:
    """What a class of the user's iterates with, as an iterator that a snapshot can keep."""
    is_kept = isinstance(made, EngineIterator) or hasattr(type(made), MEMBERS)
    return made if is_kept else SequenceIterator(tuple(_counted(made, budget)))


def _counted(items: Iterator[Any], budget: Budget) -> Iterator[Any]:
    for item in items:
        budget.spend(1)
        yield item
