"""Sets that keep insertion order, so that iterating over one is the same in every process and on every replay."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import Any


def _items(other: Any) -> dict[Any, None]:
    return other._items if isinstance(other, _OrderedBase) else dict.fromkeys(other)


class _OrderedBase:
    """What both kinds share; behaves as CPython's `frozenset` but for the order."""

    __slots__ = ("_items",)
    _tag = "set"

    def __init__(self, iterable: Iterable[Any] = (), /) -> None:
        self._items: dict[Any, None] = dict.fromkeys(iterable)

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Any:
        return {"$": self._tag, "v": [encode(item, f"[{index}]") for index, item in enumerate(self._items)]}

    def _new(self, items: Iterable[Any]) -> Any:
        return type(self)(items)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, item: Any) -> bool:
        return (OrderedFrozenSet(item) if isinstance(item, OrderedSet) else item) in self._items

    def __eq__(self, other: object) -> bool:
        if isinstance(other, _OrderedBase):
            return self._items.keys() == other._items.keys()
        if not isinstance(other, AbstractSet):
            return NotImplemented
        return bool(self._items.keys() == other)

    def __repr__(self) -> str:
        inner = ", ".join(map(repr, self._items))
        name = type(self).__name__
        if name == "set":
            return f"{{{inner}}}" if self._items else "set()"
        return f"{name}({{{inner}}})" if self._items else f"{name}()"

    def _binary(self, other: Any, items: Callable[[dict[Any, None]], Iterable[Any]]) -> Any:
        if not isinstance(other, _OrderedBase | AbstractSet):
            return NotImplemented
        return self._new(items(_items(other)))

    def __or__(self, other: Any) -> Any:
        return self._binary(other, lambda items: [*self._items, *items])

    def __and__(self, other: Any) -> Any:
        return self._binary(other, lambda items: [item for item in self._items if item in items])

    def __sub__(self, other: Any) -> Any:
        return self._binary(other, lambda items: [item for item in self._items if item not in items])

    def __xor__(self, other: Any) -> Any:
        return self._binary(
            other,
            lambda items: [
                *(item for item in self._items if item not in items),
                *(item for item in items if item not in self._items),
            ],
        )

    def _compare(self, other: Any, test: Callable[[Any, Any], bool]) -> Any:
        if not isinstance(other, _OrderedBase | AbstractSet):
            return NotImplemented
        return test(self._items.keys(), _items(other).keys())

    def __le__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a <= b)

    def __lt__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a < b)

    def __ge__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a >= b)

    def __gt__(self, other: Any) -> Any:
        return self._compare(other, lambda a, b: a > b)

    def copy(self) -> Any:
        return self._new(self._items)

    def union(self, *others: Iterable[Any]) -> Any:
        return self._new([*self._items, *(item for other in others for item in other)])

    def intersection(self, *others: Iterable[Any]) -> Any:
        kept = list(self._items)
        for other in others:
            items = _items(other)
            kept = [item for item in kept if item in items]
        return self._new(kept)

    def difference(self, *others: Iterable[Any]) -> Any:
        removed = {item for other in others for item in other}
        return self._new([item for item in self._items if item not in removed])

    def symmetric_difference(self, other: Iterable[Any]) -> Any:
        return self ^ self._new(other)

    def issubset(self, other: Iterable[Any]) -> bool:
        return self._items.keys() <= _items(other).keys()

    def issuperset(self, other: Iterable[Any]) -> bool:
        return all(item in self for item in other)

    def isdisjoint(self, other: Iterable[Any]) -> bool:
        return self._items.keys().isdisjoint(other)


class OrderedFrozenSet(_OrderedBase):
    """`frozenset`."""

    __slots__ = ()
    _tag = "frozenset"

    def __hash__(self) -> int:
        return hash(frozenset(self._items))


class OrderedSet(_OrderedBase):
    """`set`."""

    __slots__ = ("_has_lost", "queue")
    __hash__ = None  # type: ignore[assignment]  # unhashable, as set is

    def __init__(self, iterable: Iterable[Any] = (), /) -> None:
        super().__init__(iterable)
        self.queue: list[Any] = []
        """The next items to pop, the first one last: a dict would pass by the places of all that were popped before."""
        self._has_lost = False

    def __iter__(self) -> Iterator[Any]:
        try:
            yield from self._items
        except RuntimeError:  # of a dict
            raise RuntimeError("Set changed size during iteration") from None

    def add(self, item: Any, /) -> None:
        if self._has_lost:
            self._forget_queue()
        self._items[item] = None

    def discard(self, item: Any, /) -> None:
        if item in self._items:
            del self._items[item]
            self._has_lost = True

    def remove(self, item: Any, /) -> None:
        del self._items[item]
        self._has_lost = True

    def _forget_queue(self) -> None:
        """What was removed and comes again stands at the end."""
        self.queue, self._has_lost = [], False

    def pop(self) -> Any:
        items = self._items
        if not items:
            raise KeyError("pop from an empty set")
        while True:
            if not self.queue:
                self.queue = list(items)
                self.queue.reverse()
            item = self.queue.pop()
            if item in items:
                del items[item]
                return item

    def clear(self) -> None:
        self._forget_queue()
        self._items.clear()

    def update(self, *others: Iterable[Any]) -> None:
        self._forget_queue()
        for other in others:
            self._items.update(dict.fromkeys(other))

    def difference_update(self, *others: Iterable[Any]) -> None:
        self._forget_queue()
        self._items = dict.fromkeys(self.difference(*others))

    def intersection_update(self, *others: Iterable[Any]) -> None:
        self._forget_queue()
        self._items = dict.fromkeys(self.intersection(*others))

    def symmetric_difference_update(self, other: Iterable[Any]) -> None:
        self._forget_queue()
        self._items = dict.fromkeys(self.symmetric_difference(other))

    def _in_place(self, other: Any, change: Callable[[Any], None]) -> Any:
        if not isinstance(other, _OrderedBase | AbstractSet):
            return NotImplemented
        change(other)
        return self

    def __ior__(self, other: Any) -> Any:
        return self._in_place(other, self.update)

    def __iand__(self, other: Any) -> Any:
        return self._in_place(other, self.intersection_update)

    def __isub__(self, other: Any) -> Any:
        return self._in_place(other, self.difference_update)

    def __ixor__(self, other: Any) -> Any:
        return self._in_place(other, self.symmetric_difference_update)


OrderedSet.__name__ = OrderedSet.__qualname__ = "set"
OrderedFrozenSet.__name__ = OrderedFrozenSet.__qualname__ = "frozenset"
OrderedSet.__module__ = OrderedFrozenSet.__module__ = "builtins"
