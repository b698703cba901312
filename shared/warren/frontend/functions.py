"""Functions from the syntax tree to the IR: their parameters, and those that are nested in another one.

Must not know what stands in a function.
"""

from __future__ import annotations

from typing import Any

from warren.frontend.builder import Builder
from warren.frontend.sources import FunctionNode
from warren.ir.expressions import Const, Expr, Keyword, MakeFunction, Param


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


def make_function(b: Builder, node: Any, name: str) -> Expr:
    """Compile a lambda or nested function, and the expression that makes it."""
    arguments = node.args
    positional = [*arguments.posonlyargs, *arguments.args]
    pairs = [
        *zip(positional[len(positional) - len(arguments.defaults) :], arguments.defaults, strict=True),
        *((one, default) for one, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True) if default),
    ]
    defaults = tuple(Keyword(b.expr(default), argument.arg) for argument, default in pairs)
    key, inner = b.nested(node, name)
    names = [default.name or "" for default in defaults]
    b.compilation.functions[key] = inner.function(node, name, parameters(node, dict.fromkeys(names, Const(None))))
    return MakeFunction(key, defaults, span=b.span(node))
