"""Methods of str and bytes that make much out of little, or take long on a large text or a long argument.

Each does what CPython's does; it takes from the budget first. A table by name; `methods` looks into it.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Callable
from typing import Any, Final

from warren.engine.guarded.guards import Guards, is_of_locale
from warren.engine.guarded.moments import is_moment
from warren.engine.values.limits import Stop
from warren.engine.values.sizes import size_of_text
from warren.errors import NotSupportedInWorkflow

_BRACKETS = re.compile(r"\[[^\]]*\]")
_BYTES_OF_A_WORD: Final = 60
_LONG: Final = 64
"""Characters from which on looking for something takes steps."""
_LARGE: Final = 1_000
_FORWARDS: Final = ("find", "index", "count", "partition", "removeprefix", "removesuffix")
_BACKWARDS: Final = ("rfind", "rindex", "rpartition")
_STRIPPING: Final = ("strip", "lstrip", "rstrip")
_PADDING: Final = ("ljust", "rjust", "center", "zfill")
_ENDS: Final = ("startswith", "endswith")
_BLANKS: Final = " \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f"
_WIDE_BLANKS: Final = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000"
)
_LINE_ENDS: Final = "\n\r\x0b\x0c\x1c\x1d\x1e"
_WIDE_LINE_ENDS: Final = "\x85\u2028\u2029"
_EXPANSION: Final = {"namereplace": 90, "xmlcharrefreplace": 10, "backslashreplace": 10}
_QUADRATIC_CODECS: Final = frozenset({"idna", "punycode"})

Method = Callable[..., Any]


class TextMethods:
    """Guarded methods of texts over one budget."""

    def __init__(self, guards: Guards) -> None:
        self._guards = guards
        self.table: dict[str, Callable[[Any], Method]] = {
            "format": lambda text: _Format(text, guards),
            "format_map": self._format_map,
            "replace": self._replace,
            "join": self._join,
            "expandtabs": self._expand,
            "translate": self._translate,
            "splitlines": self._split_lines,
            "encode": self._encode,
            "decode": self._encode,
            **{name: functools.partial(self._find, name=name) for name in (*_FORWARDS, *_BACKWARDS)},
            **{name: functools.partial(self._strip, name=name) for name in _STRIPPING},
            **{name: functools.partial(self._ends, name=name) for name in _ENDS},
            **{name: functools.partial(self._split, name=name) for name in ("split", "rsplit")},
            **{name: functools.partial(self._pad, name=name) for name in _PADDING},
        }
        """By name: a function that makes the method of a text."""

    always: Final = frozenset({"format", "format_map", "replace", "join", "expandtabs", "translate", *_PADDING})
    """What needs a guard on a short text, too."""

    def is_cheap(self, text: str, name: str, arguments: tuple[Any, ...]) -> bool:
        """Whether the method, called with this first argument or none, needs no guard; takes the steps of a text that
        is neither short nor long.
        """
        count = len(text)
        for first in arguments:
            if first.__class__ is str:
                if len(first) >= (_LONG if count < _LONG else 8):
                    return False
            elif first.__class__ is not int:
                return False
        if name in _ENDS:
            return True
        if name in self.always or count >= _LARGE:
            return False
        if count >= _LONG:
            self._guards.budget.spend(count >> 3)
        return True

    def _find(self, text: Any, name: str) -> Method:
        method, guards = getattr(text, name), self._guards

        def found(*args: Any) -> Any:
            if args:
                guards.finding(text, args[0], is_backwards=name in _BACKWARDS)
            if name.endswith("partition"):
                guards.result(text)
            return method(*args)

        return found

    def _strip(self, text: Any, name: str) -> Method:
        method, guards = getattr(text, name), self._guards

        def stripped(*args: Any) -> Any:
            if args and isinstance(args[0], str | bytes):
                guards.budget.spend((len(args[0]) + 1) * len(text) >> 10)
            return method(*args)

        return stripped

    def _ends(self, text: Any, name: str) -> Method:
        method, guards = getattr(text, name), self._guards

        def tested(*args: Any) -> bool:
            if args:
                parts = args[0] if isinstance(args[0], tuple) else args[:1]
                guards.work(guards.units_of_all(parts))
            return bool(method(*args))

        return tested

    def _pad(self, text: Any, name: str) -> Method:
        def padded(*args: Any) -> Any:
            if args:
                fill = args[1] if len(args) > 1 and isinstance(args[1], str) else ""
                wide = size_of_text(fill + text[:1]) if isinstance(text, str) else 1
                self._guards.width(args[0] * min(wide, 2) if isinstance(args[0], int) else args[0])
            return getattr(text, name)(*args)

        return padded

    def _replace(self, text: Any) -> Method:
        guards = self._guards

        def replaced(*args: Any, **kwargs: Any) -> Any:
            if len(args) < 2:
                return text.replace(*args, **kwargs)
            old, new, *count = args
            if type(old) is type(text) and type(new) is type(text):
                guards.finding(text, old)
                if len(new) > len(old):
                    guards.finding(text, old)
                    guards.width(text.count(old) * len(new))
            return guards.result(text.replace(old, new, *count, **kwargs))

        return replaced

    def _join(self, text: Any) -> Method:
        guards = self._guards

        def joined(*args: Any) -> Any:
            if len(args) != 1:
                return text.join(*args)
            parts = args[0]
            if hasattr(parts.__class__, "__iter__"):
                parts = parts if isinstance(parts, list | tuple) else list(guards.counted(parts))
                guards.items(len(parts))
                guards.budget.allocate(len(text) * len(parts))
                guards.budget.allocate(sum([len(part) for part in parts if isinstance(part, str | bytes)]))
            return text.join(parts)

        return joined

    def _expand(self, text: Any) -> Method:
        def expanded(tabsize: Any = 8) -> Any:
            if isinstance(tabsize, int):
                self._guards.width((text.count("\t") if isinstance(text, str) else text.count(b"\t")) * tabsize)
            return text.expandtabs(tabsize)

        return expanded

    def _translate(self, text: Any) -> Method:
        def translated(table: Any, *args: Any, **kwargs: Any) -> Any:
            values = table.values() if isinstance(table, dict) else table if isinstance(table, list | tuple) else ()
            self._guards.budget.spend(len(values) >> 2)
            longest = max((len(item) for item in values if isinstance(item, str)), default=1)
            self._guards.width(len(text) * longest)
            return text.translate(table, *args, **kwargs)

        return translated

    def _split(self, text: Any, name: str) -> Method:
        guards = self._guards

        def split(sep: Any = None, maxsplit: Any = -1) -> Any:
            if type(sep) is type(text):
                guards.finding(text, sep, is_backwards=name == "rsplit")
                count = text.count(sep) if sep else 0
            else:
                count = _count_of(text, _BLANKS, _WIDE_BLANKS)
            if isinstance(maxsplit, int) and maxsplit >= 0:
                count = min(count, maxsplit)
            guards.budget.spend(count >> 2)
            guards.width(len(text) + count * _BYTES_OF_A_WORD)
            return getattr(text, name)(sep, maxsplit)

        return split

    def _split_lines(self, text: Any) -> Method:
        def split(keepends: Any = False) -> Any:
            count = _count_of(text, _LINE_ENDS, _WIDE_LINE_ENDS)
            self._guards.budget.spend(count >> 2)
            self._guards.width(len(text) + count * _BYTES_OF_A_WORD)
            return text.splitlines(keepends)

        return split

    def _encode(self, text: Any) -> Method:
        method, guards = (text.encode if isinstance(text, str) else text.decode), self._guards

        def encoded(encoding: Any = "utf-8", errors: Any = "strict") -> Any:
            count = len(text)
            if isinstance(errors, str) and errors in _EXPANSION:
                guards.width(count * _EXPANSION[errors])
            if isinstance(encoding, str) and encoding.lower() in _QUADRATIC_CODECS:
                guards.budget.spend(count * count >> 4)
            elif encoding != "utf-8":
                guards.budget.spend(10 + (count >> 2))
            return guards.result(method(encoding, errors))

        return encoded

    def _format_map(self, text: Any) -> Method:
        def formatted(mapping: Any) -> Any:
            return _Format(text, self._guards)(**self._guards.counted(mapping))

        return formatted


def _count_of(text: Any, narrow: str, wide: str) -> int:
    """How many of these characters a text has."""
    if isinstance(text, str):
        return sum(map(text.count, narrow if text.isascii() else narrow + wide))
    return sum(map(text.count, narrow.encode()))


class _Format(string.Formatter):
    """`str.format` without attribute access: `{0.x}` could reach anything.

    The format is gone through once to find that and to take what it makes; then CPython's own method does it.
    """

    def __init__(self, text: str, guards: Guards) -> None:
        self._text = text
        self._guards = guards
        self._is_own = False
        """Whether CPython's own method would ask the locale."""

    def __call__(self, *args: Any, **kwargs: Any) -> str:
        self._guards.budget.spend(self._text.count("{") + (len(self._text) >> 6))
        try:
            text = self.vformat(self._text, args, kwargs)
        except Exception:  # noqa: BLE001 - CPython's own words for whatever is wrong follow
            return self._text.format(*args, **kwargs)
        made: str = self._guards.result(text if self._is_own else self._text.format(*args, **kwargs))
        return made

    def get_field(self, field_name: str, args: Any, kwargs: Any) -> Any:
        self._guards.budget.spend(4)
        if "." in _BRACKETS.sub("", field_name):
            raise Stop(
                NotSupportedInWorkflow(
                    f"the format string reaches for an attribute ({{{field_name}}}); write an f-string, or pass the "
                    "attribute's value as an argument"
                )
            )
        return super().get_field(field_name, args, kwargs)

    def convert_field(self, value: Any, conversion: str | None) -> Any:
        if conversion is not None:
            self._guards.written(value)
        return super().convert_field(value, conversion)

    def format_field(self, value: Any, format_spec: str) -> str:
        if format_spec and (is_moment(value) or is_of_locale(value, format_spec)):
            self._is_own = True
        return self._guards.format(value, None, format_spec)
