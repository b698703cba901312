"""Statements from the syntax tree to the IR, as a table by syntax class; one may become none or several.

Must not know expressions.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from warren.errors import RefusalCode
from warren.frontend import refusals
from warren.frontend.builder import Builder
from warren.frontend.calls import construction
from warren.frontend.functions import make_function
from warren.frontend.intrinsic_table import intrinsic_name
from warren.frontend.names import Object, find
from warren.frontend.operators import BINARY
from warren.frontend.refusals import Refusal
from warren.ir.expressions import ActionRef, Call, Expr, FunctionRef, Intrinsic, Keyword, Local, TypeName
from warren.ir.intrinsics import OWN_CONTEXTS
from warren.ir.statements import (
    Assert,
    Assign,
    AsyncWith,
    AugAssign,
    Break,
    Continue,
    Delete,
    ExceptHandler,
    ExprStmt,
    For,
    If,
    Match,
    MatchCase,
    Pass,
    Raise,
    Return,
    Stmt,
    Try,
    While,
    WithItem,
)

Visitor = Callable[[Builder, Any], Sequence[Stmt]]

_AWAITABLE = frozenset({"asyncio.sleep", "asyncio.gather", "asyncio.wait_for", "run_action"})


def _function(b: Builder, node: ast.FunctionDef | ast.AsyncFunctionDef) -> Sequence[Stmt]:
    for decorator in node.decorator_list:
        b.refuse(
            decorator,
            Refusal(
                RefusalCode.UNSUPPORTED_STATEMENT,
                "a decorator on a nested function is not supported in a workflow",
                "remove it, and do what it does inside the function or at its calls",
            ),
        )
    if getattr(node, "type_params", None):
        b.refuse(
            node,
            Refusal(
                RefusalCode.UNSUPPORTED_STATEMENT,
                "type parameters on a nested function are not supported in a workflow",
                "remove them, or move the function to module level",
            ),
        )
    return [Assign((Local(node.name, span=b.span(node)),), make_function(b, node, node.name), span=b.span(node))]


def _return(b: Builder, node: ast.Return) -> Sequence[Stmt]:
    return [Return(b.optional(node.value), span=b.span(node))]


def _delete(b: Builder, node: ast.Delete) -> Sequence[Stmt]:
    return [Delete(tuple(b.target(target) for target in node.targets), span=b.span(node))]


def _assign(b: Builder, node: ast.Assign) -> Sequence[Stmt]:
    value = b.expr(node.value)
    return [Assign(tuple(b.target(target) for target in node.targets), value, span=b.span(node))]


def _augmented(b: Builder, node: ast.AugAssign) -> Sequence[Stmt]:
    target = b.target(node.target)
    return [AugAssign(target, BINARY[type(node.op).__name__], b.expr(node.value), span=b.span(node))]


def _annotated(b: Builder, node: ast.AnnAssign) -> Sequence[Stmt]:
    if node.value is not None:
        value = b.expr(node.value)
        return [Assign((b.target(node.target),), value, span=b.span(node))]
    if not isinstance(node.target, ast.Name) and not isinstance(getattr(node.target, "value", None), ast.Name):
        b.refuse(
            node,
            Refusal(
                RefusalCode.UNSUPPORTED_STATEMENT,
                "an annotation without a value is only supported on a plain name",
                "give it a value, or remove it",
            ),
        )
    return []


def _for(b: Builder, node: ast.For) -> Sequence[Stmt]:
    iterable = b.expr(node.iter)
    target = b.target(node.target)
    return [For(target, iterable, b.body(node.body), b.body(node.orelse), span=b.span(node))]


def _while(b: Builder, node: ast.While) -> Sequence[Stmt]:
    return [While(b.expr(node.test), b.body(node.body), b.body(node.orelse), span=b.span(node))]


def _if(b: Builder, node: ast.If) -> Sequence[Stmt]:
    found = find(b, node.test) if isinstance(node.test, ast.Name | ast.Attribute) else None
    if isinstance(found, Object) and found.text.rpartition(".")[2] == "TYPE_CHECKING" and found.value is False:
        return b.body(node.orelse) if node.orelse else []
    return [If(b.expr(node.test), b.body(node.body), b.body(node.orelse), span=b.span(node))]


def _match(b: Builder, node: ast.Match) -> Sequence[Stmt]:
    subject = b.expr(node.subject)
    cases = tuple(MatchCase(b.pattern(case.pattern), b.body(case.body), b.optional(case.guard)) for case in node.cases)
    return [Match(subject, cases, span=b.span(node))]


def _raise(b: Builder, node: ast.Raise) -> Sequence[Stmt]:
    if node.exc is None and not b.handlers:
        b.refuse(
            node,
            Refusal(
                RefusalCode.BARE_RAISE,
                "a bare `raise` outside an `except` block re-raises nothing",
                "name the exception: `raise ValueError(...)`, or move it into the `except` block",
            ),
        )
    error = b.optional(node.exc)
    if isinstance(error, TypeName) and node.exc is not None:  # `raise E` makes `E()`, which may be the user's own code
        error = construction(b, node.exc, error)
    return [Raise(error, b.optional(node.cause), span=b.span(node))]


def _try(b: Builder, node: ast.Try) -> Sequence[Stmt]:
    body = b.body(node.body)
    handlers = []
    for handler in node.handlers:
        types = b.optional(handler.type)
        b.handlers += 1
        handlers.append(ExceptHandler(b.body(handler.body), types, handler.name, span=b.span(handler)))
        b.handlers -= 1
    return [Try(body, tuple(handlers), b.body(node.orelse), b.body(node.finalbody), span=b.span(node))]


def _assert(b: Builder, node: ast.Assert) -> Sequence[Stmt]:
    return [Assert(b.expr(node.test), b.optional(node.msg), span=b.span(node))]


def _expression(b: Builder, node: ast.Expr) -> Sequence[Stmt]:
    if isinstance(node.value, ast.Constant):  # a docstring, or `...`
        return []
    value = b.expr(node.value)
    if isinstance(node.value, ast.Call) and _is_awaitable(b, node.value, value):
        name = ast.unparse(node.value.func)
        b.refuse(
            node,
            Refusal(
                RefusalCode.MISSING_AWAIT,
                f"{name}(...) is not awaited, so it would never run",
                f"add await: `await {name}(...)`; to let it run alongside, `task = asyncio.create_task({name}(...))`",
            ),
        )
    return [ExprStmt(value, span=b.span(node))]


def _is_awaitable(b: Builder, node: ast.Call, value: Expr) -> bool:
    """Whether the call certainly makes an awaitable."""
    if isinstance(node.func, ast.Name):
        owner = b.scope.owner(node.func.id)
        if owner is not None:
            return node.func.id in owner.async_functions
    match value:
        case Call(ActionRef()):
            return True
        case Call(Intrinsic(name)):
            return name in _AWAITABLE
        case Call(FunctionRef(key)):
            return b.compilation.is_async(key)
    return False


def _pass(b: Builder, node: ast.Pass) -> Sequence[Stmt]:
    return [Pass(span=b.span(node))]


def _break(b: Builder, node: ast.Break) -> Sequence[Stmt]:
    return [Break(span=b.span(node))]


def _continue(b: Builder, node: ast.Continue) -> Sequence[Stmt]:
    return [Continue(span=b.span(node))]


def _declaration(b: Builder, node: ast.Global | ast.Nonlocal) -> Sequence[Stmt]:
    return []  # `scopes` has read it; assigning to a global is refused where it happens


def _async_with(b: Builder, node: ast.AsyncWith) -> Sequence[Stmt]:
    items = []
    for written in node.items:
        context = _context(b, written.context_expr)
        target = None if written.optional_vars is None else b.target(written.optional_vars)
        items.append(WithItem(context, target))
    body = b.body(node.body)
    for item in reversed(items):
        body = (AsyncWith(item, body, span=b.span(node)),)
    return body


def _context(b: Builder, node: ast.expr) -> Expr:
    found = find(b, node.func) if isinstance(node, ast.Call) else None
    name = intrinsic_name(found.value) if isinstance(found, Object) else None
    if not isinstance(node, ast.Call) or name not in OWN_CONTEXTS:
        context = b.expr(node)
        if isinstance(node, ast.Call) and _is_awaitable(b, node, context):
            return b.refuse(
                node,
                Refusal(
                    RefusalCode.CONTEXT_MANAGER,
                    f"`async with` takes an object with `__aenter__`; {ast.unparse(node.func)}(...) is to be awaited",
                    "await it: `async with await open_it():`; what needs an outside resource belongs into an @action",
                ),
            )
        return context
    keywords = tuple(Keyword(b.expr(keyword.value), keyword.arg) for keyword in node.keywords)
    return Call(Intrinsic(name or "", span=b.span(node.func)), b.exprs(node.args), keywords, span=b.span(node))


def _refused(name: str) -> Visitor:
    def refuse(b: Builder, node: Any) -> Sequence[Stmt]:
        place = node.items[0].context_expr if name == "With" else node.iter if name == "AsyncFor" else node
        b.refuse(place, refusals.STATEMENTS[name])
        for field in ("body", "handlers", "orelse", "finalbody"):
            for part in getattr(node, field, ()) if name != "ClassDef" else ():
                b.body(part.body if isinstance(part, ast.ExceptHandler) else [part])
        return []

    return refuse


STATEMENTS: dict[str, Visitor] = {
    "FunctionDef": _function,
    "AsyncFunctionDef": _function,
    "ClassDef": _refused("ClassDef"),
    "Return": _return,
    "Delete": _delete,
    "Assign": _assign,
    "TypeAlias": _refused("TypeAlias"),
    "AugAssign": _augmented,
    "AnnAssign": _annotated,
    "For": _for,
    "AsyncFor": _refused("AsyncFor"),
    "While": _while,
    "If": _if,
    "With": _refused("With"),
    "AsyncWith": _async_with,
    "Match": _match,
    "Raise": _raise,
    "Try": _try,
    "TryStar": _refused("TryStar"),
    "Assert": _assert,
    "Import": _refused("Import"),
    "ImportFrom": _refused("ImportFrom"),
    "Global": _declaration,
    "Nonlocal": _declaration,
    "Expr": _expression,
    "Pass": _pass,
    "Break": _break,
    "Continue": _continue,
}
"""Every statement class of Python 3.11 to 3.14."""
