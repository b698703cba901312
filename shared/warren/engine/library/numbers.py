"""`math` within the budget: what grows or takes long with its arguments, the rest being CPython's own."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Any, Final

from warren.engine.guarded.costs import is_large_int
from warren.engine.guarded.guards import Guards
from warren.engine.values.limits import Stop
from warren.errors import LimitExceeded

_HUGE_FACTORIAL: Final = 20_000


def math_function(guards: Guards, name: str) -> Callable[..., Any]:
    """What calling `math.name` does."""
    function: Callable[..., Any] = getattr(math, name)
    match name:
        case "factorial" | "comb" | "perm":
            return _factorial(guards, name, function)
        case "gcd" | "lcm":
            return _common(guards, function)
        case "floor" | "ceil" | "trunc":
            return _whole(guards, function)
        case "isqrt":
            return _root(guards)
        case "prod":
            return lambda iterable, *, start=1: functools.reduce(guards.multiply, guards.ticking(iterable), start)
        case "fsum":
            return lambda seq, /: math.fsum(guards.ticking(seq) if hasattr(type(seq), "__iter__") else seq)
        case "dist":
            return lambda p, q, /: math.dist(guards.counted(p), guards.counted(q))
        case _:
            return function


def _factorial(guards: Guards, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    def bounded(*args: Any) -> Any:
        numbers = [arg for arg in args if isinstance(arg, int) and arg > 0]
        if any(number > _HUGE_FACTORIAL for number in numbers):
            raise Stop(LimitExceeded(f"math.{name} of more than {_HUGE_FACTORIAL:,} belongs into an @action"))
        guards.budget.spend(2 * sum(numbers))
        return guards.result(function(*args))

    return bounded


def _common(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    def common(*args: Any) -> Any:
        guards.greatest_common(*args)
        return function(*args)

    return common


def _whole(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    def whole(number: Any) -> Any:
        guards.whole(number)
        return function(number)

    return whole


def _root(guards: Guards) -> Callable[..., Any]:
    def root(number: Any) -> Any:
        if isinstance(number, int) and is_large_int(number):
            digits = number.bit_length() // 30
            guards.budget.spend(digits * digits // 500)
            guards.budget.allocate(number.bit_length() >> 3)
        return math.isqrt(number)

    return root
