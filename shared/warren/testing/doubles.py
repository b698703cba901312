"""Which function stands for an action in a test: an explicit replacement, a monkeypatched name, or the action itself.

A replacement may be a function, an `async def`, a mock or another action. Must not know the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from warren.contracts import marks
from warren.errors import ActionNotRegistered
from warren.frontend.bindings import Binding
from warren.sdk import ActionDefinition, Workflow, registry
from warren.sdk.built_in_actions import BUILT_IN
from warren.sdk.compiled_bindings import UsedAction, at_home
from warren.sdk.definitions import settled

ActionKey = str | Callable[..., Any]


class Doubles:
    """The replacements of one test. Keys are actions, their registry keys (`module:name`) or their bare names.

    Raises:
        TypeError: a key is not an action, or a replacement cannot be called.
    """

    def __init__(self, workflow: type[Workflow], replacements: Mapping[Any, Callable[..., Any]]) -> None:
        self._bindings: Sequence[Binding] = vars(workflow).get(marks.BINDINGS, ())
        self._used: Mapping[str, UsedAction] = vars(workflow).get(marks.USED_ACTIONS, {})
        self._replacements: dict[str, Callable[..., Any]] = {}
        for key, replacement in replacements.items():
            if not callable(replacement):
                raise TypeError(f"the replacement of {key!r} must be callable, not {replacement!r}")
            self._replacements[_name_of(key)] = replacement

    def definition(self, key: str) -> ActionDefinition:
        """What runs when the engine dispatches the action `key`; raises `ActionNotRegistered`."""
        own = BUILT_IN.get(key) or registry.definition(key)
        name = key.partition(":")[2]
        double = self._replacements.get(key) or self._replacements.get(name) or self._patched(key, own)
        if double is not None:
            return ActionDefinition(key, own.queue if own else "default", _awaiting(double), double, (), True, None)
        if own is None:
            raise ActionNotRegistered(f"there is no action {key!r}; import the module that defines it, or replace it")
        return own

    def _patched(self, key: str, own: ActionDefinition | None) -> Callable[..., Any] | None:
        """What a test put in the action's place, where it is defined or where the workflow reads it."""
        used = self._used.get(key)
        if own is None or used is None:
            return None
        candidates = [one.read() for one in self._bindings if one.value is used.binding.value]
        home = at_home(own.wrapper)
        if home is not used.home and not marks.is_around_action(home):
            candidates.append(home)
        for candidate in candidates:
            is_action = marks.is_action(candidate) and vars(candidate)[marks.ACTION] == key
            if callable(candidate) and not is_action and candidate is not own.func:
                patched: Callable[..., Any] = candidate
                return patched
        return None


def _name_of(key: object) -> str:
    name = key if isinstance(key, str) else getattr(key, marks.ACTION, None)
    if not isinstance(name, str):
        raise TypeError(f"{key!r} is not an action; use the decorated function, its key 'module:name' or its name")
    return name


def _awaiting(double: Callable[..., Any]) -> Callable[..., Any]:
    async def call(*args: Any, **kwargs: Any) -> Any:
        return await settled(double(*args, **kwargs))

    return call
