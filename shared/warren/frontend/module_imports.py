"""What the source of a module imports, wherever the statement stands: inside functions, below `if TYPE_CHECKING:`.

Must not know what is done with it.
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType
from typing import Any


@dataclass(frozen=True, slots=True)
class Import:
    """A name that an import statement binds: `attribute` of `module`; without one, the module `bound`, by `module`.

    `is_for_checkers` says that it stands below `if TYPE_CHECKING:` of the module itself.
    """

    name: str
    module: str
    bound: str
    attribute: str | None
    is_for_checkers: bool

    def load(self) -> Any:
        """What the name stands for; raises whatever importing it raises."""
        imported = importlib.import_module(self.module)
        return sys.modules[self.bound] if self.attribute is None else getattr(imported, self.attribute)


@functools.lru_cache(maxsize=1024)
def imports_of(module: ModuleType) -> tuple[Import, ...]:
    """All names that the module's import statements bind; none for a module without a source."""
    try:
        tree = ast.parse(inspect.getsource(module))
    except (OSError, TypeError, SyntaxError, ValueError):
        return ()
    package = module.__package__ or ""
    blocks = [node for node in tree.body if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)]
    checked = {statement for block in blocks for statement in block.body}
    return tuple(
        found
        for node in ast.walk(tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for found in _names(node, package, node in checked)
    )


def _names(node: ast.Import | ast.ImportFrom, package: str, is_for_checkers: bool) -> Iterator[Import]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            first = alias.name.partition(".")[0]
            bound = alias.name if alias.asname else first
            yield Import(alias.asname or first, alias.name, bound, None, is_for_checkers)
        return
    try:
        source = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
    except ImportError:  # more dots than there are packages: the statement itself fails, too
        return
    for alias in node.names:
        yield Import(alias.asname or alias.name, source, source, alias.name, is_for_checkers)
