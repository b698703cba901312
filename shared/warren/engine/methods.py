"""Methods of built-in values that make much out of little, or take long on a large value: what to call instead.

Each does what CPython's does; it takes from the budget first. Must not know which attributes may be read at all.
"""

from __future__ import annotations

import functools
import re
import string
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from warren.engine.guards import Guards
from warren.engine.library.containers import elements
from warren.engine.limits import Stop
from warren.engine.objects import BoundMethod
from warren.engine.ordered_set import OrderedFrozenSet, OrderedSet
from warren.errors import LimitExceeded

LARGE = 1_000
"""Items or characters from which on every method but the quick ones takes steps."""
QUICK = frozenset(
    [
        *("append", "appendleft", "pop", "popleft", "popitem", "get", "setdefault", "add", "discard", "clear"),
        *("startswith", "endswith", "isdisjoint", "issubset", "issuperset"),
    ]
)
_PADDING = frozenset({"ljust", "rjust", "center", "zfill"})
_OF_SETS = frozenset(
    [
        *("update", "union", "intersection", "difference", "symmetric_difference"),
        *("intersection_update", "difference_update", "symmetric_difference_update"),
        *("issubset", "issuperset", "isdisjoint"),
    ]
)
_TAKE_ITEMS: dict[type, frozenset[str]] = {
    list: frozenset({"extend"}),
    dict: frozenset({"update"}),
    Counter: frozenset({"update", "subtract"}),
    OrderedDict: frozenset({"update"}),
    defaultdict: frozenset({"update"}),
    deque: frozenset({"extend", "extendleft"}),
    OrderedSet: _OF_SETS,
    OrderedFrozenSet: _OF_SETS,
}
_BRACKETS = re.compile(r"\[[^\]]*\]")
_BYTES_OF_A_WORD = 60


class Methods:
    """Guarded methods over one budget."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards
        self._texts: dict[str, Callable[[Any], Callable[..., Any]]] = {
            "format": lambda text: _Format(text, guards),
            "format_map": lambda text: lambda mapping: _Format(text, guards)(**mapping),
            "replace": self._replace,
            "join": self._join,
            "expandtabs": self._expand,
            "translate": self._translate,
            **{name: functools.partial(self._split, name=name) for name in ("split", "rsplit")},
            **{name: functools.partial(self._pad, name=name) for name in _PADDING},
        }

    def watched(self, cls: type) -> frozenset[str]:
        """Names of methods that always need a guard."""
        if cls is str or cls is bytes:
            return frozenset(self._texts) - {"split", "rsplit"}  # those matter only where the text is large
        if cls is int:
            return frozenset({"to_bytes"})
        return _TAKE_ITEMS.get(cls, frozenset()) | ({"elements"} if cls is Counter else frozenset())

    def get(self, value: Any, name: str) -> Any:
        """A method that needs a guard, by its nature or because the value is large."""
        method = getattr(value, name)
        cls = value.__class__
        if cls is str or cls is bytes:
            made = self._texts.get(name)
            if made is not None:
                method = made(value)
        elif cls is int:
            method = self._to_bytes(value)
        elif cls is Counter and name == "elements":
            return BoundMethod(value, name, lambda: elements(value))
        elif name in _TAKE_ITEMS.get(cls, ()):
            method = self._taking_items(method)
        if hasattr(cls, "__len__") and len(value) >= LARGE and name not in QUICK:
            method = self._slow(value, method)
        return BoundMethod(value, name, method)

    def _slow(self, value: Any, method: Callable[..., Any]) -> Callable[..., Any]:
        guards, steps = self._guards, len(value) >> (8 if isinstance(value, str | bytes) else 5)

        def slow(*args: Any, **kwargs: Any) -> Any:
            guards.budget.spend(steps)
            return guards.result(method(*args, **kwargs))

        return slow

    def _taking_items(self, method: Callable[..., Any]) -> Callable[..., Any]:
        counted = self._guards.counted
        return lambda *args, **kwargs: method(*map(counted, args), **kwargs)

    # str and bytes

    def _pad(self, text: Any, name: str) -> Callable[..., Any]:
        def padded(*args: Any) -> Any:
            if args:
                self._guards.width(args[0])
            return getattr(text, name)(*args)

        return padded

    def _replace(self, text: Any) -> Callable[..., Any]:
        def replaced(*args: Any, **kwargs: Any) -> Any:
            if len(args) < 2:
                return text.replace(*args, **kwargs)
            old, new, *count = args
            if type(old) is type(text) and type(new) is type(text) and len(new) > len(old):
                self._guards.width(text.count(old) * len(new))
            return self._guards.result(text.replace(old, new, *count, **kwargs))

        return replaced

    def _join(self, text: Any) -> Callable[..., Any]:
        guards = self._guards

        def joined(*args: Any) -> Any:
            if len(args) != 1:
                return text.join(*args)
            parts = args[0]
            if hasattr(parts.__class__, "__iter__"):
                parts = parts if isinstance(parts, list | tuple) else list(guards.counted(parts))
                guards.items(len(parts))
                guards.budget.allocate(len(text) * len(parts))
                guards.budget.allocate(sum(len(part) for part in parts if isinstance(part, str | bytes)))
            return text.join(parts)

        return joined

    def _expand(self, text: Any) -> Callable[..., Any]:
        def expanded(tabsize: Any = 8) -> Any:
            if isinstance(tabsize, int):
                self._guards.width((text.count("\t") if isinstance(text, str) else text.count(b"\t")) * tabsize)
            return text.expandtabs(tabsize)

        return expanded

    def _translate(self, text: Any) -> Callable[..., Any]:
        def translated(table: Any, *args: Any, **kwargs: Any) -> Any:
            if isinstance(table, dict):
                longest = max((len(item) for item in table.values() if isinstance(item, str)), default=1)
                self._guards.width(len(text) * longest)
            return text.translate(table, *args, **kwargs)

        return translated

    def _split(self, text: Any, name: str) -> Callable[..., Any]:
        def split(sep: Any = None, maxsplit: Any = -1) -> Any:
            if len(text) >= LARGE:
                blank = " " if isinstance(text, str) else b" "
                separator = sep if type(sep) is type(text) and sep else blank
                self._guards.width(len(text) + text.count(separator) * _BYTES_OF_A_WORD)
            return getattr(text, name)(sep, maxsplit)

        return split

    def _to_bytes(self, number: int) -> Callable[..., Any]:
        def converted(length: Any = 1, byteorder: Any = "big", *, signed: bool = False) -> Any:
            self._guards.width(length)
            return number.to_bytes(length, byteorder, signed=signed)

        return converted


class _Format(string.Formatter):
    """`str.format` without attribute access: `{0.x}` could reach anything.

    The format is gone through once to find that and to take what it makes; then CPython's own method does it.
    """

    def __init__(self, text: str, guards: Guards) -> None:
        self._text = text
        self._guards = guards

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        try:
            self.vformat(self._text, args, kwargs)
        except Exception:  # noqa: BLE001 - CPython's own words for whatever is wrong follow
            return self._text.format(*args, **kwargs)
        return self._text.format(*args, **kwargs)

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        if "." in _BRACKETS.sub("", field_name):
            raise Stop(
                LimitExceeded(
                    f"the format string reaches for an attribute ({{{field_name}}}); write an f-string, or pass the "
                    "attribute's value as an argument"
                )
            )
        return super().get_field(field_name, args, kwargs)

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        self._guards.weigh(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        return self._guards.format(value, None, format_spec)
