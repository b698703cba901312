"""Python's scoping rules: for each function, lambda and comprehension, whose variable each name is.

Built once per outermost function, before anything is compiled, because a name is local if it is assigned anywhere in
its function. Must not know what names refer to outside that function.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from typing import Any

COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


class Scope:
    """The variables of one function or one comprehension."""

    def __init__(self, node: ast.AST, parent: Scope | None) -> None:
        self.node = node
        self.parent = parent
        self.is_function = not isinstance(node, COMPREHENSIONS)
        self.params: list[str] = []
        self.names: dict[str, None] = {}
        self.stored: set[str] = set()
        """Names that are assigned, other than by being a parameter."""
        self.globals: set[str] = set()
        self.nonlocals: set[str] = set()
        self.children: dict[ast.AST, Scope] = {}
        self.cells: dict[str, None] = {}
        self.free: dict[str, None] = {}
        self.is_captured = False
        """For a comprehension: a nested function captures one of its targets."""
        self.outside: dict[str, ast.AST] = {}
        """Names that are assigned here but belong to no function of the tree, with the first place."""
        self.async_functions: set[str] = set()
        """Names that are bound by a nested `async def` and by nothing else."""

    @property
    def function(self) -> Scope:
        """The function that this scope belongs to."""
        scope = self
        while not scope.is_function and scope.parent is not None:
            scope = scope.parent
        return scope

    def owner(self, name: str) -> Scope | None:
        """The scope whose variable `name` is here; None for a name from outside the outermost function."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.globals:
                return None
            if name in scope.names:
                return scope
            scope = scope.parent
        return None

    def chain(self) -> Iterator[Scope]:
        """This scope and those around it, inside out."""
        scope: Scope | None = self
        while scope is not None:
            yield scope
            scope = scope.parent


def analyse(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> Scope:
    """The scope tree of a function; nested scopes are in `children` by their syntax node."""
    collector = _Collector(Scope(node, None))
    collector.enter_function(node)
    for scope, name in collector.uses:
        capture(scope, name)
    for scope, name, place in collector.declared:
        owner = scope.owner(name)
        if owner is None:
            scope.outside.setdefault(name, place)
        else:
            owner.stored.add(name)
            owner.async_functions.discard(name)
    return collector.scope


def capture(scope: Scope, name: str) -> None:
    """Note that `scope` uses `name`, so that every function between it and the variable's owner carries it."""
    owner = scope.owner(name)
    if owner is None or owner.function is scope.function:
        return
    for inner in scope.chain():
        if inner is owner.function:
            break
        if inner.is_function:
            inner.free[name] = None
    if owner.is_function:
        owner.cells[name] = None
    else:
        owner.is_captured = True


class _Collector:
    """Walks a function; `scope` is the scope being filled."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.uses: list[tuple[Scope, str]] = []
        self.declared: list[tuple[Scope, str, ast.AST]] = []
        """Assignments to names that are declared `global` or `nonlocal`."""

    def enter_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> None:
        arguments = node.args
        for argument in (*arguments.posonlyargs, *arguments.args, arguments.vararg, *arguments.kwonlyargs):
            self._parameter(argument)
        self._parameter(arguments.kwarg)
        self.visit_all([node.body] if isinstance(node, ast.Lambda) else node.body)

    def _parameter(self, argument: ast.arg | None) -> None:
        if argument is not None:
            self.scope.params.append(argument.arg)
            self.scope.names[argument.arg] = None

    def bind(self, name: str, node: ast.AST, *, scope: Scope | None = None) -> None:
        scope = scope or self.scope
        self.uses.append((scope, name))
        if name in scope.globals or name in scope.nonlocals:
            self.declared.append((scope, name, node))
            return
        scope.names[name] = None
        scope.stored.add(name)
        scope.async_functions.discard(name)

    def visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def visit(self, node: ast.AST) -> None:
        method = getattr(self, f"visit_{type(node).__name__}", None)
        if method is not None:
            method(node)
        else:
            self.visit_all(ast.iter_child_nodes(node))

    def visit_Name(self, node: ast.Name) -> None:  # noqa: N802 - named after the syntax class
        if isinstance(node.ctx, ast.Load):
            self.uses.append((self.scope, node.id))
        else:
            self.bind(node.id, node)

    def visit_Global(self, node: ast.Global) -> None:  # noqa: N802
        self.scope.globals.update(node.names)

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:  # noqa: N802
        self.scope.nonlocals.update(node.names)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:  # noqa: N802
        self.visit(node.value)
        self.bind(node.target.id, node.target, scope=self.scope.function)
        self.uses.append((self.scope, node.target.id))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:  # noqa: N802
        if node.value is not None:
            self.visit(node.value)
        self.visit(node.target)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:  # noqa: N802
        if node.name is not None:
            self.bind(node.name, node)
        self.visit_all(ast.iter_child_nodes(node))

    def visit_MatchAs(self, node: ast.MatchAs) -> None:  # noqa: N802
        if node.name is not None:
            self.bind(node.name, node)
        self.visit_all(ast.iter_child_nodes(node))

    def visit_MatchStar(self, node: ast.MatchStar) -> None:  # noqa: N802
        if node.name is not None:
            self.bind(node.name, node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:  # noqa: N802
        if node.rest is not None:
            self.bind(node.rest, node)
        self.visit_all(ast.iter_child_nodes(node))

    def visit_alias(self, node: ast.alias) -> None:
        self.bind((node.asname or node.name).partition(".")[0], node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:  # noqa: N802
        self.bind(node.name, node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:  # noqa: N802
        self._nested(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:  # noqa: N802
        is_first = node.name not in self.scope.stored
        self._nested(node)
        if is_first:
            self.scope.async_functions.add(node.name)

    def visit_Lambda(self, node: ast.Lambda) -> None:  # noqa: N802
        self._nested(node)

    def _nested(self, node: Any) -> None:
        if not isinstance(node, ast.Lambda):
            self.visit_all(node.decorator_list)
            self.bind(node.name, node)
        self.visit_all([*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)])
        outer = self.scope
        self.scope = outer.children[node] = Scope(node, outer)
        self.enter_function(node)
        self.scope = outer

    def visit_ListComp(self, node: ast.ListComp) -> None:  # noqa: N802
        self._comprehension(node, [node.elt])

    def visit_SetComp(self, node: ast.SetComp) -> None:  # noqa: N802
        self._comprehension(node, [node.elt])

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:  # noqa: N802
        self._comprehension(node, [node.elt])

    def visit_DictComp(self, node: ast.DictComp) -> None:  # noqa: N802
        self._comprehension(node, [node.key, node.value])

    def _comprehension(self, node: Any, elements: list[ast.expr]) -> None:
        outer = self.scope
        self.visit(node.generators[0].iter)
        self.scope = outer.children[node] = Scope(node, outer)
        for number, generator in enumerate(node.generators):
            if number:
                self.visit(generator.iter)
            self.visit(generator.target)
            self.visit_all(generator.ifs)
        self.visit_all(elements)
        self.scope = outer
