"""Functions that go over an iterable at once: `sum`, `max`, `sorted`, `list`, `set` and the like, and what they take.

Each item takes a step, a comparison as much as the smaller of the two is large, and a sum as much as adding does. Must
not know which of them are builtins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import Any, Final

from warren.engine.guarded.costs import is_large_int, is_sized
from warren.engine.guarded.guards import Guards
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet

_SUMMED: Final = frozenset({int, float, bool, complex})
_BYTES_OF_AN_ENTRY: Final = 92
"""What an item of a dict or set takes beyond the eight bytes that all items take."""


def over_iterables(guards: Guards) -> dict[str, Any]:
    """Those among the builtins."""
    return {
        "all": over(guards, all),
        "any": over(guards, any),
        "dict": _dict(guards),
        "frozenset": over(guards, OrderedFrozenSet, hashes=True),
        "list": over(guards, list),
        "max": _extreme(guards, max),
        "min": _extreme(guards, min),
        "set": over(guards, OrderedSet, hashes=True),
        "sorted": _sorted(guards),
        "sum": _sum(guards),
        "tuple": over(guards, tuple),
    }


def is_iterable(value: Any) -> bool:
    """Whether `iter` takes it."""
    return hasattr(value.__class__, "__iter__")


def over(guards: Guards, function: Callable[..., Any], *, hashes: bool = False) -> Callable[..., Any]:
    """Count the items of the first argument before going over it; with `hashes`, each is hashed."""

    def counted(*args: Any, **kwargs: Any) -> Any:
        if args:
            items = guards.counted(args[0])
            if hashes:
                _take_entries(guards, items)
                items = guards.hashing(items)
            args = (items, *args[1:])
            if not is_sized(items):
                return guards.result(function(*args, **kwargs))
        return function(*args, **kwargs)

    return _named(counted, function)


def _dict(guards: Guards) -> Callable[..., Any]:
    def made(*args: Any, **kwargs: Any) -> Any:
        if args:
            _take_entries(guards, args[0])
            args = (guards.hashing_pairs(guards.counted(args[0])), *args[1:])
        return dict(*args, **kwargs)

    return _named(made, dict)


def _take_entries(guards: Guards, items: Any) -> None:
    if is_sized(items):
        guards.budget.allocate(_BYTES_OF_AN_ENTRY * len(items))


def _extreme(guards: Guards, function: Callable[..., Any]) -> Callable[..., Any]:
    def found(*args: Any, key: Any = None, **kwargs: Any) -> Any:
        key = guards.callee(key)
        guards.budget.spend(1)
        if len(args) == 1 and is_iterable(args[0]):
            if key is None:
                return function(compared_items(guards, args[0]), **kwargs)
            return function(guards.ticking(args[0]), key=measured(guards, key), **kwargs)
        guards.work(guards.units_of_all(args))
        return function(*args, **kwargs) if key is None else function(*args, key=measured(guards, key), **kwargs)

    return _named(found, function)


def _sorted(guards: Guards) -> Callable[..., Any]:
    def made(*args: Any, key: Any = None, **kwargs: Any) -> Any:
        if len(args) != 1 or not is_iterable(args[0]):
            return sorted(*args, key=key, **kwargs)
        guards.budget.spend(2)
        items = list(guards.counted(args[0]) if key is None else guards.ticking(args[0]))
        guards.budget.allocate(8 * len(items))
        items.sort(key=sort_key(guards, items, key), **kwargs)
        return items

    return _named(made, sorted)


def sort_key(guards: Guards, items: list[Any], key: Any) -> Any:
    """Take the steps of sorting a list; the key to sort it by, which takes those of its own results."""
    if key is None:
        guards.sorting(len(items), guards.units_of_all(items))
        return None
    count, key = len(items), guards.callee(key)

    def measuring(item: Any) -> Any:
        found = key(item)
        guards.budget.spend(1)
        guards.sorting(count, guards.units(found))
        return found

    return measuring


def measured(guards: Guards, key: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """A key function whose results take the steps of comparing them once."""

    def measuring(item: Any) -> Any:
        found = key(item)
        guards.work(guards.units(found))
        return found

    return measuring


def compared_items(guards: Guards, items: Iterable[Any]) -> Iterable[Any]:
    """The items, each of which is compared with another one."""
    if items.__class__ in (list, tuple):
        guards.counted(items)
        guards.work(guards.units_of_all(items))
        return items
    if items.__class__ is range or items.__class__ is str or items.__class__ is bytes:
        return guards.counted(items)  # type: ignore[no-any-return]  # the same
    return _compared(guards, items)


def _compared(guards: Guards, items: Iterable[Any]) -> Iterator[Any]:
    for item in guards.ticking(guards.begun(items)):
        guards.work(guards.units(item))
        yield item


def _sum(guards: Guards) -> Callable[..., Any]:
    def total(iterable: Any, /, start: Any = 0) -> Any:
        items = guards.counted(iterable)
        first = start.__class__
        if (first in _SUMMED and not (first is int and is_large_int(start))) and _are_ordinary(guards, items):
            return sum(items, start)
        return guards.result(sum(_without_first(_added(guards, items, start)) if is_iterable(items) else items, start))

    return _named(total, sum)


def _are_ordinary(guards: Guards, items: Any) -> bool:
    """Whether they are known to be numbers of ordinary size."""
    if items.__class__ is list or items.__class__ is tuple:
        kinds = set(map(type, items))
        return kinds <= _SUMMED and (int not in kinds or guards.units_of_all(items) == len(items))
    return items.__class__ is range


def _added(guards: Guards, items: Iterable[Any], start: Any) -> Iterator[Any]:
    """The items of a sum, each of which is added to a number or a sequence that was made of all before it."""
    count, bits = 0, 0
    for item in chain((start,), items):
        cls = item.__class__
        if cls is int:
            bits = max(bits, item.bit_length())
            guards.budget.spend(bits >> 13)
        elif cls not in _SUMMED:
            if is_sized(item) and not isinstance(item, str | bytes):
                count += len(item)
                guards.budget.spend(1 + (count >> 7 if isinstance(item, list | tuple) else count))
            guards.work(8 * guards.units(item) if cls is Decimal else 1)
        yield item


def _without_first(items: Iterator[Any]) -> Iterator[Any]:
    next(items)
    return items


def _named(made: Callable[..., Any], function: Callable[..., Any]) -> Callable[..., Any]:
    made.__module__, made.__qualname__ = "builtins", getattr(function, "__name__", "")
    return made
