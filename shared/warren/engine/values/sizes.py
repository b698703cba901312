"""How large values are, roughly: as text or JSON, where an alias counts each time, and in memory, where it counts once.

Deterministic: the same value has the same size in every process. Must not know what is done with large ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from typing import Any

from warren.engine.values.containers import Deque
from warren.engine.values.foreign import Foreign, NamedTuple
from warren.engine.values.ordered_set import OrderedFrozenSet, OrderedSet

SHARED_TEXT = 256
"""Text of this length or more has an identity: many references to it count once."""
_FLAT = frozenset({bool, float, type(None), complex})
_SEQUENCES: frozenset[type] = frozenset({list, tuple, Deque, OrderedSet, OrderedFrozenSet})
_ITEM = 16
_OBJECT = 64
_ENTRY = 100


def flat_size(value: Any) -> int | None:
    """The size of a value without parts; None for everything else."""
    cls = value.__class__
    if cls in _FLAT:
        return _ITEM
    if cls is int:
        return _ITEM if -(1 << 64) < value < 1 << 64 else int(value.bit_length()) // 8
    if cls is str:
        return _ITEM + size_of_text(value)
    if cls is bytes:
        return _ITEM + len(value)
    if cls is Decimal:
        return _ITEM + 2 * int(value.__sizeof__())
    return None


def size_of_text(text: str) -> int:
    """Bytes of a text in memory or as UTF-8, roughly: beyond ASCII a character takes two, few take more."""
    return len(text) if text.isascii() else 2 * len(text)


def parts_of(value: Any) -> tuple[int, Iterable[Any]]:
    """The size of a value itself, and its parts."""
    cls = value.__class__
    if cls in _SEQUENCES:
        return _OBJECT + 8 * len(value), value
    if isinstance(value, dict):
        return _OBJECT + _ENTRY * len(value), [part for item in value.items() for part in item]
    if isinstance(value, NamedTuple):
        return _OBJECT + 8 * len(value), value
    if isinstance(value, Foreign):
        return _OBJECT + value.size, ()
    if isinstance(value, BaseException):
        return _OBJECT, [*value.args, *vars(value).values(), value.__cause__]
    fields = getattr(value, "__dict__", None)
    if fields is not None and not isinstance(value, type):
        return _OBJECT, fields.values()
    return _OBJECT, ()


def walk_as_tree(value: Any, visit: Callable[[int], None]) -> bool:
    """Tell `visit` the size of every part, an alias as often as it is met; ends early when `visit` raises.

    Returns whether something contains itself; it is not entered again.
    """
    has_cycle = False
    inside: list[int] = []
    path: set[int] = set()
    waiting: list[Iterator[Any]] = [iter((value,))]
    while waiting:
        for part in waiting[-1]:
            size = flat_size(part)
            if size is not None:
                visit(size)
                continue
            if id(part) in path:
                has_cycle = True
                continue
            size, parts = parts_of(part)
            visit(size)
            inside.append(id(part))
            path.add(id(part))
            waiting.append(iter(parts))
            break
        else:
            waiting.pop()
            if inside:
                path.discard(inside.pop())
    return has_cycle


def memory_size(roots: Iterable[Any], fields_of: Callable[[Any], Iterable[Any] | None]) -> int:
    """The size of everything that can be reached, each object once. `fields_of` gives the parts of the engine's own
    objects, and None for other values.
    """
    seen: set[int] = set()
    waiting = list(roots)
    total = 0
    while waiting:
        value = waiting.pop()
        if value.__class__ is int and -(1 << 64) < value < 1 << 64:  # as below; most of what is large is full of these
            total += _ITEM
            continue
        size = flat_size(value)
        if size is not None and size < SHARED_TEXT:
            total += size
            continue
        if id(value) in seen:
            continue
        seen.add(id(value))
        if size is None:
            own = fields_of(value)
            size, parts = parts_of(value) if own is None else (_OBJECT, own)
            waiting.extend(parts)
        total += size
    return total
