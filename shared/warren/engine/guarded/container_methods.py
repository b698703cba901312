"""Methods of lists, tuples, deques, dicts, counters and sets that go through many items, hash, or compare.

The list may have grown since its method was looked up, so that each asks for the length when it is called. A table by
class and name; `methods` looks into it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from warren.engine.guarded.consumers import sort_key
from warren.engine.guarded.costs import MAPPINGS, SETS, entries_of, is_sized
from warren.engine.guarded.guards import Guards
from warren.engine.guarded.itertools_iterators import ChainIterator, RepeatIterator
from warren.engine.values.containers import Deque
from warren.engine.values.iterators import make_iterator
from warren.engine.values.ordered_set import OrderedSet
from warren.engine.values.views import DictItems, DictKeys

_MANY: Final = 32
Method = Callable[..., Any]


class ContainerMethods:
    """Guarded methods of containers over one budget."""

    by_key: Final = frozenset({"get", "pop", "setdefault", "add", "discard", "remove", "move_to_end"})
    """Methods of dicts and sets that look for a key."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards
        sequence = {"index": self._index, "count": self._count}
        moving = {"insert": self._moving, "reverse": self._through, "clear": self._plain, "pop": self._pop}
        listed = sequence | moving | {"remove": self._remove, "extend": self._extend, "copy": self._copy}
        table: dict[type, dict[str, Callable[[Any, str], Method]]] = {
            list: listed | {"sort": self._sort},
            tuple: dict(sequence),
            range: dict.fromkeys(("index", "count"), self._of_range),
            Deque: listed | {"rotate": self._through, "extendleft": self._extend, "pop": self._plain},
            DictKeys: {"isdisjoint": self._with_others},
            DictItems: {"isdisjoint": self._with_others},
        }
        for cls in MAPPINGS:
            table[cls] = dict.fromkeys(self.by_key, self._by_key) | {
                "copy": self._copy,
                "fromkeys": self._from_keys,
                "update": self._update,
                "popitem": self._plain,
                "clear": self._plain,
            }
        table[Counter] |= {"elements": self._elements, "most_common": self._most_common, "total": self._total}
        table[Counter] |= dict.fromkeys(("update", "subtract"), self._count_more)
        for cls in SETS:
            named = [name for name in dir(cls) if not name.startswith("_")]
            table[cls] = dict.fromkeys(named, self._with_others) | dict.fromkeys(self.by_key, self._by_key)
            table[cls] |= {"copy": self._copy, "clear": self._plain, "pop": self._pop_item}
        self._table = table

    def get(self, value: Any, name: str) -> Method | None:
        """What to call for a method; None for classes that are not containers."""
        made = self._table.get(value.__class__, {}).get(name)
        return None if made is None else made(value, name)

    def names(self, cls: type) -> frozenset[str]:
        """Methods of a class that have a guard of their own here."""
        return frozenset(self._table.get(cls, {}))

    def _plain(self, value: Any, name: str) -> Method:
        method: Method = getattr(value, name)
        return method

    # sequences

    def _index(self, value: Any, name: str) -> Method:
        guards = self._guards

        def index(*args: Any) -> Any:
            if args and not guards.is_short(args[0]) and all(isinstance(arg, int) for arg in args[1:]):
                start, stop = _bounds(len(value), args[1:])
                place = guards.place_of(args[0], value, start, stop)
                if place is not None:
                    return place
                guards.written(args[0])
                return value.__class__().index(_Absent(args[0]))
            if len(value) > _MANY:
                guards.work(len(value))
            return value.index(*args)

        return index

    def _count(self, value: Any, name: str) -> Method:
        guards = self._guards

        def count(*args: Any) -> Any:
            if len(args) == 1 and not guards.is_short(args[0]):
                return guards.count_of(args[0], value)
            if len(value) > _MANY:
                guards.work(len(value))
            return value.count(*args)

        return count

    def _remove(self, value: Any, name: str) -> Method:
        guards = self._guards

        def remove(*args: Any) -> Any:
            if len(args) == 1 and not guards.is_short(args[0]):
                place = guards.place_of(args[0], value)
                if place is not None:
                    guards.budget.spend(len(value) >> 8)
                    del value[place]
                    return None
                return value.__class__().remove(_Absent(args[0]))
            if len(value) > _MANY:
                guards.work(len(value))
            return value.remove(*args)

        return remove

    def _moving(self, value: Any, name: str) -> Method:
        method, guards = getattr(value, name), self._guards

        def moved(*args: Any) -> Any:
            if len(value) > _MANY:
                guards.budget.spend(len(value) >> 8)
            return method(*args)

        return moved

    def _pop(self, value: Any, name: str) -> Method:
        guards = self._guards

        def pop(*args: Any) -> Any:
            if args and len(value) > _MANY and args[0] != -1:
                guards.budget.spend(len(value) >> 8)
            return value.pop(*args)

        return pop

    def _through(self, value: Any, name: str) -> Method:
        method, guards = getattr(value, name), self._guards

        def through(*args: Any) -> Any:
            if len(value) > _MANY:
                guards.work(len(value) >> 1)
            return method(*args)

        return through

    def _copy(self, value: Any, name: str) -> Method:
        guards = self._guards

        def copy() -> Any:
            count = len(value)
            if count > 4:
                guards.budget.spend(count >> 2 if count < 1_000 else count >> 5)
            if value.__class__ in MAPPINGS or value.__class__ in SETS:
                guards.walked(value)
                guards.rehashed(value)
                guards.budget.spend(count if count < 1_000 else count >> 2)
            made = value.copy()
            return guards.result(made) if count >= 1_000 else made

        return copy

    def _extend(self, value: Any, name: str) -> Method:
        method, guards = getattr(value, name), self._guards
        return lambda *args: method(*map(guards.counted, args))

    def _sort(self, value: Any, name: str) -> Method:
        def sort(*args: Any, key: Any = None, **kwargs: Any) -> None:
            self._guards.budget.spend(3)
            if args:
                value.sort(*args)
            value.sort(key=sort_key(self._guards, value, key), **kwargs)

        return sort

    def _of_range(self, value: Any, name: str) -> Method:
        method, guards = getattr(value, name), self._guards

        def found(*args: Any) -> Any:
            if args:
                guards.of_range(args[0], value)
            return method(*args)

        return found

    # dicts and sets

    def _by_key(self, value: Any, name: str) -> Method:
        method, guards = getattr(value, name, None), self._guards

        def looked_up(*args: Any, **kwargs: Any) -> Any:
            if args:
                guards.hashed(args[0], entries_of(value))
            return method(*args, **kwargs)  # type: ignore[misc]  # the class has it, or it is not read

        return looked_up

    def _pop_item(self, value: OrderedSet, name: str) -> Method:
        def pop() -> Any:
            if not value.queue:
                self._guards.work(2 * len(value))
            return value.pop()

        return pop

    def _from_keys(self, value: Any, name: str) -> Method:
        guards = self._guards
        return lambda keys, *args: value.fromkeys(guards.hashing(guards.counted(keys)), *args)

    def _update(self, value: Any, name: str) -> Method:
        return lambda *args, **kwargs: value.update(*(self._pairs(arg, value) for arg in args), **kwargs)

    def _pairs(self, pairs: Any, container: Any) -> Any:
        guards = self._guards
        if is_sized(pairs):
            guards.budget.allocate(92 * len(pairs))
        return guards.hashing_pairs(guards.counted(pairs), container)

    def _elements(self, value: Any, name: str) -> Method:
        return lambda: elements(value, self._guards)

    def _most_common(self, value: Any, name: str) -> Method:
        guards = self._guards

        def most_common(*args: Any, **kwargs: Any) -> Any:
            guards.items(8 * len(value))
            counts = list(value.values())
            guards.sorting(len(counts), 2 * guards.units_of_all(counts))
            return value.most_common(*args, **kwargs)

        return most_common

    def _total(self, value: Any, name: str) -> Method:
        guards = self._guards

        def total() -> Any:
            guards.work(guards.units_of_all(value.values()) + len(value))
            return guards.result(value.total())

        return total

    def _count_more(self, value: Any, name: str) -> Method:
        method, guards = getattr(value, name), self._guards

        def counted(*args: Any, **kwargs: Any) -> Any:
            return method(*(guards.hashing(guards.counted(arg), value) for arg in args), **kwargs)

        def mapped(*args: Any, **kwargs: Any) -> Any:
            if not (args and isinstance(args[0], dict)):
                return counted(*args, **kwargs)
            guards.counted(args[0])
            guards.rehashed(args[0])
            for key in args[0]:
                guards.hashed(key, value)
            return method(*args, **kwargs)

        return mapped

    def _with_others(self, value: Any, name: str) -> Method:
        method, guards = getattr(value, name), self._guards

        def combined(*args: Any) -> Any:
            own = value if value.__class__ in SETS else value._mapping
            items = entries_of(own)
            guards.walked(own)
            if name not in _ONLY_OTHERS:
                guards.work(2 * len(items))
                guards.rehashed(own)
            taken = [_Looked(guards, arg, items) if hasattr(arg.__class__, "__iter__") else arg for arg in args]
            guards.budget.spend(3)
            made = method(*[one.items if isinstance(one, _Looked) else one for one in taken])
            return guards.result(made) if made is not value else made

        return combined


_ONLY_OTHERS: Final = frozenset({"update", "issuperset", "isdisjoint"})
"""Methods of sets that go through their arguments alone."""


class _Looked:
    """An argument of a method of sets, whose items have been looked at."""

    __slots__ = ("items",)

    def __init__(self, guards: Guards, items: Any, container: Any) -> None:
        counted: Iterable[Any] = guards.counted(items)
        self.items = items if items.__class__ in SETS else guards.hashing(counted, container, grows=False)
        if items.__class__ in SETS:
            guards.rehashed(items)
            if len(container) >= 64:
                for key in entries_of(items):
                    guards.hashed(key, container)


class _Absent:
    """What is not in a list, for the error that says so."""

    __slots__ = ("_value",)

    def __init__(self, value: Any) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = None  # type: ignore[assignment]  # nobody asks

    def __repr__(self) -> str:
        return repr(self._value)


def _bounds(count: int, given: tuple[Any, ...]) -> tuple[int, int | None]:
    start = given[0] if given else 0
    stop = given[1] if len(given) > 1 else None
    start = max(start + count, 0) if start < 0 else start
    if stop is not None and stop < 0:
        stop = max(stop + count, 0)
    return start, stop


def elements(counter: Counter[Any], guards: Guards) -> Any:
    """`Counter.elements()`."""
    guards.items(10 * len(counter))
    repeats = [RepeatIterator(item, count) for item, count in counter.items()]
    return ChainIterator(make_iterator(repeats, guards.budget), guards.budget)
