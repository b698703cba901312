"""Methods of built-in values that make much out of little, or take long on a large value: what to call instead.

Each does what CPython's does; it takes from the budget first. Must not know which attributes may be read at all.
"""

from __future__ import annotations

import decimal
import functools
import inspect
from collections.abc import Callable
from typing import Any, Final

from warren.engine.guarded import moments
from warren.engine.guarded.container_methods import ContainerMethods
from warren.engine.guarded.costs import MAPPINGS, SETS, is_large_int
from warren.engine.guarded.guards import Guards
from warren.engine.guarded.text_methods import TextMethods
from warren.engine.values.closures import BoundMethod
from warren.engine.values.containers import Deque
from warren.engine.values.limits import Stop
from warren.engine.values.ordered_set import OrderedSet
from warren.errors import LimitExceeded

LARGE: Final = 1_000
"""Items or characters from which on a method makes something that counts by its bytes."""
_FEW: Final = 32
_OF_NO_ARGUMENT: Final = frozenset({"pop", "popitem", "popleft", "clear"})
"""Methods that take the last item, or all, at once."""
_APPENDING: Final = frozenset({"append", "appendleft"})
_SLOW_DECIMALS: Final = frozenset({"exp", "ln", "log10", "sqrt"})
_STEPS_OF_A_SLOW_DECIMAL: Final = 200
_PLAIN_KEYS: Final = frozenset({str, float, bool, type(None)})
_SMALL: Final = 1 << 60
_LINEAR: Final[frozenset[type]] = frozenset({str, bytes, list, tuple, Deque}) | MAPPINGS | SETS
"""Classes any method of which may take as long as the value is large."""
_OF_INT: Final = frozenset({"bit_length", "real", "imag", "numerator", "denominator"})


class Methods:
    """Guarded methods over one budget."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards
        self._texts = TextMethods(guards)
        self._containers = ContainerMethods(guards)

    def free(self, cls: type, names: frozenset[str]) -> frozenset[str]:
        """Names among the allowed ones of a class that never need a guard."""
        if cls in _LINEAR or cls is decimal.Decimal:
            return frozenset(name for name in names if not callable(getattr(cls, name)))
        if cls is int or cls is bool:
            return names & _OF_INT
        slow = {name for name in names if name in moments.OF_MOMENTS or is_class_method(cls, name)}
        return names - self._containers.names(cls) - slow

    def quick(self, value: Any, name: str, arguments: tuple[Any, ...]) -> bool:
        """Whether a method that is called at once, with this first argument or none, needs no guard."""
        cls = value.__class__
        if cls is str:
            return self._texts.is_cheap(value, name, arguments)
        if name in _APPENDING:
            return True
        if not arguments:
            return name in _OF_NO_ARGUMENT and cls is not OrderedSet
        if name in self._containers.by_key and (cls in MAPPINGS or cls in SETS):
            kind = arguments[0].__class__
            return kind in _PLAIN_KEYS or (kind is int and -_SMALL < arguments[0] < _SMALL)
        return False

    def get(self, value: Any, name: str) -> Any:
        """A method that may be kept, or called with anything: guarded."""
        method = getattr(value, name)
        cls = value.__class__
        if cls is str or cls is bytes:
            made = self._texts.table.get(name)
            if made is not None:
                method = made(value)
            if len(value) < 64:
                return BoundMethod(value, name, method)
            return BoundMethod(value, name, self._of_large(value, method, 6))
        if cls is int or cls is bool:
            return BoundMethod(value, name, self._of_int(value, name, method))
        if cls is decimal.Decimal:
            return BoundMethod(value, name, self._of_decimal(value, name, method))
        own = self._containers.get(value, name)
        if own is None:
            if name in moments.OF_MOMENTS:
                own = moments.method_of(value, name)
                own = self._formatting(own) if name == "strftime" else own
            else:
                own = self._of_large(value, method, 3)
        return BoundMethod(value, name, own)

    def _of_large(self, value: Any, method: Callable[..., Any], shift: int) -> Callable[..., Any]:
        """A method that goes through the value once, and may copy it."""
        guards = self._guards

        def through(*args: Any, **kwargs: Any) -> Any:
            count = len(value)
            if count < _FEW:
                return method(*args, **kwargs)
            guards.budget.spend(count >> (shift if count < LARGE else shift + 1))
            made = method(*args, **kwargs)
            return guards.result(made) if count >= LARGE and made is not value else made

        return through

    def _of_int(self, number: int, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        guards = self._guards
        if name == "to_bytes":

            def converted(length: Any = 1, byteorder: Any = "big", *, signed: bool = False) -> Any:
                guards.width(length)
                return number.to_bytes(length, byteorder, signed=signed)

            return converted
        if is_large_int(number):
            units = 8 * guards.units(number)

            def computed(*args: Any) -> Any:
                guards.work(units)
                return guards.result(method(*args))

            return computed
        return method

    def _of_decimal(self, number: decimal.Decimal, name: str, method: Callable[..., Any]) -> Callable[..., Any]:
        guards = self._guards

        def computed(*args: Any, **kwargs: Any) -> Any:
            guards.budget.spend(_STEPS_OF_A_SLOW_DECIMAL if name in _SLOW_DECIMALS else 2)
            units = sum(map(guards.units, (number, *args)))
            if units > 64:
                guards.work(64 * units)
                guards.budget.allocate(256 * units)
            if name == "as_integer_ratio":
                guards.fraction(number)
            elif name in {"to_integral", "to_integral_value", "to_integral_exact"}:
                guards.budget.allocate(16)
            if any(isinstance(arg, int) and is_large_int(arg) for arg in args):
                raise Stop(LimitExceeded(f"Decimal.{name} with so large an integer belongs into an @action"))
            return method(*args, **kwargs)

        return computed

    def _formatting(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def formatted(*args: Any, **kwargs: Any) -> Any:
            for arg in (*args, *kwargs.values()):
                if isinstance(arg, str):
                    self._guards.budget.spend(4 + (len(arg) >> 2))
                    if len(arg) > LARGE:
                        self._guards.width(256 * len(arg))
            return self._guards.result(method(*args, **kwargs))

        return formatted


@functools.cache
def is_class_method(cls: type, name: str) -> bool:
    """Whether a method is one of the class, which makes a value of its arguments alone."""
    is_static = isinstance(inspect.getattr_static(cls, name, None), staticmethod)
    return is_static or isinstance(getattr(getattr(cls, name, None), "__self__", None), type)
