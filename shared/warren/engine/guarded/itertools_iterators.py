"""The iterators of `itertools` as a snapshot can hold them: each keeps its place in plain attributes.

Each behaves as CPython's own, also where it was moved on in between. What looks at any number of items for one of its
own, or makes many at once, takes that from the budget.
"""

from __future__ import annotations

from typing import Any

from warren.engine.guarded.guards import Guards
from warren.engine.values.iterators import EngineIterator, TickingIterator, make_iterator
from warren.engine.values.kept import kept
from warren.engine.values.limits import Budget

_MISSING = object()


@kept("chain", "current iterables")
class ChainIterator(TickingIterator):
    """`itertools.chain`; `iterables` is an iterator over what is to come."""

    __slots__ = ("current", "iterables")

    def __init__(self, iterables: Any, budget: Budget) -> None:
        super().__init__(budget)
        self.iterables = iterables
        self.current: Any = None

    def __next__(self) -> Any:
        while self.iterables is not None:
            self.tick()
            if self.current is None:
                try:
                    self.current = make_iterator(next(self.iterables), self.budget)
                except StopIteration:
                    self.iterables = None
                    break
            try:
                return next(self.current)
            except StopIteration:
                self.current = None
        raise StopIteration


@kept("islice", "following inner position step stop")
class SliceIterator(TickingIterator):
    """`itertools.islice`; `position` counts what was taken from `inner`, `following` is the next place to give."""

    __slots__ = ("following", "inner", "position", "step", "stop")

    def __init__(self, inner: Any, start: int, stop: int | None, step: int, budget: Budget) -> None:
        super().__init__(budget)
        self.inner = inner
        self.following = start
        self.stop = stop
        self.step = step
        self.position = 0

    def __next__(self) -> Any:
        if self.inner is None:
            raise StopIteration
        self.tick()
        place = self.following if self.stop is None else min(self.following, self.stop)
        while self.position < place:
            self.tick()
            if next(self.inner, _MISSING) is _MISSING:
                break
            self.position += 1
        is_over = self.position < place or (self.stop is not None and self.position >= self.stop)
        item = _MISSING if is_over else next(self.inner, _MISSING)
        if item is _MISSING:
            self.inner = None
            raise StopIteration
        self.position += 1
        self.following += self.step
        return item


@kept("accumulate", "function has_begun initial inner total")
class AccumulateIterator(EngineIterator):
    """`itertools.accumulate`; without a function it adds."""

    __slots__ = ("function", "guards", "has_begun", "initial", "inner", "total")

    def __init__(self, inner: Any, function: Any, initial: Any, guards: Guards) -> None:
        self.guards = guards
        self.inner = inner
        self.function = function
        self.initial = initial
        self.total: Any = None
        self.has_begun = False

    def __next__(self) -> Any:
        if self.initial is not None:
            self.total, self.initial, self.has_begun = self.initial, None, True
            return self.total
        self.guards.budget.spend(1)
        item = next(self.inner)
        function = self.guards.add if self.function is None else self.function
        self.total = function(self.total, item) if self.has_begun else item
        self.has_begun = True
        return self.total


@kept("count", "number step")
class CountIterator(EngineIterator):
    """`itertools.count`."""

    __slots__ = ("guards", "number", "step")

    def __init__(self, number: Any, step: Any, guards: Guards) -> None:
        self.guards = guards
        self.number = number
        self.step = step

    def __next__(self) -> Any:
        number = self.number
        self.number = self.guards.add(number, self.step)
        return number

    def __repr__(self) -> str:
        is_plain = type(self.step) is int and self.step == 1
        return f"count({self.number!r})" if is_plain else f"count({self.number!r}, {self.step!r})"


@kept("cycle", "index inner saved")
class CycleIterator(TickingIterator):
    """`itertools.cycle`."""

    __slots__ = ("index", "inner", "saved")

    def __init__(self, inner: Any, budget: Budget) -> None:
        super().__init__(budget)
        self.inner = inner
        self.saved: list[Any] = []
        self.index = 0

    def __next__(self) -> Any:
        self.tick()
        if self.inner is not None:
            try:
                item = next(self.inner)
            except StopIteration:
                self.inner = None
            else:
                self.saved.append(item)
                return item
        if not self.saved:
            raise StopIteration
        item = self.saved[self.index]
        self.index = (self.index + 1) % len(self.saved)
        return item


@kept("repeat", "item left")
class RepeatIterator(EngineIterator):
    """`itertools.repeat`; `left` is None without end."""

    __slots__ = ("item", "left")

    def __init__(self, item: Any, left: int | None) -> None:
        self.item = item
        self.left = left

    def __next__(self) -> Any:
        if self.left is not None:
            if self.left <= 0:
                raise StopIteration
            self.left -= 1
        return self.item

    def __repr__(self) -> str:
        return f"repeat({self.item!r})" if self.left is None else f"repeat({self.item!r}, {self.left})"


@kept("starmap", "function inner")
class StarmapIterator(EngineIterator):
    """`itertools.starmap`."""

    __slots__ = ("function", "guards", "inner")

    def __init__(self, function: Any, inner: Any, guards: Guards) -> None:
        self.function = function
        self.inner = inner
        self.guards = guards

    def __next__(self) -> Any:
        self.guards.budget.spend(1)
        return self.function(*self.guards.counted(next(self.inner)))


class _TestingIterator(TickingIterator):
    """Base of those that ask a function about each item."""

    __slots__ = ("function", "inner", "is_over")

    def __init__(self, function: Any, inner: Any, budget: Budget) -> None:
        super().__init__(budget)
        self.function = function
        self.inner = inner
        self.is_over = False


@kept("takewhile", "function inner is_over")
class TakeIterator(_TestingIterator):
    """`itertools.takewhile`."""

    __slots__ = ()

    def __next__(self) -> Any:
        if self.is_over:
            raise StopIteration
        self.tick()
        item = next(self.inner)
        if self.function(item):
            return item
        self.is_over = True
        raise StopIteration


@kept("dropwhile", "function inner is_over")
class DropIterator(_TestingIterator):
    """`itertools.dropwhile`."""

    __slots__ = ()

    def __next__(self) -> Any:
        for item in self.inner:
            self.tick()
            if self.is_over or not self.function(item):
                self.is_over = True
                return item
        raise StopIteration


@kept("filterfalse", "function inner is_over")
class RejectIterator(_TestingIterator):
    """`itertools.filterfalse`."""

    __slots__ = ()

    def __next__(self) -> Any:
        for item in self.inner:
            self.tick()
            if not (item if self.function is None else self.function(item)):
                return item
        raise StopIteration


@kept("compress", "inner selectors")
class CompressIterator(TickingIterator):
    """`itertools.compress`."""

    __slots__ = ("inner", "selectors")

    def __init__(self, inner: Any, selectors: Any, budget: Budget) -> None:
        super().__init__(budget)
        self.inner = inner
        self.selectors = selectors

    def __next__(self) -> Any:
        while True:
            self.tick()
            item = next(self.inner)
            if next(self.selectors):
                return item


@kept("pairwise", "has_begun inner last")
class PairwiseIterator(TickingIterator):
    """`itertools.pairwise`."""

    __slots__ = ("has_begun", "inner", "last")

    def __init__(self, inner: Any, budget: Budget) -> None:
        super().__init__(budget)
        self.inner = inner
        self.last: Any = None
        self.has_begun = False

    def __next__(self) -> Any:
        if self.inner is None:
            raise StopIteration
        self.tick()
        try:
            if not self.has_begun:
                self.last, self.has_begun = next(self.inner), True
            pair = (self.last, next(self.inner))
        except StopIteration:
            self.inner = self.last = None
            raise
        self.last = pair[1]
        return pair


@kept("zip_longest", "fill inners")
class LongestIterator(TickingIterator):
    """`itertools.zip_longest`; an exhausted iterator is None."""

    __slots__ = ("fill", "inners")

    def __init__(self, inners: list[Any], fill: Any, budget: Budget) -> None:
        super().__init__(budget)
        self.inners = inners
        self.fill = fill

    def __next__(self) -> Any:
        left = sum(inner is not None for inner in self.inners)
        if not left:
            raise StopIteration
        self.tick(1 + (len(self.inners) >> 2))
        items = []
        for index, inner in enumerate(self.inners):
            item = self.fill if inner is None else next(inner, _MISSING)
            if item is _MISSING:
                self.inners[index], item = None, self.fill
                left -= 1
                if not left:
                    raise StopIteration
            items.append(item)
        return tuple(items)


@kept("batched", "inner size strict")
class BatchedIterator(TickingIterator):
    """`itertools.batched`, which CPython has since 3.12."""

    __slots__ = ("inner", "size", "strict")

    def __init__(self, inner: Any, size: int, strict: bool, budget: Budget) -> None:
        super().__init__(budget)
        self.inner = inner
        self.size = size
        self.strict = strict

    def __next__(self) -> Any:
        items: list[Any] = []
        while self.inner is not None and len(items) < self.size:
            self.tick()
            item = next(self.inner, _MISSING)
            if item is _MISSING:
                self.inner = None
            else:
                items.append(item)
        if not items:
            raise StopIteration
        if self.strict and len(items) < self.size:
            raise ValueError("batched(): incomplete batch")
        return tuple(items)
