"""The modules that the user's code imports somewhere: for values of a class that this process has not imported yet.

A class may be imported inside an action's body, or only under `if TYPE_CHECKING:`. A process that starts again knows it
by its name in a message alone, and imports what the source of its actions and workflows names, nothing else. It reads
the sources when a class's module is missing, not before. Must not know what is done with a class.
"""

from __future__ import annotations

import ast
import functools
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from types import ModuleType

from warren.sdk.registry import registry
from warren.sdk.workflow import workflow_registry


def declared_imports() -> frozenset[str]:
    """The names of all modules that an import statement names, in a module which defines an action or workflow."""
    found = (sys.modules.get(name) for name in _defining_modules())
    return frozenset().union(*(_imports_of(module) for module in found if module is not None))


def _defining_modules() -> set[str]:
    actions = (inspect.unwrap(definition.func) for definition in registry.entries())
    return {str(getattr(one, "__module__", "")) for one in (*actions, *workflow_registry.entries())}


@functools.lru_cache(maxsize=1024)
def _imports_of(module: ModuleType) -> frozenset[str]:
    """The modules that its source names, wherever the import stands; none for a module without a source."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError, ValueError):
        return frozenset()
    package = module.__package__ or ""
    return frozenset(
        name
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in _names(node, package)
    )


def _names(node: ast.Import | ast.ImportFrom, package: str) -> Iterator[str]:
    """The modules of one statement: what `from` takes of a package may be a module of it."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
        return
    try:
        origin = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
    except ImportError:  # more dots than there are packages: the statement itself fails, too
        return
    yield origin
    yield from (f"{origin}.{alias.name}" for alias in node.names if alias.name != "*")
