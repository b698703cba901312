"""Functions and variables as values: cells that functions share, closures, bound methods, and the unbound variable.

They are what CPython keeps in hidden places, made explicit so that a snapshot can hold them. Data only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from warren.engine.values.kept import kept


class Unbound:
    """The value of a variable that has none."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<unbound>"


UNBOUND = Unbound()


@kept("Cell", "value")
class Cell:
    """A variable that a nested function shares with the one around it."""

    __slots__ = ("value",)

    def __init__(self, value: Any = UNBOUND) -> None:
        self.value = value


class Late:
    """A value that is computed each time it is looked at: a dotted name in a pattern."""

    __slots__ = ("_compute",)

    def __init__(self, compute: Callable[[], Any]) -> None:
        self._compute = compute

    @property
    def value(self) -> Any:
        """The value now."""
        return self._compute()


class Closure:
    """A function as a value: a lambda, a nested def, or a method or module function that is passed around."""

    __slots__ = ("cells", "defaults", "function", "key")

    def __init__(
        self, key: str, cells: tuple[Cell, ...], defaults: dict[str, Any], function: Callable[..., Any]
    ) -> None:
        self.key = key
        self.cells = cells
        self.defaults = defaults
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<function {self.key}>"


class BoundMethod:
    """A method of a value as a value itself: `name` looked up on `owner` again gives the same."""

    __slots__ = ("function", "name", "owner")

    def __init__(self, owner: Any, name: str, function: Callable[..., Any]) -> None:
        self.owner = owner
        self.name = name
        self.function = function

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.function(*args, **kwargs)

    def __repr__(self) -> str:
        return f"<bound method {self.name}>"
