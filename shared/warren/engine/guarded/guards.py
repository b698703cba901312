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
from warren.engine.guarded import moments
from warren.engine.guarded.comparison import Comparison
from warren.engine.guarded.costs import MAPPINGS, SEQUENCES, SETS
from warren.engine.guarded.encodings import Encodings
from warren.engine.guarded.indexing import Places
from warren.engine.namespace import Global
from warren.engine.values.closures import UNBOUND, Cell
from warren.engine.values.containers import Deque
from warren.engine.values.iterators import TickingIterator
from warren.engine.values.limits import OBJECT_BYTES, Budget, Stop
from warren.engine.values.ordered_set import OrderedSet
from warren.engine.values.records import MEMBERS
from warren.engine.values.views import VIEWS
from warren.errors import LimitExceeded, UnserializableValue

ENDS = (Stop, RecursionError, MemoryError)
"""What ends a run, whatever the workflow would do about it."""
_CONVERSIONS: dict[str, Callable[[Any], str]] = {"s": str, "r": repr, "a": ascii}
_WORTH_MEASURING = 256 * 1024
"""What weighs less cannot be too large for a message, however it is written."""
_PLAIN = frozenset({int, float, bool, type(None)})
"""Nothing is gained by remembering what these are encoded as."""
_NUMBER = re.compile(r"\d{7,}")
_SHORT_TEXT = 100
_FEW = 50
"""Of fewer items only every fourth takes a step."""


def formatted(value: Any, spec: str) -> str:
    """`format` in the C locale."""
    if isinstance(spec, str):
        if moments.is_moment(value):
            return moments.strftime(value, spec)
        if is_of_locale(value, spec):
            spec = spec[:-1] + ("d" if isinstance(value, int) else "g")
    return format(value, spec)


def is_of_locale(value: Any, spec: str) -> bool:
    """Whether the format spec asks for the locale's form of a number."""
    is_number = isinstance(value, int | float | complex | decimal.Decimal)
    return is_number and spec.endswith("n") and not set(spec) & set(",_")


class Guards(Comparison, Places):
    """Guarded operations over one budget."""

    def __init__(self, budget: Budget) -> None:
        super().__init__(budget)
        self.callables: dict[Any, Callable[..., Any]] = {}
        """What to call instead of a built-in class that is a value: its guarded form."""
        self.named_calls: dict[str, Any] = {}
        """The guarded form of every function by intrinsic name."""

    def table(self) -> dict[str, Any]:
        """The globals of compiled code that this class provides."""
        return (
            self.operators()
            | self.comparisons()
            | self.places()
            | {
                Global.RESULT: self.result,
                Global.MADE: self.made,
                Global.HASHED: self.displayed,
                Global.SET_OF: self.set_of,
                Global.BEGUN: self.begun,
                Global.CALLEE: self.callee,
                Global.SET_ADD: self.add_to_set,
                Global.SET_UPDATE: self.add_all_to_set,
                Global.TAKEN_APART: self.taken_apart,
                Global.FORMAT: self.format,
                Global.CONCATENATE: self.concatenate,
                Global.COUNTED: self.counted,
                Global.TICKING: self.ticking,
                Global.CHECK_STOP: self.check_stop,
                Global.DEREF: dereference,
                Global.SET_CELL: set_cell,
                Global.BUDGET: self._budget,
            }
        )

    # strings

    def format(self, value: Any, conversion: str | None, spec: str) -> str:
        """One part of an f-string."""
        cls = value.__class__
        if cls is not str and cls is not int and cls is not float:
            self.written(value)
            if cls is decimal.Decimal:
                self.whole(value)
        elif conversion is not None and cls is str:
            self.written(value)
        if conversion is not None:
            value = _CONVERSIONS[conversion](value)
        if spec:
            self.check_spec(spec)
            if moments.is_moment(value):
                self.budget.spend(4 + (len(spec) >> 2))
            made = formatted(value, spec)
        else:
            made = format(value, spec)
        if len(made) > _SHORT_TEXT:
            self.result(made)
        return made

    def check_spec(self, spec: Any) -> None:
        """Refuse a format spec with a width or precision beyond any use."""
        if isinstance(spec, str) and len(spec) > 6 and (len(spec) > 10_000 or _NUMBER.search(spec)):
            raise Stop(LimitExceeded(f"the format spec {spec[:40]!r} asks for more than 999,999 characters"))

    def concatenate(self, parts: list[str]) -> str:
        """Join the parts of an f-string."""
        made = "".join(parts)
        if len(made) > _SHORT_TEXT:
            self.result(made)
        return made

    # work

    def callee(self, function: Any) -> Any:
        """What to call, where workflow code names a function only when it runs."""
        return self.callables.get(function, function) if function.__class__ is type else function

    def counted(self, iterable: Any, steps: int = 1) -> Any:
        """What to iterate over instead: the same, with steps taken for its items now, or as they come."""
        cls = iterable.__class__
        if hasattr(cls, MEMBERS):
            return iterable  # the methods of the user's classes count themselves
        if hasattr(cls, "__len__"):
            try:
                count = len(iterable)
            except OverflowError:
                self._budget.out_of_steps()
            if count > _FEW:
                self.items(count * steps)
            elif count > 4:
                self._budget.spend(count * steps >> 2)
            if cls in MAPPINGS or cls in SETS or cls in VIEWS:
                self.walked(iterable._mapping if cls in VIEWS else iterable)
        elif hasattr(cls, "__next__"):
            return iterable if steps == 1 and issubclass(cls, TickingIterator) else self.ticking(iterable, steps)
        return iterable

    def begun(self, iterable: Any) -> Any:
        """What a `for` or an assignment to several targets goes over: where its first item is may be far away."""
        cls = iterable.__class__
        if cls in MAPPINGS or cls in SETS:
            self.walked(iterable)
        elif cls in VIEWS:
            self.walked(iterable._mapping)
        return iterable

    def set_of(self, items: list[Any]) -> OrderedSet:
        """A set display, or a set comprehension."""
        made: OrderedSet = self.result(OrderedSet(self.hashing(items)))
        return made

    def add_to_set(self, items: OrderedSet, item: Any) -> OrderedSet:
        """An item of a set display that stands after a `*value`."""
        items.add(self.hashed(item, items._items))
        return items

    def add_all_to_set(self, items: OrderedSet, more: Any) -> OrderedSet:
        """`*more` in a set display."""
        items.update(self.hashing(self.counted(more), items._items, grows=False))
        return items

    def made(self, instance: Any) -> Any:
        """Take the bytes of an instance of a user's class."""
        self._budget.allocate(OBJECT_BYTES)
        return instance

    def taken_apart(self, subject: Any, depth: int) -> Any:
        """The subject of a pattern that copies what it has no name for: `[first, *rest]`, so many levels deep."""
        cls = subject.__class__
        if cls is list or cls is tuple or cls is Deque:
            self.items(len(subject))
            parts = subject
        elif cls in MAPPINGS:
            self._budget.spend(len(subject))
            self._budget.allocate(100 * len(subject))
            parts = subject.values()
        else:
            return subject
        if depth > 1:
            for part in parts:
                self.taken_apart(part, depth - 1)
        return subject

    def copied(self, values: Any) -> None:
        """Take what it takes to copy values into a model, whose fields may be lists of lists."""
        for value in values:
            cls = value.__class__
            if cls in SEQUENCES or cls in MAPPINGS or cls in SETS:
                units = self.units(value)
                self.work(4 * units)
                self._budget.allocate(8 * units)

    def width(self, width: Any) -> None:
        """Take the bytes of a string that will be padded to `width`."""
        if isinstance(width, int):
            self._budget.allocate(max(width, 0))

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

    def arguments(
        self, args: list[Any], kwargs: dict[str, Any], what: str, encodings: Encodings
    ) -> tuple[list[Json], dict[str, Json], int]:
        """The arguments of one call as tagged JSON that one message can carry, and what they weigh in bytes.

        Of a large value that other calls of the transition were given, too, all have the same object.

        Raises as `payload` does.
        """
        budget, encoded, get = self._budget, self.encoded, encodings.get
        before = budget.bytes
        given = [encoded(value) if value.__class__ in _PLAIN else get(value, budget, encoded) for value in args]
        named = {name: get(value, budget, encoded) for name, value in kwargs.items()} if kwargs else {}
        weight = before - budget.bytes
        if weight > _WORTH_MEASURING:
            check_arguments(given, named, f"the call of {what}", size_of=encodings.size)
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
