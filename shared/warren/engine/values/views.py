"""What `keys()`, `values()` and `items()` of a dict give: CPython's own cannot be kept in a snapshot."""

from __future__ import annotations

from collections.abc import ItemsView, Iterator, KeysView, ValuesView
from typing import Any

from warren.engine.values.kept import kept
from warren.engine.values.ordered_set import OrderedSet


@kept("dict_keys", "_mapping")
class DictKeys(KeysView[Any]):
    """`dict.keys()`."""

    _mapping: dict[Any, Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._mapping)

    def __reversed__(self) -> Iterator[Any]:
        return iter(reversed(self._mapping))

    @classmethod
    def _from_iterable(cls, it: Any) -> Any:
        return OrderedSet(it)

    def __repr__(self) -> str:
        return f"dict_keys({list(self)!r})"


@kept("dict_values", "_mapping")
class DictValues(ValuesView[Any]):
    """`dict.values()`."""

    _mapping: dict[Any, Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._mapping.values())

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self._mapping.values())

    def __repr__(self) -> str:
        return f"dict_values({list(self)!r})"


@kept("dict_items", "_mapping")
class DictItems(ItemsView[Any, Any]):
    """`dict.items()`."""

    _mapping: dict[Any, Any]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._mapping.items())

    def __reversed__(self) -> Iterator[Any]:
        return reversed(self._mapping.items())

    @classmethod
    def _from_iterable(cls, it: Any) -> Any:
        return OrderedSet(it)

    def __repr__(self) -> str:
        return f"dict_items({list(self)!r})"


VIEWS: dict[type, str] = {DictKeys: "keys", DictValues: "values", DictItems: "items"}
for _cls, _kind in VIEWS.items():
    _cls.__name__ = _cls.__qualname__ = f"dict_{_kind}"  # as errors of CPython name them
