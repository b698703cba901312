"""What the names and attributes of a workflow meant when it was compiled, and whether they still mean that.

Python looks a name up when it is used, a program has what it was when its class was defined. So a name that is bound
again below the class is refused with it; what the source does not show (an assignment from elsewhere, a class that is
changed) is found when the workflow is registered or run. Must not know what the names stand for.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import CellType
from typing import Any

from warren.errors import Diagnostic, RefusalCode
from warren.frontend.diagnostics import diagnostic
from warren.frontend.refusals import Refusal
from warren.frontend.sources import SourceFile

MISSING: Any = object()
"""What a name has that means nothing."""

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_SCOPES = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, slots=True)
class Binding:
    """One name or attribute as it was found: `value`, what `read` gives now, and where it was used first."""

    text: str
    value: Any
    read: Callable[[], Any]
    source: SourceFile | None
    node: ast.AST
    names: Mapping[str, Any] | None = None
    """The module's variables, where it is one of them."""

    @property
    def is_changed(self) -> bool:
        """Whether it is something else now."""
        now = self.read()
        is_same = now is self.value or (type(now) is type(self.value) and _is_plain(now) and now == self.value)
        return not is_same

    def refused(self) -> Diagnostic:
        """That it has changed, at the place where it is used."""
        return diagnostic(self.source, self.node, _CHANGED.named(self.text))


_CHANGED = Refusal(
    RefusalCode.REBOUND,
    "{name} is something else now than it was when the workflow was compiled, which is where its class stands",
    "bind {name} once, above the workflow; a decorator belongs where the function or class is defined",
)


def _is_plain(value: Any) -> bool:
    return isinstance(value, int | float | str | bytes | None)


def of_cell(cell: CellType) -> Callable[[], Any]:
    """Reads a variable of an enclosing function."""

    def read() -> Any:
        try:
            return cell.cell_contents
        except ValueError:  # it was deleted
            return MISSING

    return read


def bound_again(
    bindings: Iterable[Binding], cls: type, module: Mapping[str, Any], source: SourceFile
) -> Iterator[Diagnostic]:
    """Refusals of the module's names that are bound again below the class statement in `source`."""
    statements = source.class_statements(cls.__qualname__)
    if "<locals>" in cls.__qualname__ or len(statements) != 1:
        return
    place = statements[0].lineno
    lines = _module_bindings(source.tree.body)
    for binding in bindings:
        later = [line for line in lines.get(binding.text, ()) if line > place]
        if binding.names is module and later:
            refusal = Refusal(
                RefusalCode.REBOUND,
                f"{binding.text} is bound again at line {later[0]}, below the workflow, which is compiled with what it "
                "is above",
                _CHANGED.named(binding.text).recommendation,
            )
            yield diagnostic(binding.source, binding.node, refusal)


def _module_bindings(body: list[ast.stmt]) -> dict[str, list[int]]:
    """The lines at which the statements of a module bind each name; `import` binds the same module again.

    What `if __name__ == "__main__":` binds, no importing process has; where it does count, `is_changed` finds it.
    """
    found: dict[str, list[int]] = {}
    waiting: list[ast.AST] = list(body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.setdefault(node.id, []).append(node.lineno)
        elif isinstance(node, _DEFINITIONS):
            found.setdefault(node.name, []).append(node.lineno)
            continue
        elif isinstance(node, _SCOPES) or (isinstance(node, ast.AnnAssign) and node.value is None):
            continue
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "__name__ == '__main__'":
            waiting.extend(node.orelse)
            continue
        waiting.extend(ast.iter_child_nodes(node))
    return {name: sorted(lines) for name, lines in found.items()}
