"""`itertools` by name: what its functions make, and what its iterators are called."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable
from typing import Any

from warren.engine.guarded.guards import Guards
from warren.engine.guarded.itertools_iterators import (
    AccumulateIterator,
    BatchedIterator,
    ChainIterator,
    CompressIterator,
    CountIterator,
    CycleIterator,
    DropIterator,
    LongestIterator,
    PairwiseIterator,
    RejectIterator,
    RepeatIterator,
    SliceIterator,
    StarmapIterator,
    TakeIterator,
)
from warren.engine.library.grouping import CombiningIterator, Group, GroupIterator, TeeIterator
from warren.engine.values.iterators import make_iterator

ITERATORS = {
    ChainIterator: "chain",
    SliceIterator: "islice",
    AccumulateIterator: "accumulate",
    CountIterator: "count",
    CycleIterator: "cycle",
    RepeatIterator: "repeat",
    StarmapIterator: "starmap",
    TakeIterator: "takewhile",
    DropIterator: "dropwhile",
    RejectIterator: "filterfalse",
    CompressIterator: "compress",
    PairwiseIterator: "pairwise",
    LongestIterator: "zip_longest",
    BatchedIterator: "batched",
    GroupIterator: "groupby",
    Group: "_grouper",
    CombiningIterator: "product",
    TeeIterator: "_tee",
}
"""All of them, by the name that CPython's own has."""
for _cls, _name in ITERATORS.items():
    _cls.__name__ = _cls.__qualname__ = _name


def iteration_table(guards: Guards) -> dict[str, Any]:
    """The functions of `itertools` by intrinsic name. CPython's own checks the arguments, over nothing."""
    budget = guards.budget

    def islice(iterable: Any, *args: Any) -> Any:
        itertools.islice((), *args)
        inner, asked = make_iterator(iterable, budget), slice(*args)
        stop = None if asked.stop is None else operator.index(asked.stop)
        start, step = operator.index(asked.start or 0), operator.index(asked.step or 1)
        return SliceIterator(inner, start, stop, step, budget)

    def accumulate(iterable: Any, func: Any = None, *, initial: Any = None) -> Any:
        return AccumulateIterator(make_iterator(iterable, budget), guards.callee(func), initial, guards)

    def count(start: Any = 0, step: Any = 1) -> Any:
        itertools.count(start, step)
        return CountIterator(start, step, guards)

    def repeat(*args: Any, **named: Any) -> Any:
        itertools.repeat(*args, **named)
        given = dict(zip(("object", "times"), args, strict=False)) | named
        return RepeatIterator(given["object"], operator.index(given["times"]) if "times" in given else None)

    def batched(iterable: Any, n: Any, *, strict: Any = False) -> Any:
        size = operator.index(n)
        if size < 1:
            raise ValueError("n must be at least one")
        return BatchedIterator(make_iterator(iterable, budget), size, bool(strict), budget)

    def tee(iterable: Any, n: Any = 2) -> Any:
        if isinstance(n, int):
            budget.allocate(100 * max(n, 0))
        itertools.tee((), n)
        inner, items = make_iterator(iterable, budget), []  # type: ignore[var-annotated]  # of anything
        return tuple(TeeIterator(inner, items, budget) for _ in range(n))

    return (
        _combining_table(guards)
        | _choosing_table(guards)
        | {
            "itertools.chain": lambda *iterables: ChainIterator(make_iterator(iterables, budget), budget),
            "itertools.chain.from_iterable": lambda iterable, /: ChainIterator(make_iterator(iterable, budget), budget),
            "itertools.islice": islice,
            "itertools.accumulate": accumulate,
            "itertools.count": count,
            "itertools.cycle": lambda iterable, /: CycleIterator(make_iterator(iterable, budget), budget),
            "itertools.repeat": repeat,
            "itertools.starmap": lambda function, iterable, /: StarmapIterator(
                guards.callee(function), make_iterator(iterable, budget), guards
            ),
            "itertools.pairwise": lambda iterable, /: PairwiseIterator(make_iterator(iterable, budget), budget),
            "itertools.zip_longest": lambda *iterables, fillvalue=None: LongestIterator(
                [make_iterator(one, budget) for one in iterables], fillvalue, budget
            ),
            "itertools.batched": batched,
            "itertools.tee": tee,
        }
    )


def _choosing_table(guards: Guards) -> dict[str, Any]:
    budget, callee = guards.budget, guards.callee

    def over(value: Any) -> Any:
        return make_iterator(value, budget)

    return {
        "itertools.takewhile": lambda predicate, iterable, /: TakeIterator(callee(predicate), over(iterable), budget),
        "itertools.dropwhile": lambda predicate, iterable, /: DropIterator(callee(predicate), over(iterable), budget),
        "itertools.filterfalse": lambda function, iterable, /: RejectIterator(callee(function), over(iterable), budget),
        "itertools.compress": lambda data, selectors: CompressIterator(over(data), over(selectors), budget),
        "itertools.groupby": lambda iterable, key=None: GroupIterator(over(iterable), callee(key), guards),
    }


def _combining_table(guards: Guards) -> dict[str, Any]:
    def pool(iterable: Any) -> tuple[Any, ...]:
        return tuple(guards.counted(iterable))

    def product(*iterables: Any, repeat: Any = 1) -> Any:
        times = operator.index(repeat)
        if times < 0:
            raise ValueError("repeat argument cannot be negative")
        guards.budget.allocate(16 * len(iterables) * times)
        return CombiningIterator("product", tuple(map(pool, iterables)), times, guards.budget)

    def combining(kind: str) -> Callable[..., Any]:
        def combine(iterable: Any, r: Any) -> Any:
            items, size = pool(iterable), operator.index(r)
            guards.budget.allocate(16 * max(size, 0))
            return CombiningIterator(kind, (items,), size, guards.budget)

        return combine

    def permutations(iterable: Any, r: Any = None) -> Any:
        items = pool(iterable)
        if r is not None and not isinstance(r, int):
            raise TypeError("Expected int as r")
        guards.budget.allocate(16 * max(r or 0, 0))
        return CombiningIterator("permutations", (items,), len(items) if r is None else r, guards.budget)

    return {
        "itertools.product": product,
        "itertools.permutations": permutations,
        "itertools.combinations": combining("combinations"),
        "itertools.combinations_with_replacement": combining("combinations_with_replacement"),
    }
