"""One function object to compile: where its source is, whose it is, and what came of it.

Must not know how it is compiled.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, field
from types import FunctionType
from typing import Any

from warren.errors import Diagnostic
from warren.frontend.scopes import Scope
from warren.frontend.sources import SourceFile


@dataclass(eq=False)
class Unit:
    """A function with its role.

    `self_name` is the parameter that is the workflow itself, where the function is a method of it. `bound` is the class
    of a class method and `bound_name` the parameter that is it. `owner` is the class in which the function is written.
    """

    key: str
    function: FunctionType
    workflow: type
    is_method: bool = False
    bound: type | None = None
    scope: Scope = field(init=False)
    source: SourceFile | None = None
    diagnostics: list[Diagnostic] = field(default_factory=list)
    calls: list[tuple[str, Any, str]] = field(default_factory=list)
    """The functions that it mentions: key, syntax node, how it is written."""
    nested: dict[str, int] = field(default_factory=dict)
    """How often each key of a nested function was given away."""
    nested_keys: list[str] = field(default_factory=list)

    @property
    def is_async(self) -> bool:
        """Whether calling it makes an awaitable."""
        return inspect.iscoroutinefunction(self.function)

    @property
    def _first(self) -> str | None:
        code = self.function.__code__
        return code.co_varnames[0] if code.co_argcount else None

    @property
    def self_name(self) -> str | None:
        """The parameter that is the workflow."""
        return self._first if self.is_method else None

    @property
    def bound_name(self) -> str | None:
        """The parameter that is the class of a class method."""
        return self._first if self.bound is not None else None

    @property
    def is_around_method(self) -> bool:
        """Whether it is a method that a decorator has put around the one that is written in the class."""
        return self.is_method and self.function.__code__.co_qualname.rpartition(".")[0].endswith("<locals>")

    @property
    def owner(self) -> type | None:
        """The class in whose statement the function stands, as far as it matters: for `super()` and private names."""
        code = self.function.__code__
        cells = dict(zip(code.co_freevars, self.function.__closure__ or (), strict=False))
        cell = cells.get("__class__")
        if cell is not None:
            try:
                return cell.cell_contents  # type: ignore[no-any-return]  # a class, by definition of the cell
            except ValueError:
                return self.workflow  # the class is being made: only the workflow itself can be
        classes = self.bound.__mro__ if self.bound is not None else self.workflow.__mro__
        return next((cls for cls in classes if self.function in set(_functions_of(cls))), None)

    def nested_key(self, enclosing: str, name: str) -> str:
        """A key for a function nested in another one of this unit, the same however the source is laid out."""
        base = f"{enclosing}.<locals>.{name}"
        count = self.nested[base] = self.nested.get(base, 0) + 1
        self.nested_keys.append(base if count == 1 else f"{base}#{count}")
        return self.nested_keys[-1]


def _functions_of(cls: type) -> Iterator[Any]:
    for value in vars(cls).values():
        if isinstance(value, FunctionType):
            yield value
            yield getattr(value, "__wrapped__", None)
        elif isinstance(value, staticmethod | classmethod):
            yield value.__func__
        elif isinstance(value, property):
            yield from (value.fget, value.fset)
