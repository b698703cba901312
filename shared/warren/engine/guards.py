"""The operations of workflow code that need watching: those that can build huge values, format, or count as work.

Each does what CPython does and raises what CPython raises; it only takes from the budget first, or refuses (`Stop`)
what exceeds a limit.
"""

from __future__ import annotations

import decimal
import re
import sys
from collections.abc import Callable
from typing import Any

from warren.contracts.limits import check_arguments, check_payload
from warren.contracts.values import Json, encode
from warren.engine.arithmetic import Arithmetic
from warren.engine.limits import OBJECT_BYTES, Stop
from warren.engine.objects import UNBOUND, Cell
from warren.engine.ordered_set import OrderedSet
from warren.engine.records import MEMBERS
from warren.errors import LimitExceeded, UnserializableValue

ENDS = (Stop, RecursionError, MemoryError)
"""What ends a run, whatever the workflow would do about it."""
_CONVERSIONS: dict[str, Callable[[Any], str]] = {"s": str, "r": repr, "a": ascii}
_WORTH_MEASURING = 256 * 1024
"""What weighs less cannot be too large for a message, however it is written."""
_NUMBER = re.compile(r"\d{7,}")


class Guards(Arithmetic):
    """Guarded operations over one budget."""

    def table(self) -> dict[str, Any]:
        """The globals of compiled code that this class provides."""
        return self.operators() | {
            "@result": self.result,
            "@made": self.made,
            "@set_add": add_to_set,
            "@set_update": self.add_all_to_set,
            "@searched": self.searched,
            "@format": self.format,
            "@concatenate": self.concatenate,
            "@counted": self.counted,
            "@ticking": self.ticking,
            "@check_stop": self.check_stop,
            "@deref": dereference,
            "@set_cell": set_cell,
            "@budget": self._budget,
        }

    # strings

    def format(self, value: Any, conversion: str | None, spec: str) -> str:
        """One part of an f-string."""
        cls = value.__class__
        if cls is not str and cls is not int and cls is not float:
            self.weigh(value)
            if cls is decimal.Decimal:
                self.whole(value)
        if conversion is not None:
            value = _CONVERSIONS[conversion](value)
        if spec:
            self.check_spec(spec)
        made = format(value, spec)
        if len(made) > 100:
            self._budget.allocate(len(made))
        return made

    def check_spec(self, spec: Any) -> None:
        """Refuse a format spec with a width or precision beyond any use."""
        if isinstance(spec, str) and len(spec) > 6 and (len(spec) > 10_000 or _NUMBER.search(spec)):
            raise Stop(LimitExceeded(f"the format spec {spec[:40]!r} asks for more than 999,999 characters"))

    def concatenate(self, parts: list[str]) -> str:
        """Join the parts of an f-string."""
        made = "".join(parts)
        if len(made) > 100:
            self._budget.allocate(len(made))
        return made

    # work

    def counted(self, iterable: Any) -> Any:
        """What to iterate over instead: the same, with steps taken for its items now, or as they come."""
        cls = iterable.__class__
        if hasattr(cls, MEMBERS):
            return iterable  # the methods of the user's classes count themselves
        if hasattr(cls, "__len__"):
            count = len(iterable)
            if count > 50:
                self.items(count)
        elif hasattr(cls, "__next__"):
            return self.ticking(iterable)
        return iterable

    def searched(self, container: Any) -> Any:
        """The right operand of `in`; what is searched item by item takes steps for that."""
        cls = container.__class__
        if cls is list or cls is tuple:
            if len(container) > 1_000:
                self._budget.spend(len(container) >> 5)
        elif cls is range:
            return _Searched(self, container)
        elif hasattr(cls, "__next__") and not hasattr(cls, MEMBERS):
            return self.ticking(container)
        return container

    def add_all_to_set(self, items: OrderedSet, more: Any) -> OrderedSet:
        """`*more` in a set display."""
        items.update(self.counted(more))
        return items

    def made(self, instance: Any) -> Any:
        """Take the bytes of an instance of a user's class."""
        self._budget.allocate(OBJECT_BYTES)
        return instance

    def width(self, width: Any) -> None:
        """Take the bytes of a string that will be padded to `width`."""
        if isinstance(width, int):
            self._budget.allocate(max(width, 0))

    def items(self, count: int) -> None:
        """Take the bytes and steps of `count` items that will be made."""
        self._budget.spend(count)
        self._budget.allocate(count * 8)

    def encoded(self, value: Any) -> Any:
        """A value as tagged JSON; raises `UnserializableValue` as `encode` does."""
        if self.weigh(value):
            raise UnserializableValue(f"a {type(value).__name__} contains itself, so it cannot be sent")
        return encode(value)

    def payload(self, value: Any, what: str) -> Json:
        """A value as tagged JSON that one message can carry; `what` names it in the error.

        Raises:
            ValueTooLarge: it has more than `MAX_PAYLOAD_BYTES`.
            UnserializableValue: it has no form as JSON.
        """
        before = self._budget.bytes
        encoded = self.encoded(value)
        if before - self._budget.bytes > _WORTH_MEASURING:
            check_payload(encoded, what)
        return encoded

    def arguments(self, args: list[Any], kwargs: dict[str, Any], what: str) -> tuple[list[Json], dict[str, Json], int]:
        """The arguments of one call as tagged JSON that one message can carry, and what they weigh in bytes.

        Raises as `payload` does.
        """
        before = self._budget.bytes
        encoded = self.encoded
        given = [encoded(value) for value in args]
        named = {name: encoded(value) for name, value in kwargs.items()}
        weight = before - self._budget.bytes
        if weight > _WORTH_MEASURING:
            check_arguments(given, named, f"the call of {what}")
        return given, named, weight

    def check_stop(self) -> None:
        """First statement of every `finally`: nothing of it runs when what passes through ends the run."""
        error = sys.exception()
        if isinstance(error, ENDS):
            raise error
        if self._budget.steps < 0:
            self._budget.out_of_steps()
        if self._budget.bytes < 0:
            self._budget.allocate(0)


class _Searched:
    """A range in which something is looked for: only an int is found without going through it."""

    __slots__ = ("_guards", "_range")

    def __init__(self, guards: Guards, searched: range) -> None:
        self._guards = guards
        self._range = searched

    def __contains__(self, item: Any) -> bool:
        if item.__class__ is not int and item.__class__ is not bool:
            self._guards.items(len(self._range))
        return item in self._range


def add_to_set(items: OrderedSet, item: Any) -> OrderedSet:
    """An item of a set display that stands after a `*value`."""
    items.add(item)
    return items


def dereference(cell: Cell, variable: str, free: bool) -> Any:
    """Read a shared variable, with CPython's own errors."""
    value = cell.value
    if value is UNBOUND:
        if free:
            message = f"cannot access free variable '{variable}' where it is not associated with a value"
            raise NameError(f"{message} in enclosing scope", name=variable)
        raise UnboundLocalError(f"cannot access local variable '{variable}' where it is not associated with a value")
    return value


def set_cell(cell: Cell, value: Any) -> Any:
    """Assign a shared variable inside an expression."""
    cell.value = value
    return value
