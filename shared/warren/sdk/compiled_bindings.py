"""Whether a workflow's program is still what its Python would do: names, actions and the class may have changed since.

A program has what each name was when the class was defined. What is changed afterwards (a decorator above `@workflow`,
an action that is bound again, another action under its key) would be left out without a word, so it is refused before
the program is used. Must not know who asks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from warren.contracts import marks
from warren.errors import Diagnostic, RefusalCode, UnsupportedPatternError
from warren.frontend.bindings import Binding
from warren.frontend.diagnostics import diagnostic
from warren.frontend.refusals import ONE_KEY
from warren.sdk.registry import registry


@dataclass(frozen=True, slots=True)
class UsedAction:
    """An action as a workflow was compiled with it; `home` is what its module had under its name then, or None."""

    binding: Binding
    home: Any

    @classmethod
    def of(cls, binding: Binding) -> UsedAction:
        """The action of a binding, and what is in its place now."""
        return cls(binding, at_home(binding.value))


def at_home(wrapper: Callable[..., Any]) -> Any:
    """What stands where the function of an action was defined; None if it has no name of a module."""
    func = vars(wrapper)["__wrapped__"]
    if "<locals>" in func.__qualname__:
        return None
    return getattr(sys.modules.get(func.__module__), func.__qualname__, None)


def refused_actions(actions: Mapping[str, Binding]) -> list[Diagnostic]:
    """Refusals of actions under whose key a worker would find another one that the same code has made."""
    return [
        diagnostic(used.source, used.node, ONE_KEY.named(used.text, key=key))
        for key, used in actions.items()
        if _is_taken(key, used.value)
    ]


def _is_taken(key: str, wrapper: Callable[..., Any]) -> bool:
    """A module that was imported again has other code: its actions only took the place of the older ones."""
    current = registry.definition(key)
    if current is None or current.wrapper is wrapper:
        return False
    mine = vars(wrapper)["__wrapped__"]
    return current.func is not mine and current.func.__code__ is mine.__code__


def check_unchanged(cls: type[Any], *, may_replace_actions: bool = False) -> None:
    """Raise `UnsupportedPatternError` if `changes_of` finds something."""
    found = changes_of(cls, may_replace_actions=may_replace_actions)
    if found:
        raise UnsupportedPatternError.from_diagnostics(found)


def changes_of(cls: type[Any], *, may_replace_actions: bool = False) -> list[Diagnostic]:
    """What has changed of a decorated class, and of what it names, since it was compiled, where it is used.

    With `may_replace_actions`, actions may have been replaced, as tests do.
    """
    bindings: tuple[Binding, ...] | None = vars(cls).get(marks.BINDINGS)
    if bindings is None:
        return []
    used: Mapping[str, UsedAction] = vars(cls).get(marks.USED_ACTIONS, {})
    found = [] if marks.starts_runs(vars(cls).get("run")) else [_replaced_run(cls)]
    found += refused_actions({key: one.binding for key, one in used.items()})
    for binding in bindings:
        if binding.is_changed and not (may_replace_actions and marks.is_action(binding.value)):
            found.append(binding.refused())
    return found


def _replaced_run(cls: type[Any]) -> Diagnostic:
    code = getattr(getattr(cls, "run", None), "__code__", None)
    return Diagnostic(
        f"{cls.__qualname__}.run was replaced after @workflow had compiled it, which no run would notice",
        "put a decorator of the class below @workflow; what a caller shall do around a run belongs to the caller",
        line=getattr(code, "co_firstlineno", None),
        filename=getattr(code, "co_filename", None),
        code=RefusalCode.DECORATOR,
    )
