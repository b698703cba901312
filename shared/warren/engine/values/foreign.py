"""Values that the engine keeps whole, as it has not got their classes: passed on, compared, shown, not computed with.

A named tuple is a tuple whose items have names, too. Must not know how values cross processes.
"""

from __future__ import annotations

import functools
import json
import pathlib
from collections.abc import Callable
from typing import Any, ClassVar, Final

from warren.contracts.class_names import short_name
from warren.contracts.known_values import load_known
from warren.contracts.tags import TAG
from warren.engine.values.limits import Stop
from warren.errors import NotSupportedInWorkflow

Json = Any
_UNHASHABLE: Final = frozenset({"builtins:bytearray", "builtins:slice"})
_NO_VALUE: Final = object()


class ConcretePath(pathlib.PurePosixPath):
    """A path that was a `Path` where it was made, and is one again where it arrives."""

    __slots__ = ()

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Json:
        return {TAG: "path", "v": encode(str(self), ""), "c": True}


ConcretePath.__name__ = ConcretePath.__qualname__ = "PosixPath"  # as its `repr` has it at home


class Foreign:
    """`data` is the value as it arrived; `base` what it is without its own class, for a subclass of Python's types."""

    __slots__ = ("_text", "base", "data")
    __warren_ref__: ClassVar[str]

    data: Json
    base: Any

    @property
    def size(self) -> int:
        """Bytes of its JSON text."""
        return len(self._form)

    @property
    def _form(self) -> str:
        try:
            return self._text
        except AttributeError:
            self._text: str = json.dumps(self.data, sort_keys=True, separators=(",", ":"))
            return self._text

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Json:
        return self.data

    def __warren_attribute__(self, name: str) -> Any:
        raise self._not_supported(f".{name}")

    def _not_supported(self, what: str) -> Stop:
        kind = self.__warren_ref__.replace(":", ".").partition("[")[0]
        return Stop(
            NotSupportedInWorkflow(
                f"{what} of a {kind}: the workflow can keep such a value, compare it and pass it on; "
                "do everything else with it in an @action"
            )
        )

    def _real(self, what: str) -> Any:
        """The value itself, where its class is the same everywhere."""
        if self.data[TAG] == "known":
            return load_known(self.__warren_ref__, self.base)
        if self.base is _NO_VALUE:
            raise self._not_supported(what)
        return self.base

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Foreign):
            return self._form == other._form
        if self.data[TAG] == "subclass":
            return bool(self.base == other)
        return False

    def __hash__(self) -> int:
        if self.__warren_ref__ in _UNHASHABLE:
            raise TypeError(f"unhashable type: '{type(self).__name__}'")
        return hash(self.base) if self.data[TAG] == "subclass" else hash(self._form)

    def __bool__(self) -> bool:
        return True if self.base is _NO_VALUE else bool(self._real("the truth"))

    def __str__(self) -> str:
        return str(self._shown("str()"))

    def __repr__(self) -> str:
        return repr(self._shown("repr()"))

    def __format__(self, spec: str) -> str:
        return format(self._shown("format()"), spec)

    def _shown(self, what: str) -> Any:
        if self.data[TAG] != "known":  # its class may show it in a way of its own
            raise self._not_supported(what)
        return self._real(what)


def _refusing(name: str) -> Callable[..., Any]:
    def refuse(self: Foreign, *args: Any) -> Any:
        raise self._not_supported(f"{name}()")

    return refuse


for _name in (
    *("len", "iter", "getitem", "contains", "lt", "le", "gt", "ge", "add", "radd", "sub", "rsub", "mul", "rmul"),
    *("truediv", "rtruediv", "floordiv", "rfloordiv", "mod", "rmod", "pow", "rpow", "and", "or", "xor", "neg", "abs"),
    *("int", "float", "index", "call", "next", "reversed", "round"),
):
    setattr(Foreign, f"__{_name}__", _refusing(f"__{_name}__"))


@functools.lru_cache(maxsize=4096)
def _foreign_class(ref: str) -> Any:
    made: Any = type(short_name(ref), (Foreign,), {"__slots__": (), "__warren_ref__": ref})
    made.__module__, _, made.__qualname__ = ref.partition(":")
    return made


def new_foreign(data: Json, base: Any = _NO_VALUE) -> Foreign:
    """The value that `data` is; `base` is its decoded `v`, for the tags `known` and `subclass`."""
    made: Foreign = _foreign_class(data["t"]).__new__(_foreign_class(data["t"]))
    made.data, made.base = data, base
    return made


class NamedTuple(tuple[Any, ...]):
    """Base of named tuples."""

    __slots__ = ()
    __warren_ref__: ClassVar[str]
    _fields: ClassVar[tuple[str, ...]]

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Json:
        values = [encode(item, f".{name}") for name, item in zip(self._fields, self, strict=True)]
        return {TAG: "named", "t": self.__warren_ref__, "f": list(self._fields), "v": values}

    def __warren_attribute__(self, name: str) -> Any:
        if name in self._fields:
            return self[self._fields.index(name)]
        if name in {"count", "index"}:
            return getattr(tuple(self), name)
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(map('{}={!r}'.format, self._fields, self))})"


@functools.lru_cache(maxsize=4096)
def named_tuple_class(ref: str, fields: tuple[str, ...]) -> Any:
    """The class of the named tuples `ref`."""
    made: Any = type(short_name(ref), (NamedTuple,), {"__slots__": (), "__warren_ref__": ref, "_fields": fields})
    made.__module__, _, made.__qualname__ = ref.partition(":")
    return made
