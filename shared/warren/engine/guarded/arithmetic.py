"""Operators of workflow code that need watching: those that make huge numbers, texts or lists, or take long on them.

Each does what CPython does and raises what CPython raises; it only takes from the budget first, or refuses (`Stop`)
what exceeds a limit.
"""

from __future__ import annotations

import decimal
import operator
import re
from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any, Final

from warren.engine.guarded.costs import MAPPINGS, SETS, is_large_decimal, is_large_int, is_sized
from warren.engine.guarded.keys import Keys
from warren.engine.namespace import Global, in_place_name
from warren.engine.values.containers import DefaultDict, Deque
from warren.engine.values.limits import MAX_INT_BITS, Stop
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet
from warren.engine.values.sizes import flat_size, size_of_text, walk_as_tree
from warren.engine.values.views import DictItems, DictKeys
from warren.errors import LimitExceeded

_SIZED = (str, bytes, list, tuple, Deque)
_ITEM_BYTES: dict[type, int] = {
    bytes: 1,
    list: 8,
    tuple: 8,
    Deque: 8,
    dict: 100,
    Counter: 100,
    OrderedDict: 100,
    DefaultDict: 100,
    OrderedSet: 100,
    OrderedFrozenSet: 100,
}
_COMBINED = MAPPINGS | SETS | {DictKeys, DictItems}
_HIGH: Final = 1 << 64
_LOW: Final = -_HIGH
_DIGITS = re.compile(r"\d+")
_MAX_DECIMAL_DIGITS = 300_000
_STEPS_OF_A_DECIMAL_POWER = 200


class Arithmetic(Keys):
    """Guarded operators over one budget."""

    def operators(self) -> dict[str, Any]:
        """The globals of compiled code that this class provides."""
        combine, bits = self._charge_combination, self._charge_bits
        return {
            in_place_name("+"): self.add_in_place,
            in_place_name("-"): self._operator(operator.isub, combine),
            in_place_name("*"): self._operator(operator.imul, self._charge_product),
            in_place_name("/"): self._operator(operator.itruediv, self._charge_division),
            in_place_name("//"): self._operator(operator.ifloordiv, self._charge_division),
            in_place_name("%"): self._operator(operator.imod, self._charge_modulo),
            in_place_name("**"): self._operator(operator.ipow, self._charge_power),
            in_place_name("<<"): self._operator(operator.ilshift, self._charge_shift),
            in_place_name(">>"): self._operator(operator.irshift, bits),
            in_place_name("@"): operator.imatmul,
            in_place_name("&"): self._operator(operator.iand, combine),
            in_place_name("|"): self.unite_in_place,
            in_place_name("^"): self._operator(operator.ixor, combine),
            Global.ADD: self.add,
            Global.SUBTRACT: self.subtract,
            Global.MULTIPLY: self.multiply,
            Global.DIVIDE: self._operator(operator.truediv, self._charge_division),
            Global.FLOOR_DIVIDE: self._operator(operator.floordiv, self._charge_division),
            Global.MODULO: self.modulo,
            Global.POWER: self.power,
            Global.SHIFT: self._operator(operator.lshift, self._charge_shift),
            Global.SHIFT_RIGHT: self._operator(operator.rshift, bits),
            Global.OR: self._operator(operator.or_, combine),
            Global.AND: self._operator(operator.and_, combine),
            Global.XOR: self._operator(operator.xor, combine),
            Global.NEGATIVE: self._unary(operator.neg),
            Global.POSITIVE: self._unary(operator.pos),
            Global.INVERTED: self._unary(operator.invert),
        }

    # numbers of ordinary size come first, since they are what loops are made of

    def add(self, left: Any, right: Any) -> Any:
        """`left + right`."""
        cls = left.__class__
        if cls is float:
            return left + right
        if cls is not int and cls is not str:
            self._charge_numbers(left, right)
        made = left + right
        if made.__class__ is int and _LOW < made < _HIGH:
            return made
        return self.result(made)

    def subtract(self, left: Any, right: Any) -> Any:
        """`left - right`."""
        cls = left.__class__
        if cls is float:
            return left - right
        if cls is not int:
            self._charge_combination(left, right)
        made = left - right
        if made.__class__ is int and _LOW < made < _HIGH:
            return made
        return self.result(made)

    def multiply(self, left: Any, right: Any) -> Any:
        """`left * right`."""
        cls = left.__class__
        if (cls is int or cls is float) and _LOW < left < _HIGH:
            kind = right.__class__
            if (kind is int or kind is float) and _LOW < right < _HIGH:
                return left * right
        self._charge_product(left, right)
        return self._counted_once(left * right)

    def modulo(self, left: Any, right: Any) -> Any:
        """`left % right`; with a str on the left it is formatting."""
        if left.__class__ is int and _LOW < left < _HIGH and right.__class__ is int and _LOW < right < _HIGH:
            return left % right
        self._charge_modulo(left, right)
        return self.result(left % right)

    def power(self, left: Any, right: Any) -> Any:
        """`left ** right`."""
        self._charge_power(left, right)
        return self._counted_once(left**right)

    def _operator(self, compute: Callable[[Any, Any], Any], charge: Callable[[Any, Any], None]) -> Callable[..., Any]:
        """An operator that takes from the budget unless both operands are numbers of ordinary size."""
        result = self._counted_once if charge == self._charge_product else self.result
        may_grow = charge in {self._charge_power, self._charge_shift}

        def guarded(left: Any, right: Any) -> Any:
            if left.__class__ is int and _LOW < left < _HIGH and right.__class__ is int and _LOW < right < _HIGH:
                if not may_grow:
                    return compute(left, right)
            elif left.__class__ is float and right.__class__ is float:
                return compute(left, right)
            charge(left, right)
            return result(compute(left, right))

        return guarded

    def _unary(self, compute: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def guarded(value: Any) -> Any:
            cls = value.__class__
            if cls is float or (cls is int and _LOW < value < _HIGH):
                return compute(value)
            self._charge_combination(value, 0)
            return self.result(compute(value))

        return guarded

    def dividing(self, left: Any, right: Any) -> None:
        """Take the steps and bytes of `divmod`."""
        self._charge_division(left, right)
        for value in (left, right):
            if isinstance(value, int):
                self._budget.allocate(value.bit_length() >> 3)

    def power_modulo(self, base: Any, exp: Any, mod: Any) -> Any:
        """`pow(base, exp, mod)`."""
        if isinstance(exp, int) and isinstance(mod, int):
            digits = mod.bit_length() // 30 + 1
            rounds = exp.bit_length() if exp >= 0 else exp.bit_length() + 30 * digits
            self._budget.spend(rounds * digits * digits // 1_000)
            self._charge_division(base, mod)
            self._budget.allocate(mod.bit_length() >> 3)
        return pow(base, exp, mod)

    def greatest_common(self, *numbers: Any) -> None:
        """Take the steps of `math.gcd` or `math.lcm`; the bits of a common multiple are those of all together."""
        bits = sum(number.bit_length() for number in numbers if isinstance(number, int))
        if bits > MAX_INT_BITS:
            self._too_large("an integer", bits)
        if bits > 2_000:
            self._budget.spend((bits // 30) ** 2 // 500)
            self._budget.allocate(bits >> 3)

    def add_in_place(self, left: Any, right: Any) -> Any:
        """`left += right`."""
        cls = left.__class__
        if cls is int or cls is float:
            left += right
            return left if cls is float or (left.__class__ is int and _LOW < left < _HIGH) else self.result(left)
        if isinstance(left, _SIZED) and is_sized(right):
            # a list grows in place; everything else is copied
            self._charge_growth(left, right)
        else:
            self._charge_numbers(left, right)
        if (cls is list or cls is Deque) and hasattr(right.__class__, "__next__"):
            right = self.ticking(right)
        left += right
        return left

    def _charge_growth(self, left: Any, right: Any) -> None:
        if left.__class__ is str and right.__class__ is str:
            self._budget.allocate(size_of_text(left) + size_of_text(right))
            return
        count = len(right) + (0 if isinstance(left, list | Deque) else len(left))
        self._budget.allocate(count * _ITEM_BYTES.get(type(left), 8))

    def unite_in_place(self, left: Any, right: Any) -> Any:
        """`left |= right`."""
        cls = left.__class__
        if cls is not int:
            self._charge_combination(left, right)
            if cls in MAPPINGS:
                if hasattr(right.__class__, "__next__"):
                    right = self.ticking(right)
                elif is_sized(right):
                    self._budget.allocate(100 * len(right))
                right = self.hashing_pairs(right, left)
        left |= right
        return self.result(left) if left.__class__ is int else left

    # what is taken beforehand

    def _charge_numbers(self, left: Any, right: Any) -> None:
        """Operands of `+` that are no int, float or str."""
        if left.__class__ in _COMBINED:
            self._charge_combination(left, right)
        else:
            self._charge_decimals(left, right)

    def _charge_decimals(self, left: Any, right: Any) -> None:
        for value in (left, right):
            if (value.__class__ is decimal.Decimal and is_large_decimal(value)) or (
                value.__class__ is int and is_large_int(value)
            ):
                self.work(16 * self.units(value))

    def _charge_combination(self, left: Any, right: Any) -> None:
        """Take the steps of going through two sets, dicts or counters."""
        for value in (left, right):
            cls = value.__class__
            if cls in _COMBINED:
                items = value._mapping if cls is DictKeys or cls is DictItems else value
                self.walked(items)
                self.work(4 * len(items) + 1)
                self.rehashed(items)
        self._charge_decimals(left, right)

    def _charge_bits(self, left: Any, right: Any) -> None:
        self._charge_decimals(left, right)

    def _charge_product(self, left: Any, right: Any) -> None:
        if isinstance(left, int) and isinstance(right, int):
            ours, theirs = left.bit_length(), right.bit_length()
            if ours + theirs > MAX_INT_BITS:
                self._too_large("an integer", ours + theirs)
            self._budget.spend((ours // 30) * (theirs // 30) // 5_000)
        elif isinstance(left, _SIZED) and isinstance(right, int):
            self._budget.allocate(_repeated(left, right))
        elif isinstance(right, _SIZED) and isinstance(left, int):
            self._budget.allocate(_repeated(right, left))
        else:
            self._charge_decimals(left, right)

    def _counted_once(self, value: Any) -> Any:
        """The result of an operator that took the bytes of a sequence beforehand."""
        return self.result(value) if value.__class__ is int else value

    def _charge_power(self, left: Any, right: Any) -> None:
        if isinstance(left, int) and isinstance(right, int) and right > 0:
            bits = left.bit_length() * right
            if bits > MAX_INT_BITS and abs(left) > 1:
                self._too_large("an integer", bits)
            self._budget.spend(min(bits, MAX_INT_BITS) >> 4)
        elif isinstance(left, decimal.Decimal) or isinstance(right, decimal.Decimal):
            self._budget.spend(_STEPS_OF_A_DECIMAL_POWER)
            self._charge_decimals(left, right)

    def _charge_shift(self, left: Any, right: Any) -> None:
        if isinstance(left, int) and isinstance(right, int) and left and left.bit_length() + right > MAX_INT_BITS:
            self._too_large("an integer", left.bit_length() + right)

    def _charge_division(self, left: Any, right: Any) -> None:
        if isinstance(left, int) and isinstance(right, int):
            ours, theirs = left.bit_length() // 30, right.bit_length() // 30
            self._budget.spend(((max(ours - theirs, 1) + 2) * theirs + ours) // 400)
        else:
            self._charge_decimals(left, right)

    def _charge_modulo(self, left: Any, right: Any) -> None:
        if not isinstance(left, str | bytes):
            self._charge_division(left, right)
            return
        text = left if isinstance(left, str) else left.decode("latin-1")
        self._budget.allocate(len(text))
        self._budget.spend(text.count("%") + (len(text) >> 8))
        for digits in _DIGITS.finditer(text):
            self._budget.spend(1)
            self._budget.allocate(_width(digits.group()))
        values = right if isinstance(right, tuple) else (right,)
        self._budget.spend(len(values) >> 1)
        if "*" in text:
            self._budget.allocate(sum(abs(value) for value in values if isinstance(value, int)))
        is_literal = "r" not in text and "a" not in text
        for value in values:
            self.written(value, 1 if is_literal and isinstance(value, str | bytes) else 4)

    def _too_large(self, what: str, bits: int) -> None:
        size = f"{bits:,}" if bits < 10**15 else "astronomically many"
        raise Stop(LimitExceeded(f"the workflow would build {what} of {size} bits; the limit is {MAX_INT_BITS:,} bits"))

    def whole(self, number: Any, digits: Any = None) -> None:
        """Refuse to make an int of a Decimal like 1E+999999999, or to round to so many digits."""
        if isinstance(number, decimal.Decimal) and number.is_finite() and number.adjusted() > _MAX_DECIMAL_DIGITS:
            self._too_large("an integer", number.adjusted() * 3)
        if isinstance(digits, int) and isinstance(number, int):
            if abs(digits) > _MAX_DECIMAL_DIGITS:
                self._too_large("an integer", abs(digits) * 3)
            if digits < 0:
                ten = 10 * -digits // 90
                self._budget.spend((ten * ten + ten * (number.bit_length() // 30)) // 400)
        if isinstance(number, int) and is_large_int(number):
            self._budget.allocate(number.bit_length() >> 3)
            self.work(16 * self.units(number))
        else:
            self._charge_decimals(number, digits)

    def fraction(self, number: Any) -> None:
        """Refuse to make a fraction of whole numbers of a Decimal like 1E-999999999."""
        if isinstance(number, decimal.Decimal) and number.is_finite():
            digits = abs(number.adjusted()) + number.__sizeof__() * 3
            if digits > 20_000:
                self._too_large("an integer", digits * 3)
            self._budget.spend(1 + digits * digits // 10_000)

    # work and sizes

    def result(self, value: Any) -> Any:
        """Take the bytes of a value that was just made."""
        cls = value.__class__
        if cls is str:
            self._budget.allocate(size_of_text(value))
        elif cls is int:
            if is_large_int(value):
                bits = value.bit_length()
                self._budget.allocate(bits >> 3)
                self._budget.spend(bits >> 14)
        else:
            size = _ITEM_BYTES.get(cls)
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

    def written(self, value: Any, factor: int = 4) -> None:
        """Take what writing a value as `repr` does, which may need several characters for one."""
        budget = self._budget
        before = budget.bytes
        self.weigh(value)
        taken = before - budget.bytes
        if taken > 10_000:
            budget.allocate(taken * (factor - 1))
        if value.__class__ is decimal.Decimal:
            self._charge_decimals(value, None)


def _repeated(sequence: Any, times: int) -> int:
    size = size_of_text(sequence) if isinstance(sequence, str) else len(sequence) * _ITEM_BYTES.get(type(sequence), 8)
    return max(size * times, 0)


def _width(digits: str) -> int:
    return int(digits) if len(digits) < 12 else 10**12
