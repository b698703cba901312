"""Annotations resolved: text made the objects that it names, as Python and pydantic do it.

A name that only `if TYPE_CHECKING:` imports is imported for this; one of a function that defines the class is looked up
in it. Must not know what is made of an annotation.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import importlib
import inspect
import sys
import types
import typing
from collections.abc import Iterator
from typing import Any


def hints_of(target: Any, unresolved: dict[str, str] | None = None) -> dict[str, Any]:
    """The resolved annotations of a function or class. Those that cannot be resolved are left out, and `unresolved`
    gets the reason for each by name.
    """
    try:
        return typing.get_type_hints(target, include_extras=True)
    except Exception:  # noqa: BLE001 - an annotation is any expression, and a wrong one must not stop the program
        return _resolve_each(target, {} if unresolved is None else unresolved)


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
    for name, source, attribute in () if module is None else _checked_imports(module):
        with contextlib.suppress(Exception):  # a circle of imports, or what the environment has not got
            imported = importlib.import_module(source, getattr(module, "__package__", None))
            found[name] = imported if attribute is None else getattr(imported, attribute)
    return found


@functools.lru_cache(maxsize=256)
def _checked_imports(module: types.ModuleType) -> tuple[tuple[str, str, str | None], ...]:
    """Name, module and attribute of each import below `if TYPE_CHECKING:`."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError):
        return ()
    blocks = [node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    return tuple(found for block in blocks for statement in block.body for found in _imports(statement))


def _imports(statement: ast.stmt) -> Iterator[tuple[str, str, str | None]]:
    if isinstance(statement, ast.ImportFrom):
        source = "." * statement.level + (statement.module or "")
        yield from ((alias.asname or alias.name, source, alias.name) for alias in statement.names)
    elif isinstance(statement, ast.Import):
        for alias in statement.names:
            name = alias.asname or alias.name.partition(".")[0]
            yield name, alias.name if alias.asname else name, None
