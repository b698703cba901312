"""Everything of the standard library beyond `math` and `datetime` that workflow code may name, in one table."""

from __future__ import annotations

import base64
import bisect
import heapq
import statistics
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from warren.engine.guards import Guards
from warren.engine.library import jsons
from warren.engine.library.callables import callables_table
from warren.engine.library.containers import containers_table
from warren.engine.library.itertools_table import iteration_table

if TYPE_CHECKING:
    from warren.engine.attributes import Attributes

STATISTICS = ("fmean", "mean", "median", "median_high", "median_low", "mode", "multimode", "pstdev", "stdev")
BASE64 = ("b64decode", "b64encode", "urlsafe_b64decode", "urlsafe_b64encode")
HEAPQ = ("heapify", "heappop", "heappush", "heappushpop", "heapreplace")
BISECT = ("bisect", "bisect_left", "bisect_right", "insort", "insort_left", "insort_right")
TEXTWRAP = ("dedent", "fill", "indent", "shorten", "wrap")


def library_table(guards: Guards, attributes: Attributes) -> dict[str, Any]:
    """What calling each of them does, by intrinsic name."""
    return (
        iteration_table(guards)
        | containers_table(guards)
        | callables_table(guards, attributes)
        | {f"heapq.{name}": _over_list(guards, getattr(heapq, name)) for name in HEAPQ}
        | {f"heapq.{name}": _chosen(guards, getattr(heapq, name)) for name in ("nlargest", "nsmallest")}
        | {f"bisect.{name}": _over_list(guards, getattr(bisect, name)) for name in BISECT}
        | {"json.dumps": jsons.dumps(guards), "json.loads": jsons.loads(guards)}
        | {f"statistics.{name}": _over_numbers(guards, getattr(statistics, name)) for name in STATISTICS}
        | {f"base64.{name}": _over_text(guards, getattr(base64, name), 0) for name in BASE64}
        | {f"textwrap.{name}": _over_text(guards, getattr(textwrap, name), 4) for name in TEXTWRAP}
    )


def _over_numbers(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function over numbers that copies and sorts them, exactly."""

    def computed(data: Any, *args: Any, **kwargs: Any) -> Any:
        numbers = list(guards.counted(data))
        guards.budget.spend(20 * len(numbers))
        return function(numbers, *args, **kwargs)

    return computed


def _over_list(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function that moves items of a list, most of them a few."""

    def moved(items: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(items, list):
            guards.budget.spend(len(items) >> 5 if function is not heapq.heapify else len(items))
            guards.budget.allocate(8)
        return function(items, *args, **kwargs)

    return moved


def _chosen(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    """`nlargest` and `nsmallest`."""

    def chosen(n: Any, iterable: Any, key: Any = None) -> Any:
        return function(n, guards.ticking(iterable) if hasattr(type(iterable), "__iter__") else iterable, key)

    return chosen


def _over_text(guards: Guards, function: Callable[..., Any], steps: int) -> Callable[..., Any]:
    """A function over a text; `steps` for each of its characters."""

    def written(text: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(text, str | bytes):
            guards.budget.spend(steps * len(text) + (len(text) >> 8))
            guards.width(2 * len(text))
        for arg in (*args, *kwargs.values()):  # a prefix or a width, which each line may have
            if isinstance(arg, int | str):
                guards.width((arg if isinstance(arg, int) else len(arg)) * (1 + _lines(text)))
        return guards.result(function(text, *args, **kwargs))

    return written


def _lines(text: Any) -> int:
    return text.count("\n") if isinstance(text, str) else 0
