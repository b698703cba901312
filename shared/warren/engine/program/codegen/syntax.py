"""Short ways to build Python syntax trees. Names of the engine's own start with `@`, which no user's name can."""

from __future__ import annotations

import ast
from typing import Any

from warren.engine.namespace import Global

LOAD, STORE, DEL = ast.Load(), ast.Store(), ast.Del()


def name(identifier: str, context: ast.expr_context = LOAD) -> ast.Name:
    """A variable."""
    return ast.Name(identifier, context)


def call(function: str | ast.expr, *args: ast.expr, keywords: list[ast.keyword] | None = None) -> ast.Call:
    """A call of a global of the engine's, or of any expression."""
    return ast.Call(name(function) if isinstance(function, str) else function, list(args), keywords or [])


def constant(value: Any) -> ast.Constant:
    """A literal."""
    return ast.Constant(value)


def attribute(value: ast.expr, attr: str, context: ast.expr_context = LOAD) -> ast.Attribute:
    """`value.attr`, unguarded: for the engine's own objects only."""
    return ast.Attribute(value, attr, context)


def item(value: ast.expr, index: int, context: ast.expr_context = LOAD) -> ast.Subscript:
    """`value[index]`."""
    return ast.Subscript(value, constant(index), context)


def assign(target: ast.expr, value: ast.expr) -> ast.Assign:
    """`target = value`."""
    return ast.Assign([target], value)


def tick(steps: int = 1) -> list[ast.stmt]:
    """Take steps: `@budget.steps -= 1; if @budget.steps < 0: @budget.out_of_steps()`."""
    return _take("steps", steps)


def deeper(body: list[ast.stmt]) -> list[ast.stmt]:
    """The body of a function that may call itself: one call deeper while it runs."""
    back = ast.AugAssign(attribute(name(Global.BUDGET), "calls", STORE), ast.Add(), constant(1))
    return [*_take("calls", 1), ast.Try(body, [], [], [back])]


def _take(what: str, count: int) -> list[ast.stmt]:
    left = attribute(name(Global.BUDGET), what, STORE)
    test = ast.Compare(attribute(name(Global.BUDGET), what), [ast.Lt()], [constant(0)])
    stop = ast.Expr(call(attribute(name(Global.BUDGET), f"out_of_{what}")))
    return [ast.AugAssign(left, ast.Sub(), constant(count)), ast.If(test, [stop], [])]


def arguments(params: list[tuple[str, str, bool]]) -> ast.arguments:
    """A signature from (name, kind, has default) triples, kinds as in `ir.Param`; defaults are None and set later."""
    found = ast.arguments(posonlyargs=[], args=[], vararg=None, kwonlyargs=[], kw_defaults=[], kwarg=None, defaults=[])
    for parameter, kind, has_default in params:
        arg = ast.arg(parameter)
        default = constant(None) if has_default else None
        match kind:
            case "positional" | "normal":
                (found.posonlyargs if kind == "positional" else found.args).append(arg)
                if default is not None:
                    found.defaults.append(default)
            case "args":
                found.vararg = arg
            case "keyword":
                found.kwonlyargs.append(arg)
                found.kw_defaults.append(default)
            case "kwargs":
                found.kwarg = arg
    return found


def function(identifier: str, args: ast.arguments, body: list[ast.stmt]) -> ast.FunctionDef:
    """A function definition."""
    made = ast.FunctionDef(identifier, args, body or [ast.Pass()], [], None)
    if "type_params" in ast.FunctionDef._fields:
        made.type_params = []  # type: ignore[attr-defined,unused-ignore]  # exists from Python 3.12
    return made


def located(module: ast.Module) -> ast.Module:
    """The module with a place in every node, which the compiler wants: always the same one."""
    waiting: list[ast.AST] = [module]
    while waiting:
        node: Any = waiting.pop()
        if node._attributes:
            node.lineno = node.end_lineno = 1
            node.col_offset = node.end_col_offset = 0
        for name in node._fields:
            part = getattr(node, name, None)
            if part.__class__ is list:
                waiting.extend([item for item in part if isinstance(item, ast.AST)])
            elif isinstance(part, ast.AST):
                waiting.append(part)
    return module
