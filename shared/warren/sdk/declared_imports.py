"""The modules that the user's code imports somewhere: for values of a class that this process has not imported yet.

A class may be imported inside an action's body, or only under `if TYPE_CHECKING:`. A process that starts again knows it
by its name in a message alone, and imports what the source of its actions and workflows names, nothing else. It reads
the sources when a class's module is missing, not before. Must not know what is done with a class.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from types import ModuleType

from warren.frontend.module_imports import imports_of
from warren.sdk.registry import registry
from warren.sdk.workflow import workflow_registry


def declared_imports() -> frozenset[str]:
    """The names of all modules that an import statement names, in a module which defines an action or workflow."""
    found = (sys.modules.get(name) for name in _defining_modules())
    return frozenset().union(*(_imports_of(module) for module in found if module is not None))


def _defining_modules() -> set[str]:
    actions = (inspect.unwrap(definition.func) for definition in registry.entries())
    return {str(getattr(one, "__module__", "")) for one in (*actions, *workflow_registry.entries())}


def _imports_of(module: ModuleType) -> Iterator[str]:
    """The modules that its source names: what `from` takes of a package may be a module of it."""
    for one in imports_of(module):
        yield one.module
        if one.attribute not in {None, "*"}:
            yield f"{one.module}.{one.attribute}"
