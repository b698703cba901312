"""`heapq` and `bisect` within the budget: CPython's own, but for items of which one comparison can take long.

Those are moved by the same steps written in Python, so that each comparison is a guarded one.
"""

from __future__ import annotations

import bisect
import heapq
from collections.abc import Callable
from typing import Any, Final

from warren.engine.guarded.consumers import compared_items, is_iterable, measured
from warren.engine.guarded.costs import CONSTANT, is_sized
from warren.engine.guarded.guards import Guards

HEAPQ: Final = ("heapify", "heappop", "heappush", "heappushpop", "heapreplace")
BISECT: Final = ("bisect", "bisect_left", "bisect_right", "insort", "insort_left", "insort_right")
_CHEAP: Final = CONSTANT | {int}
_FEW: Final = 16


def heaps_table(guards: Guards) -> dict[str, Any]:
    """The functions of both modules by intrinsic name."""
    heap = _Heap(guards)
    return (
        {f"heapq.{name}": _on_heap(guards, getattr(heapq, name), getattr(heap, name)) for name in HEAPQ}
        | {f"heapq.{name}": _chosen(guards, getattr(heapq, name)) for name in ("nlargest", "nsmallest")}
        | {f"bisect.{name}": _bisecting(guards, getattr(bisect, name)) for name in BISECT}
    )


def _on_heap(guards: Guards, native: Callable[..., Any], own: Callable[..., Any]) -> Callable[..., Any]:
    name = native.__name__

    def moved(heap: Any, *args: Any) -> Any:
        if heap.__class__ is not list:
            return native(heap, *args)
        guards.budget.spend(len(heap) if name == "heapify" else 2)
        is_cheap = len(heap) <= _FEW and all(item.__class__ in _CHEAP for item in (*heap, *args))
        return native(heap, *args) if is_cheap and guards.units_of_all(heap) == len(heap) else own(heap, *args)

    return moved


class _Heap:
    """The functions of `heapq`, in Python."""

    def __init__(self, guards: Guards) -> None:
        self._is_less = guards.order("<")
        self._budget = guards.budget

    def heappush(self, heap: list[Any], item: Any, /) -> None:
        heap.append(item)
        self._towards_root(heap, 0, len(heap) - 1)

    def heappop(self, heap: list[Any], /) -> Any:
        last = heapq.heappop(heap) if not heap else heap.pop()
        if not heap:
            return last
        first, heap[0] = heap[0], last
        self._towards_leaves(heap, 0)
        return first

    def heapreplace(self, heap: list[Any], item: Any, /) -> Any:
        if not heap:
            return heapq.heapreplace(heap, item)
        first, heap[0] = heap[0], item
        self._towards_leaves(heap, 0)
        return first

    def heappushpop(self, heap: list[Any], item: Any, /) -> Any:
        if heap and self._is_less(heap[0], item):
            item, heap[0] = heap[0], item
            self._towards_leaves(heap, 0)
        return item

    def heapify(self, heap: list[Any], /) -> None:
        for place in reversed(range(len(heap) // 2)):
            self._towards_leaves(heap, place)

    def _towards_root(self, heap: list[Any], start: int, place: int) -> None:
        item = heap[place]
        while place > start:
            self._budget.spend(1)
            above = (place - 1) >> 1
            if not self._is_less(item, heap[above]):
                break
            heap[place] = heap[above]
            place = above
        heap[place] = item

    def _towards_leaves(self, heap: list[Any], place: int) -> None:
        end, start, item = len(heap), place, heap[place]
        below = 2 * place + 1
        while below < end:
            self._budget.spend(1)
            right = below + 1
            if right < end and not self._is_less(heap[below], heap[right]):
                below = right
            heap[place] = heap[below]
            place = below
            below = 2 * place + 1
        heap[place] = item
        self._towards_root(heap, start, place)


def _chosen(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    """`nlargest` and `nsmallest`: each item is compared as often as the heap of those that are kept is high."""

    def chosen(n: Any, iterable: Any, key: Any = None) -> Any:
        if not is_iterable(iterable):
            return function(n, iterable, key)
        height = n.bit_length() if isinstance(n, int) else 1
        if key is None:
            items = list(compared_items(guards, iterable))
            guards.work(2 * height * guards.units_of_all(items))
            return guards.result(function(n, items))
        key = guards.callee(key)

        def measuring(item: Any) -> Any:
            found = key(item)
            guards.work(2 * (height + 1) * guards.units(found))
            return found

        return guards.result(function(n, guards.ticking(iterable), key=measured(guards, measuring)))

    return chosen


def _bisecting(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    inserts = function.__name__.startswith("insort")

    def found(a: Any, x: Any, *args: Any, key: Any = None, **kwargs: Any) -> Any:
        if is_sized(a):
            count = len(a)
            guards.work(2 * count.bit_length() * guards.units(x) + 8)
            if inserts and count > 64:
                guards.budget.spend(count >> 8)
        return function(a, x, *args, key=guards.callee(key), **kwargs)

    return found
