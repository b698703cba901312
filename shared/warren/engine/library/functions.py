"""Everything of the standard library beyond `math` and `datetime` that workflow code may name, in one table."""

from __future__ import annotations

import base64
import statistics
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from warren.engine.guarded.guards import Guards
from warren.engine.library import jsons
from warren.engine.library.callables import callables_table
from warren.engine.library.containers import containers_table
from warren.engine.library.heaps import heaps_table
from warren.engine.library.itertools_table import iteration_table

if TYPE_CHECKING:
    from warren.engine.guarded.attributes import Attributes

STATISTICS = ("fmean", "mean", "median", "median_high", "median_low", "mode", "multimode", "pstdev", "stdev")
BASE64 = ("b64decode", "b64encode", "urlsafe_b64decode", "urlsafe_b64encode")
TEXTWRAP = ("dedent", "indent")
WRAPPED = ("fill", "shorten", "wrap")
_FLOATS = frozenset({float, bool})
_LONG_TEXT = 200


def library_table(guards: Guards, attributes: Attributes) -> dict[str, Any]:
    """What calling each of them does, by intrinsic name."""
    return (
        iteration_table(guards)
        | containers_table(guards)
        | callables_table(guards, attributes)
        | heaps_table(guards)
        | {"json.dumps": jsons.dumps(guards), "json.loads": jsons.loads(guards)}
        | {f"statistics.{name}": _over_numbers(guards, getattr(statistics, name)) for name in STATISTICS}
        | {f"base64.{name}": _over_text(guards, getattr(base64, name), 0) for name in BASE64}
        | {f"textwrap.{name}": _over_text(guards, getattr(textwrap, name), 4) for name in TEXTWRAP}
        | {f"textwrap.{name}": _wrapped(guards, getattr(textwrap, name)) for name in WRAPPED}
    )


def _over_numbers(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    """A function over numbers that copies and sorts them, and computes with whole numerators and denominators."""

    def computed(data: Any, *args: Any, **kwargs: Any) -> Any:
        numbers = list(guards.hashing(guards.counted(data)))
        guards.budget.spend(20 * len(numbers))
        guards.sorting(len(numbers), guards.units_of_all(numbers))
        if not set(map(type, numbers)) <= _FLOATS:
            for number in numbers:
                if number.__class__ is int:
                    digits = number.bit_length() // 30
                    guards.budget.spend(digits * digits // 200)
                else:
                    guards.fraction(number)
        return function(numbers, *args, **kwargs)

    return computed


def _over_text(guards: Guards, function: Callable[..., Any], steps: int) -> Callable[..., Any]:
    """A function over a text; `steps` for each of its characters."""

    def written(text: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(text, str | bytes):
            guards.budget.spend(steps * len(text) + (len(text) >> 6))
            guards.width(2 * len(text))
        for arg in (*args, *kwargs.values()):  # a prefix or a width, which each line may have
            if isinstance(arg, int | str):
                guards.width((arg if isinstance(arg, int) else len(arg)) * (1 + _lines(text)))
        return guards.result(function(text, *args, **kwargs))

    return written


def _wrapped(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    """`fill`, `shorten` and `wrap`: a word that is longer than a line is copied for each of its lines."""
    written = _over_text(guards, function, 4)

    def wrapped(text: Any, width: Any = 70, **kwargs: Any) -> Any:
        if isinstance(text, str) and len(text) > _LONG_TEXT:
            longest = max(map(len, text.split()), default=0)
            least = max(width, 1) if isinstance(width, int) else 1
            more = [len(value) for value in kwargs.values() if isinstance(value, str)]
            room = max(least - sum(more), 1)
            guards.budget.spend((longest * longest // room >> 8) + len(text) // room * (1 + sum(more) >> 6))
            guards.width((len(text) // room + 1) * (60 + sum(more)))
        return written(text, width, **kwargs)

    return wrapped


def _lines(text: Any) -> int:
    return text.count("\n") if isinstance(text, str) else 0
