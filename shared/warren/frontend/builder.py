"""Compiling one function body: the state that all visitors share, and the dispatch by syntax class.

The visitors stand above this module, in `expressions`, `statements`, `targets` and `patterns`, and are handed in; a
class in no table is an error of ours that a test finds. Must not know any construct itself.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from warren.errors import RefusalCode
from warren.frontend.bindings import Binding
from warren.frontend.compilation import Compilation
from warren.frontend.diagnostics import diagnostic
from warren.frontend.intrinsic_table import intrinsic_name
from warren.frontend.refusals import Refusal, underscore
from warren.frontend.scopes import Scope
from warren.frontend.sources import FunctionNode, SourceFile
from warren.frontend.unit import Unit
from warren.ir.base import Span
from warren.ir.expressions import Const, Expr, Param
from warren.ir.statements import Body, Pass, Pattern, Return, Stmt
from warren.ir.workflow import Function


@dataclass(frozen=True)
class Visitors:
    """What compiles each syntax class, by the class's name."""

    expressions: Mapping[str, Callable[[Builder, Any], Expr]]
    statements: Mapping[str, Callable[[Builder, Any], Sequence[Stmt]]]
    targets: Mapping[str, Callable[[Builder, Any], Expr]]
    patterns: Mapping[str, Callable[[Builder, Any], Pattern]]


class Builder:
    """Compiles the function of `scope`; functions nested in it get a builder each."""

    def __init__(
        self,
        compilation: Compilation,
        visitors: Visitors,
        unit: Unit,
        source: SourceFile,
        scope: Scope,
        *,
        key: str,
        qualname: str,
        is_async: bool,
    ) -> None:
        self.compilation = compilation
        self.visitors = visitors
        self.unit = unit
        self.source = source
        self.scope = scope
        self.key = key
        self.qualname = qualname
        self.is_async = is_async
        self.handlers = 0
        """How many `except` blocks surround the current statement."""

    def span(self, node: ast.AST) -> Span:
        """The node's place."""
        return self.source.span(node)

    def refuse(self, node: ast.AST, refusal: Refusal) -> Expr:
        """Note a refusal at the node; gives a placeholder, so that the other places are found too."""
        self.unit.diagnostics.append(diagnostic(self.source, node, refusal))
        return Const(None)

    def bind(
        self,
        node: ast.expr,
        text: str,
        value: Any,
        read: Callable[[], Any],
        *,
        holder: Any,
        names: Mapping[str, Any] | None = None,
    ) -> None:
        """Note what a name or attribute means now, so that a later change is noticed."""
        if intrinsic_name(value) is None and not isinstance(value, ModuleType):
            key = (id(holder), text)
            self.compilation.bindings.setdefault(key, Binding(text, value, read, self.source, node, names))

    def expr(self, node: ast.expr) -> Expr:
        """Compile an expression for its value."""
        visitor = self.visitors.expressions[type(node).__name__]
        return visitor(self, node)

    def optional(self, node: ast.expr | None) -> Expr | None:
        """Compile an expression that may be absent."""
        return None if node is None else self.expr(node)

    def exprs(self, nodes: Sequence[ast.expr]) -> tuple[Expr, ...]:
        """Compile several expressions."""
        return tuple(self.expr(node) for node in nodes)

    def target(self, node: ast.expr) -> Expr:
        """Compile what is assigned to, deleted or looped over."""
        visitor = self.visitors.targets.get(type(node).__name__)
        if visitor is None:
            raise TypeError(f"{type(node).__name__} is not a target")  # Python's own parser refuses it
        return visitor(self, node)

    def pattern(self, node: ast.pattern) -> Pattern:
        """Compile a pattern of `match`."""
        visitor = self.visitors.patterns[type(node).__name__]
        return visitor(self, node)

    def body(self, nodes: Sequence[ast.stmt]) -> Body:
        """Compile a block; one that does nothing is a single `pass`."""
        found: list[Stmt] = []
        for node in nodes:
            found.extend(self.visitors.statements[type(node).__name__](self, node))
        return tuple(found) or ((Pass(span=self.span(nodes[0])),) if nodes else ())

    def inside(self, scope: Scope) -> Builder:
        """A builder for a comprehension of this function: the same, with its targets in view."""
        inner = Builder(
            self.compilation,
            self.visitors,
            self.unit,
            self.source,
            scope,
            key=self.key,
            qualname=self.qualname,
            is_async=self.is_async,
        )
        inner.handlers = self.handlers
        return inner

    def nested(self, node: FunctionNode, name: str) -> tuple[str, Builder]:
        """A key and a builder for a function nested in this one."""
        key = self.unit.nested_key(self.key, name)
        scope = self.scope.children[node]
        return key, Builder(
            self.compilation,
            self.visitors,
            self.unit,
            self.source,
            scope,
            key=key,
            qualname=f"{self.qualname}.<locals>.{name}",
            is_async=isinstance(node, ast.AsyncFunctionDef),
        )

    def function(self, node: FunctionNode, name: str, params: tuple[Param, ...]) -> Function:
        """Compile the whole function."""
        scope = self.scope
        if isinstance(node, ast.Lambda):
            body: Body = (Return(self.expr(node.body), span=self.span(node.body)),)
        else:
            body = self.body(node.body)
        self._check_variables(node)
        return Function(
            name=name,
            qualname=self.qualname,
            is_async=self.is_async,
            params=params,
            body=body,
            locals=tuple(scope.names),
            cells=tuple(name for name in scope.names if name in scope.cells),
            free=tuple(sorted(scope.free)),
            filename=self.source.filename,
            span=self.span(node),
        )

    def _check_variables(self, node: FunctionNode) -> None:
        for variable in self.scope.names:
            if variable.startswith("__"):
                self.refuse(node, underscore(variable))
        for variable, place in self.scope.outside.items():
            self.refuse(place, _OUTSIDE.named(variable))
        if self.scope is self.unit.scope:
            for special in (self.unit.self_name, self.unit.bound_name):
                if special in self.scope.stored:
                    self.refuse(node, _SPECIAL.named(special))


_OUTSIDE = Refusal(
    RefusalCode.GLOBAL_ASSIGNMENT,
    "{name} is a variable outside the workflow: its own state is its variables, nothing else",
    "return the value, or keep it in a local variable or on self",
)
_SPECIAL = Refusal(
    RefusalCode.SELF_ESCAPE, "{name} stands for the workflow here and cannot be assigned", "use another name"
)
