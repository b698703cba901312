"""What this process has defined, by name: its actions here, its workflows in `workflow`. The decorators fill both.

Defining the same thing again (a reload, pytest importing a module twice) replaces it; a different thing under a taken
name is an error. Must not know how anything is executed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from warren.sdk.definitions import ActionDefinition, define_action

D = TypeVar("D")


class Registry(Generic[D]):
    """Definitions by key, in the order in which they were made."""

    _kind = "definition"

    def __init__(self) -> None:
        self._entries: dict[str, D] = {}

    def names(self) -> list[str]:
        """All keys, sorted."""
        return sorted(self._entries)

    def reset(self) -> None:
        """Forget everything; for tests."""
        self._entries.clear()

    def _put(self, key: str, definition: D, obj: Any, existing: Any) -> None:
        if existing is not None and existing is not obj and _place_of(existing) != _place_of(obj):
            raise ValueError(
                f"{self._kind} {key!r} already registered, by {_describe(existing)}; give {_describe(obj)} another name"
            )
        self._entries[key] = definition


class ActionRegistry(Registry[ActionDefinition]):
    """Actions by key, `module:name`."""

    _kind = "action"

    def register(self, module: str, name: str, func: Callable[..., Any], *, queue: str | None = None) -> None:
        """Register `func` (plain, or already decorated) as the action `module:name`.

        Raises:
            ValueError: another function has this key.
            TypeError: `func` cannot be an action.
        """
        self.add(define_action(func, key=f"{module}:{name}", queue=queue))

    def add(self, definition: ActionDefinition) -> None:
        """Register a finished definition; raises `ValueError` when another function has its key."""
        existing = self._entries.get(definition.key)
        self._put(definition.key, definition, definition.func, existing.func if existing is not None else None)

    def get(self, module: str, name: str | None = None) -> Callable[..., Any] | None:
        """The decorated function of `get("module", "name")` or `get("module:name")`, or None."""
        definition = self.definition(module if name is None else f"{module}:{name}")
        return definition.wrapper if definition is not None else None

    def definition(self, key: str) -> ActionDefinition | None:
        """The definition of the action `key`, or None."""
        return self._entries.get(key)

    def entries(self) -> list[ActionDefinition]:
        """All actions, in the order of their definition."""
        return list(self._entries.values())


def _place_of(obj: Any) -> tuple[str, str]:
    """Where something is defined: the same place twice is the same definition."""
    target = inspect.unwrap(obj)
    code = getattr(target, "__code__", None)
    if code is None and isinstance(target, type):
        code = getattr(inspect.unwrap(vars(target).get("run", target)), "__code__", None)
    filename = code.co_filename if code is not None else target.__module__
    return filename, target.__qualname__


def _describe(obj: Any) -> str:
    return f"{obj.__module__}:{obj.__qualname__}"


registry = ActionRegistry()
