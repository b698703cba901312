"""`deque` and `defaultdict` of workflow code: CPython's own, but freed like other containers, however deep they are.

CPython frees a deque in a deque in a deque ... by recursion in C, without a limit: a few tens of thousands end the
process. An instance of a class written in Python is freed in turns. Must not know what is done with them.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any

from warren.contracts.tags import FACTORIES, TAG
from warren.errors import UnserializableValue


class Deque(deque[Any]):
    """`collections.deque`."""

    __slots__ = ()

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Any:
        encoded = {TAG: "deque", "v": [encode(item, f"[{index}]") for index, item in enumerate(self)]}
        return encoded if self.maxlen is None else encoded | {"n": self.maxlen}


class DefaultDict(defaultdict[Any, Any]):
    """`collections.defaultdict`."""

    __slots__ = ()

    def __warren_encode__(self, encode: Callable[[Any, str], Any]) -> Any:
        factory = self.default_factory
        name = None if factory is None else getattr(factory, "__name__", "")
        if name is not None and name not in FACTORIES:
            raise UnserializableValue(
                "a defaultdict whose default_factory is no built-in class cannot be sent between processes; send "
                "dict(...) of it"
            )
        pairs = [[encode(key, " key"), encode(item, f"[{key!r}]")] for key, item in self.items()]
        return {TAG: "defaultdict", "v": pairs, "f": name}


for _cls, _base in {Deque: deque, DefaultDict: defaultdict}.items():
    _cls.__name__ = _cls.__qualname__ = _base.__name__
    _cls.__module__ = "collections"
