"""The iterators of `itertools` that share what they go over, or go over it again: groups, combinations, and `tee`."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from warren.engine.guarded.guards import Guards
from warren.engine.values.closures import UNBOUND
from warren.engine.values.iterators import EngineIterator, TickingIterator
from warren.engine.values.kept import kept
from warren.engine.values.limits import Budget, Stop
from warren.errors import LimitExceeded


@kept("groupby", "current_key current_value group inner key target_key")
class GroupIterator(EngineIterator):
    """`itertools.groupby`; a group that is asked for an item moves this one on, and one that is passed by is over."""

    __slots__ = ("current_key", "current_value", "group", "guards", "inner", "key", "target_key")

    def __init__(self, inner: Any, key: Any, guards: Guards) -> None:
        self.guards = guards
        self.inner = inner
        self.key = key
        self.current_key: Any = UNBOUND
        self.target_key: Any = UNBOUND
        self.current_value: Any = UNBOUND
        self.group: Any = None

    def __next__(self) -> Any:
        self.group = None
        while self.current_key is UNBOUND or (self.target_key is not UNBOUND and self._is_same(self.target_key)):
            self.advance()
        self.target_key = self.current_key
        self.group = Group(self, self.target_key)
        return self.current_key, self.group

    def _is_same(self, key: Any) -> bool:
        return self.guards.is_same(key, self.current_key)

    def advance(self) -> None:
        """Take the next item; raises StopIteration at the end."""
        self.guards.budget.spend(1)
        value = next(self.inner)
        self.current_key = value if self.key is None else self.key(value)
        self.current_value = value

    def take(self, group: Group) -> Any:
        """The next item, if it belongs to this group."""
        if self.group is not group:
            raise StopIteration
        if self.current_value is UNBOUND:
            self.advance()
        if not self._is_same(group.key):
            raise StopIteration
        value, self.current_value = self.current_value, UNBOUND
        return value


@kept("_grouper", "key parent")
class Group(EngineIterator):
    """One group of `groupby`."""

    __slots__ = ("key", "parent")

    def __init__(self, parent: GroupIterator, key: Any) -> None:
        self.parent = parent
        self.key = key

    def __next__(self) -> Any:
        return self.parent.take(self)


@kept("product", "number pools size taken")
class CombiningIterator(EngineIterator):
    """`product`, `permutations` and the `combinations`: CPython's own, and how many it has given.

    A snapshot keeps what they are made of and that number; afterwards so many are skipped.
    """

    __slots__ = ("budget", "native", "number", "pools", "size", "taken")

    def __init__(self, kind: str, pools: tuple[tuple[Any, ...], ...], size: int, budget: Budget) -> None:
        self.number = _COMBINING.index(kind)
        self.pools = pools
        self.size = size
        self.taken = 0
        self.budget = budget
        self.native: Any = self._begin()

    def _begin(self) -> Any:
        kind = _COMBINING[self.number]
        made: Callable[..., Any] = getattr(itertools, kind)
        native = made(*self.pools, repeat=self.size) if kind == "product" else made(self.pools[0], self.size)
        for _ in range(self.taken):
            next(native, None)
        return native

    def __next__(self) -> Any:
        if not hasattr(self, "native"):  # it comes from a snapshot
            self.native = self._begin()
        made = next(self.native)
        self.taken += 1
        if self.taken > _MOST_COMBINATIONS:
            raise Stop(LimitExceeded(f"the workflow went through more than {_MOST_COMBINATIONS:,} combinations"))
        self.budget.spend(1)
        self.budget.allocate(8 * len(made))
        return made


_MOST_COMBINATIONS = 20_000_000
"""After a snapshot they are gone through again up to the one that comes next."""
_COMBINING = ("product", "permutations", "combinations", "combinations_with_replacement")


@kept("_tee", "index inner items")
class TeeIterator(TickingIterator):
    """One of those that `itertools.tee` makes; `items` is a list with all that was taken from `inner`, for all."""

    __slots__ = ("index", "inner", "items")

    def __init__(self, inner: Any, items: list[Any], budget: Budget) -> None:
        super().__init__(budget)
        self.inner = inner
        self.items = items
        self.index = 0

    def __next__(self) -> Any:
        self.tick()
        if self.index == len(self.items):
            self.items.append(next(self.inner))
        self.index += 1
        return self.items[self.index - 1]
