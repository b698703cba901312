"""Annotations resolved: text made the objects that it names, as Python and pydantic do it.

A name that only `if TYPE_CHECKING:` imports is imported for this; one of a function that defines the class is looked up
in it. Must not know what is made of an annotation.
"""

from __future__ import annotations

import contextlib
import sys
import types
import typing
from typing import Any

from warren.frontend.module_imports import imports_of


def hints_of(target: Any, unresolved: dict[str, str] | None = None) -> dict[str, Any]:
    """The resolved annotations of a function or class. Those that cannot be resolved are left out, and `unresolved`
    gets the reason for each by name.
    """
    unresolved = {} if unresolved is None else unresolved
    try:
        found = typing.get_type_hints(target, include_extras=True)
    except Exception:  # noqa: BLE001 - an annotation is any expression, and a wrong one must not stop the program
        found = _resolve_each(target, unresolved)
    problems = {name: problem for name, hint in found.items() if (problem := _problem_of_aliases(hint)) is not None}
    unresolved.update(problems)
    return {name: hint for name, hint in found.items() if name not in problems}


def _resolve_each(target: Any, unresolved: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for base in reversed(target.__mro__) if isinstance(target, type) else [target]:
        module = sys.modules.get(getattr(base, "__module__", None) or "")
        names = dict(getattr(base, "__globals__", None) or (vars(module) if module is not None else {}))
        own = vars(base) if isinstance(base, type) else {"__annotations__": getattr(base, "__annotations__", None)}
        for name, annotation in (own.get("__annotations__") or {}).items():
            holder = types.SimpleNamespace(__annotations__={name: annotation})
            try:
                try:
                    found |= typing.get_type_hints(holder, names, include_extras=True)
                except NameError:
                    more = _for_checkers(module) | names | _enclosing_names(base)
                    found |= typing.get_type_hints(holder, more, include_extras=True)
            except Exception as error:  # noqa: BLE001 - as above
                unresolved[name] = f"{_text(annotation)} ({type(error).__name__}: {error})"
    return found


def _text(annotation: Any) -> str:
    return repr(getattr(annotation, "__forward_arg__", annotation))


def _enclosing_names(target: Any) -> dict[str, Any]:
    """The variables of the function in which a class or function is being defined, while it is."""
    scope = target.__qualname__.rpartition(".<locals>.")[0]
    frame = sys._getframe(1)
    while scope and frame is not None:
        if frame.f_code.co_qualname == scope and frame.f_globals.get("__name__") == target.__module__:
            return dict(frame.f_locals)
        frame = frame.f_back  # type: ignore[assignment]  # None at the end
    return {}


def _for_checkers(module: types.ModuleType | None) -> dict[str, Any]:
    """What the module imports for type checkers only, as far as it can be imported now."""
    found: dict[str, Any] = {}
    for one in () if module is None else imports_of(module):
        if one.is_for_checkers:
            with contextlib.suppress(Exception):  # a circle of imports, or what the environment has not got
                found[one.name] = one.load()
    return found


def value_of_alias(alias: Any) -> Any:
    """What `type X = ...` stands for, with the text in it made what it names; raises whatever evaluating it raises."""
    module = sys.modules.get(getattr(alias, "__module__", None) or "")
    names = {parameter.__name__: parameter for parameter in getattr(alias, "__type_params__", ())}
    own = vars(module) if module is not None else {}
    holder = types.SimpleNamespace(__annotations__={"value": alias.__value__})
    try:
        return typing.get_type_hints(holder, {**own, **names}, include_extras=True)["value"]
    except NameError:
        return typing.get_type_hints(holder, {**_for_checkers(module), **own, **names}, include_extras=True)["value"]


def _problem_of_aliases(annotation: Any) -> str | None:
    """Why an alias cannot be resolved that an annotation names, or one within it."""
    waiting, seen = [annotation], set()
    while waiting:
        one = waiting.pop()
        waiting += [part for part in typing.get_args(one) if not isinstance(part, str | bytes)]
        alias = typing.get_origin(one) or one
        if not is_alias(alias) or id(alias) in seen:
            continue
        seen.add(id(alias))
        try:
            waiting.append(value_of_alias(alias))
        except Exception as error:  # noqa: BLE001 - any expression, as above
            return f"{alias.__name__} ({type(error).__name__}: {error})"
    return None


def is_alias(annotation: Any) -> bool:
    """Whether it was made by `type X = ...` or `TypeAliasType`."""
    return type(annotation).__name__ == "TypeAliasType"
