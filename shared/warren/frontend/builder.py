"""Compiling one function body: the state that all visitors share, and the dispatch by syntax class.

The visitors are tables by class name in `expressions`, `statements` and `patterns`; a class in no table is an error of
ours that a test finds. Must not know any construct itself.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from warren.frontend.diagnostics import diagnostic
from warren.frontend.expressions import EXPRESSIONS
from warren.frontend.patterns import PATTERNS
from warren.frontend.private_names import underscore
from warren.frontend.refusals import Refusal
from warren.frontend.scopes import Scope
from warren.frontend.sources import FunctionNode, SourceFile
from warren.frontend.statements import STATEMENTS
from warren.frontend.targets import TARGETS
from warren.ir.base import Span
from warren.ir.expressions import Const, Expr, Param
from warren.ir.statements import Body, Pass, Pattern, Return, Stmt
from warren.ir.workflow import Function

if TYPE_CHECKING:
    from warren.frontend.compiler import Compiler
    from warren.frontend.unit import Unit


class Builder:
    """Compiles the function of `scope`; functions nested in it get a builder each."""

    def __init__(
        self,
        compiler: Compiler,
        unit: Unit,
        source: SourceFile,
        scope: Scope,
        *,
        key: str,
        qualname: str,
        is_async: bool,
    ) -> None:
        self.compiler = compiler
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
        self.unit.diagnostics.append(
            diagnostic(
                self.source,
                node,
                code=refusal.code,
                message=refusal.message,
                recommendation=refusal.recommendation,
            )
        )
        return Const(None)

    def expr(self, node: ast.expr) -> Expr:
        """Compile an expression for its value."""
        visitor = EXPRESSIONS[type(node).__name__]
        return visitor(self, node)

    def optional(self, node: ast.expr | None) -> Expr | None:
        """Compile an expression that may be absent."""
        return None if node is None else self.expr(node)

    def exprs(self, nodes: Sequence[ast.expr]) -> tuple[Expr, ...]:
        """Compile several expressions."""
        return tuple(self.expr(node) for node in nodes)

    def target(self, node: ast.expr) -> Expr:
        """Compile what is assigned to, deleted or looped over."""
        visitor = TARGETS.get(type(node).__name__)
        if visitor is None:
            raise TypeError(f"{type(node).__name__} is not a target")  # Python's own parser refuses it
        return visitor(self, node)

    def pattern(self, node: ast.pattern) -> Pattern:
        """Compile a pattern of `match`."""
        visitor = PATTERNS[type(node).__name__]
        return visitor(self, node)

    def body(self, nodes: Sequence[ast.stmt]) -> Body:
        """Compile a block; one that does nothing is a single `pass`."""
        found: list[Stmt] = []
        for node in nodes:
            found.extend(STATEMENTS[type(node).__name__](self, node))
        return tuple(found) or ((Pass(span=self.span(nodes[0])),) if nodes else ())

    def inside(self, scope: Scope) -> Builder:
        """A builder for a comprehension of this function: the same, with its targets in view."""
        inner = Builder(
            self.compiler,
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
            self.compiler,
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
    "global-assignment",
    "{name} is a variable outside the workflow: its own state is its variables, nothing else",
    "return the value, or keep it in a local variable or on self",
)
_SPECIAL = Refusal("self-escape", "{name} stands for the workflow here and cannot be assigned", "use another name")


def parameters(node: FunctionNode, defaults: dict[str, Expr]) -> tuple[Param, ...]:
    """The parameters of a function in order; `defaults` by name."""
    arguments = node.args
    kinds: list[tuple[str, Any]] = [
        *(("positional", argument) for argument in arguments.posonlyargs),
        *(("normal", argument) for argument in arguments.args),
        ("args", arguments.vararg),
        *(("keyword", argument) for argument in arguments.kwonlyargs),
        ("kwargs", arguments.kwarg),
    ]
    return tuple(
        Param(argument.arg, kind, defaults.get(argument.arg)) for kind, argument in kinds if argument is not None
    )
