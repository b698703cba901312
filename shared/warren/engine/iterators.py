"""Iterators that a snapshot can hold: what `iter`, `enumerate`, `zip`, `map`, `filter` and `reversed` give.

Each behaves as CPython's own (a list that grows is seen, a dict that changes is an error) and keeps its place in plain
attributes, which `__slots__` name for the snapshot.
"""

from __future__ import annotations

from collections import deque
from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from warren.engine.limits import Budget
from warren.engine.objects import Closure
from warren.engine.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.records import MEMBERS


class EngineIterator:
    """Base of the engine's iterators."""

    __slots__ = ()

    def __iter__(self) -> EngineIterator:
        return self

    def __next__(self) -> Any:
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"


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


class EnumerateIterator(EngineIterator):
    """`enumerate`."""

    __slots__ = ("inner", "number")

    def __init__(self, inner: Any, number: int) -> None:
        self.inner = inner
        self.number = number

    def __next__(self) -> Any:
        item = next(self.inner)
        number = self.number
        self.number = number + 1
        return number, item


class ZipIterator(EngineIterator):
    """`zip`, strict or not."""

    __slots__ = ("inners", "strict")

    def __init__(self, inners: list[Any], strict: bool) -> None:
        self.inners = inners
        self.strict = strict

    def __next__(self) -> Any:
        if not self.inners:
            raise StopIteration
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


class MapIterator(EngineIterator):
    """`map`."""

    __slots__ = ("function", "inners")

    def __init__(self, function: Any, inners: list[Any]) -> None:
        self.function = function
        self.inners = inners

    def __next__(self) -> Any:
        return self.function(*[next(inner) for inner in self.inners])


class FilterIterator(EngineIterator):
    """`filter`. One step of it may look at any number of items, so that it has to take them from a budget."""

    __slots__ = ("budget", "function", "inner")
    KEPT = ("function", "inner")
    """What a snapshot keeps."""

    def __init__(self, function: Any, inner: Any, budget: Budget) -> None:
        self.function = function
        self.inner = inner
        self.budget = budget

    def __next__(self) -> Any:
        for item in self.inner:
            self.budget.spend(1)
            if item if self.function is None else self.function(item):
                return item
        raise StopIteration


class CallIterator(EngineIterator):
    """`iter(function, sentinel)`."""

    __slots__ = ("function", "sentinel")

    def __init__(self, function: Any, sentinel: Any) -> None:
        self.function = function
        self.sentinel = sentinel

    def __next__(self) -> Any:
        if self.function is None:
            raise StopIteration
        item = self.function()
        if item == self.sentinel:
            self.function = None
            raise StopIteration
        return item


class DequeIterator(EngineIterator):
    """Over a deque; notices when it was changed, which only the deque's own iterator can tell.

    `native` is that iterator, and `index` how far it is. A snapshot keeps the place, and whether the deque was changed.
    """

    __slots__ = ("backwards", "index", "native", "source", "was_changed")
    KEPT = ("source", "index", "backwards", "is_changed")

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


class DictKeys(KeysView[Any]):
    """`dict.keys()`."""

    _mapping: dict[Any, Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._mapping)

    def __reversed__(self) -> Iterator[Any]:
        return iter(reversed(self._mapping))

    @classmethod
    def _from_iterable(cls, it: Any) -> Any:
        return OrderedSet(it)

    def __repr__(self) -> str:
        return f"dict_keys({list(self)!r})"


class DictValues(ValuesView[Any]):
    """`dict.values()`."""

    _mapping: dict[Any, Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._mapping.values())

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self._mapping.values())

    def __repr__(self) -> str:
        return f"dict_values({list(self)!r})"


class DictItems(ItemsView[Any, Any]):
    """`dict.items()`."""

    _mapping: dict[Any, Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._mapping.items())

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self._mapping.items())

    @classmethod
    def _from_iterable(cls, it: Any) -> Any:
        return OrderedSet(it)

    def __repr__(self) -> str:
        return f"dict_items({list(self)!r})"


for _cls, _name in {
    EnumerateIterator: "enumerate",
    ZipIterator: "zip",
    MapIterator: "map",
    FilterIterator: "filter",
    CallIterator: "callable_iterator",
    ItemIterator: "iterator",
    DequeIterator: "_deque_iterator",
    DictKeys: "dict_keys",
    DictValues: "dict_values",
    DictItems: "dict_items",
}.items():
    _cls.__name__ = _cls.__qualname__ = _name  # as errors of CPython name them

VIEWS = {DictKeys: "keys", DictValues: "values", DictItems: "items"}


def make_iterator(value: Any) -> Any:
    """`iter(value)`."""
    if isinstance(value, EngineIterator):
        return value
    if isinstance(value, list | tuple | str | bytes | range):
        return SequenceIterator(value)
    if isinstance(value, dict):
        return MappingIterator(value, "keys")
    if isinstance(value, OrderedSet | OrderedFrozenSet):
        return MappingIterator(value, "set")
    kind = VIEWS.get(type(value))
    if kind is not None:
        return MappingIterator(value._mapping, kind)
    if isinstance(value, Closure):
        raise TypeError("'function' object is not iterable")
    if isinstance(value, deque):
        return DequeIterator(value)
    made = iter(value)
    is_lazy = hasattr(type(value), MEMBERS) and not hasattr(type(value), "__iter__")
    return ItemIterator(value) if is_lazy else _kept(made)


def make_reversed(value: Any) -> Any:
    """`reversed(value)`."""
    if isinstance(value, list | tuple | str | bytes | range):
        return ReversedIterator(value)
    if isinstance(value, dict):
        return MappingIterator(value, "keys", backwards=True)
    kind = VIEWS.get(type(value))
    if kind is not None:
        return MappingIterator(value._mapping, kind, backwards=True)
    if isinstance(value, deque):
        return DequeIterator(value, backwards=True)
    return _kept(reversed(value))


def _kept(made: Any) -> Any:
    """What a class of the user's iterates with, as an iterator that a snapshot can keep."""
    is_kept = isinstance(made, EngineIterator) or hasattr(type(made), MEMBERS)
    return made if is_kept else SequenceIterator(tuple(made))
