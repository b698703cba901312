"""Operators of workflow code that need watching: those that make huge numbers, texts or lists, or take long on them.

Each does what CPython does and raises what CPython raises; it only takes from the budget first, or refuses (`Stop`)
what exceeds a limit.
"""

from __future__ import annotations

import decimal
import operator
import re
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from warren.engine.limits import MAX_INT_BITS, Budget, Stop
from warren.engine.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.sizes import flat_size, walk_as_tree
from warren.errors import LimitExceeded

_SIZED = (str, bytes, list, tuple, deque)
_ITEM_BYTES: dict[type, int] = {
    str: 1,
    bytes: 1,
    list: 8,
    tuple: 8,
    deque: 8,
    dict: 100,
    Counter: 100,
    OrderedDict: 100,
    defaultdict: 100,
    OrderedSet: 100,
    OrderedFrozenSet: 100,
}
_NUMBERS = frozenset({int, float, bool})
_ORDINARY = 1 << 64
_DIGITS = re.compile(r"\d+")
_MAX_DECIMAL_DIGITS = 300_000


class Arithmetic:
    """Guarded operators over one budget."""

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        self._budget = budget

    def operators(self) -> dict[str, Any]:
        """The globals of compiled code that this class provides."""
        return {
            "@in_place:+": self.add_in_place,
            "@in_place:*": self.multiply_in_place,
            "@in_place:**": self.power_in_place,
            "@in_place:<<": self.shift_in_place,
            "@in_place:%": self.modulo_in_place,
            "@in_place:-": operator.isub,
            "@in_place:/": operator.itruediv,
            "@in_place://": self.floor_divide_in_place,
            "@in_place:>>": operator.irshift,
            "@in_place:@": operator.imatmul,
            "@in_place:&": operator.iand,
            "@in_place:|": operator.ior,
            "@in_place:^": operator.ixor,
            "@add": self.add,
            "@multiply": self.multiply,
            "@power": self.power,
            "@shift": self.shift,
            "@modulo": self.modulo,
            "@floor_divide": self.floor_divide,
            "@subtract": self._combine(operator.sub),
            "@or": self._combine(operator.or_),
            "@and": self._combine(operator.and_),
            "@xor": self._combine(operator.xor),
        }

    # arithmetic; numbers of ordinary size come first, since they are what loops are made of

    def add(self, left: Any, right: Any) -> Any:
        """`left + right`."""
        if left.__class__ in _NUMBERS:
            return left + right
        return self.result(left + right)

    def multiply(self, left: Any, right: Any) -> Any:
        """`left * right`."""
        if left.__class__ not in _NUMBERS or right.__class__ not in _NUMBERS or not _is_ordinary(left, right):
            self._charge_product(left, right)
        return left * right

    def power(self, left: Any, right: Any) -> Any:
        """`left ** right`."""
        self._charge_power(left, right)
        return left**right

    def shift(self, left: Any, right: Any) -> Any:
        """`left << right`."""
        self._charge_shift(left, right)
        return left << right

    def modulo(self, left: Any, right: Any) -> Any:
        """`left % right`; with a str on the left it is formatting."""
        if left.__class__ not in _NUMBERS:
            self._charge_modulo(left, right)
        elif right.__class__ is int and not -_ORDINARY < right < _ORDINARY:
            self._charge_division(left, right)
        return left % right

    def floor_divide(self, left: Any, right: Any) -> Any:
        """`left // right`."""
        if right.__class__ is int and not -_ORDINARY < right < _ORDINARY:
            self._charge_division(left, right)
        return left // right

    def floor_divide_in_place(self, left: Any, right: Any) -> Any:
        """`left //= right`."""
        if right.__class__ is int and not -_ORDINARY < right < _ORDINARY:
            self._charge_division(left, right)
        left //= right
        return left

    def dividing(self, left: Any, right: Any) -> None:
        """Take the steps of a division of large integers."""
        if right.__class__ is int and not -_ORDINARY < right < _ORDINARY:
            self._charge_division(left, right)

    def power_modulo(self, base: Any, exp: Any, mod: Any) -> Any:
        """`pow(base, exp, mod)`."""
        if isinstance(exp, int) and isinstance(mod, int):
            digits = mod.bit_length() // 30 + 1
            self._budget.spend(exp.bit_length() * digits * digits // 1_000)
        return pow(base, exp, mod)

    def greatest_common(self, *numbers: Any) -> None:
        """Take the steps of `math.gcd` or `math.lcm`; the bits of a common multiple are those of all together."""
        bits = sum(number.bit_length() for number in numbers if isinstance(number, int))
        if bits > MAX_INT_BITS:
            self._too_large("an integer", bits)
        if bits > 10_000:
            self._budget.spend((bits // 30) ** 2 // 5_000)

    def _combine(self, operation: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
        """An operator that makes a new set or dict of two, or a number."""
        result = self.result

        def combined(left: Any, right: Any) -> Any:
            if left.__class__ in _NUMBERS:
                return operation(left, right)
            return result(operation(left, right))

        return combined

    def add_in_place(self, left: Any, right: Any) -> Any:
        """`left += right`."""
        if left.__class__ not in _NUMBERS:
            self._charge_sum(left, right)
            if left.__class__ is list and hasattr(right.__class__, "__next__"):
                right = self.ticking(right)
        left += right
        return left

    def multiply_in_place(self, left: Any, right: Any) -> Any:
        """`left *= right`."""
        if left.__class__ not in _NUMBERS or right.__class__ not in _NUMBERS or not _is_ordinary(left, right):
            self._charge_product(left, right)
        left *= right
        return left

    def power_in_place(self, left: Any, right: Any) -> Any:
        """`left **= right`."""
        self._charge_power(left, right)
        left **= right
        return left

    def shift_in_place(self, left: Any, right: Any) -> Any:
        """`left <<= right`."""
        self._charge_shift(left, right)
        left <<= right
        return left

    def modulo_in_place(self, left: Any, right: Any) -> Any:
        """`left %= right`."""
        if left.__class__ not in _NUMBERS:
            self._charge_modulo(left, right)
        left %= right
        return left

    def _charge_sum(self, left: Any, right: Any) -> None:
        if isinstance(left, _SIZED) and hasattr(right, "__len__"):
            # a list grows in place; everything else is copied
            size = len(right) + (0 if isinstance(left, list) else len(left))
            self._budget.allocate(size * _ITEM_BYTES.get(type(left), 8))

    def _charge_product(self, left: Any, right: Any) -> None:
        if left.__class__ is int and right.__class__ is int:
            ours, theirs = left.bit_length(), right.bit_length()
            if ours + theirs > MAX_INT_BITS:
                self._too_large("an integer", ours + theirs)
            self._budget.spend((ours // 30) * (theirs // 30) // 5_000)
        elif isinstance(left, _SIZED) and isinstance(right, int):
            self._budget.allocate(max(len(left) * right, 0) * _ITEM_BYTES.get(type(left), 8))
        elif isinstance(right, _SIZED) and isinstance(left, int):
            self._budget.allocate(max(len(right) * left, 0) * _ITEM_BYTES.get(type(right), 8))

    def _charge_power(self, left: Any, right: Any) -> None:
        if isinstance(left, int) and isinstance(right, int) and right > 0:
            bits = left.bit_length() * right
            if bits > MAX_INT_BITS and abs(left) > 1:
                self._too_large("an integer", bits)
            self._budget.spend(min(bits, MAX_INT_BITS) >> 4)

    def _charge_shift(self, left: Any, right: Any) -> None:
        if isinstance(left, int) and isinstance(right, int) and left and left.bit_length() + right > MAX_INT_BITS:
            self._too_large("an integer", left.bit_length() + right)

    def _charge_division(self, left: Any, right: Any) -> None:
        if isinstance(left, int):
            self._budget.spend((left.bit_length() // 30) * (right.bit_length() // 30) // 5_000)

    def _charge_modulo(self, left: Any, right: Any) -> None:
        if isinstance(left, str | bytes):
            text = left if isinstance(left, str) else left.decode("latin-1")
            self._budget.allocate(len(text))
            self._budget.allocate(sum(_width(digits) for digits in _DIGITS.findall(text)))
            values = right if isinstance(right, tuple) else (right,)
            if "*" in text:
                self._budget.allocate(sum(abs(value) for value in values if isinstance(value, int)))
            for value in values:
                self.weigh(value)

    def _too_large(self, what: str, bits: int) -> None:
        size = f"{bits:,}" if bits < 10**15 else "astronomically many"
        raise Stop(LimitExceeded(f"the workflow would build {what} of {size} bits; the limit is {MAX_INT_BITS:,} bits"))

    def whole(self, number: Any, digits: Any = None) -> None:
        """Refuse to make an int of a Decimal like 1E+999999999, or to round to so many digits."""
        if isinstance(number, decimal.Decimal) and number.is_finite() and number.adjusted() > _MAX_DECIMAL_DIGITS:
            self._too_large("an integer", number.adjusted() * 3)
        if isinstance(digits, int) and isinstance(number, int) and abs(digits) > _MAX_DECIMAL_DIGITS:
            self._too_large("an integer", abs(digits) * 3)

    # work and sizes

    def ticking(self, iterator: Iterable[Any]) -> Iterator[Any]:
        """The same items, taking a step for each as it comes."""
        return _ticking(self._budget, iter(iterator))

    def result(self, value: Any) -> Any:
        """Take the bytes of a value that was just made."""
        size = _ITEM_BYTES.get(value.__class__)
        if size is not None:
            self._budget.allocate(len(value) * size)
        return value

    def weigh(self, value: Any) -> bool:
        """Take the bytes and steps of writing a value as text or JSON, where an alias is written again each time.

        Returns whether the value contains itself.
        """
        size = flat_size(value)
        if size is None:
            budget = self._budget

            def visit(size: int) -> None:
                budget.steps -= 1
                if budget.steps < 0:
                    budget.out_of_steps()
                budget.allocate(size)

            return walk_as_tree(value, visit)
        if size > 1_000:
            self._budget.allocate(size)
        return False


def _ticking(budget: Budget, iterator: Iterator[Any]) -> Iterator[Any]:
    for item in iterator:
        budget.steps -= 1
        if budget.steps < 0:
            budget.out_of_steps()
        yield item


def _width(digits: str) -> int:
    return int(digits) if len(digits) < 12 else 10**12


def _is_ordinary(left: Any, right: Any) -> bool:
    """Whether two numbers are small enough that nothing made of them once is large."""
    return bool(-_ORDINARY < left < _ORDINARY and -_ORDINARY < right < _ORDINARY)
