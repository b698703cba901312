"""`Workflow.concurrent = True`: an awaited action is started where it stands and waited for at its first use.

`x = await act()` becomes `$f = start(act())`, and `x = await $f` before the first statement that names `x`: at the
latest where the block ends (a try block, a loop's iteration, the function). A rewrite of statements; lowering of the
result is the ordinary one.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.base import Node
from warren.ir.intrinsics import START
from warren.ir.walk import walk
from warren.ir.workflow import Function


@dataclass(frozen=True, slots=True)
class _Started:
    names: frozenset[str]
    join: st.Stmt


class DataflowRewrite:
    """Rewrites one function's body. `futures` are the variables that it added."""

    def __init__(self, function: Function, functions: Mapping[str, Function]) -> None:
        self._functions = functions
        self._shared = {*function.cells, *function.free}
        self.futures: list[str] = []

    def body(self, statements: st.Body) -> st.Body:
        """Rewrite a block; everything that it started is joined at its end."""
        out: list[st.Stmt] = []
        started: list[_Started] = []
        for statement in statements:
            names = self._names(statement)
            everything = _leaves_block(statement)
            for item in [item for item in started if everything or item.names & names]:
                out.append(item.join)
                started.remove(item)
            spread = self._spread(statement)
            if spread is None:
                out.append(self._inside(statement))
            else:
                out.append(spread[0])
                started.append(spread[1])
        out.extend(item.join for item in started)
        return tuple(out)

    def _spread(self, statement: st.Stmt) -> tuple[st.Stmt, _Started] | None:
        target: ex.Expr | None
        match statement:
            case st.Assign(targets=(target,), value=ex.Await(value=awaitable)):
                pass
            case st.ExprStmt(value=ex.Await(value=awaitable)):
                target = None
            case _:
                return None
        names = frozenset() if target is None else _plain_names(target)
        if names is None or names & self._shared or not _is_action(awaitable) or _has_await(awaitable):
            return None
        future = f"$future{len(self.futures) + 1}"
        self.futures.append(future)
        start = ex.Call(ex.Intrinsic(START), (awaitable,), (), awaitable.span)
        waited = ex.Await(ex.Local(future), statement.span)
        join: st.Stmt = (
            st.ExprStmt(waited, statement.span) if target is None else st.Assign((target,), waited, statement.span)
        )
        return st.Assign((ex.Local(future),), start, statement.span), _Started(names, join)

    def _inside(self, statement: st.Stmt) -> st.Stmt:
        """The statement with the blocks in it rewritten."""
        changed: dict[str, Any] = {}
        for name in ("body", "orelse", "final"):
            block = getattr(statement, name, ())
            if block:
                changed[name] = self.body(block)
        for name in ("handlers", "cases"):
            parts = getattr(statement, name, ())
            if parts:
                changed[name] = tuple(dataclasses.replace(part, body=self.body(part.body)) for part in parts)
        return cast("st.Stmt", dataclasses.replace(cast("Any", statement), **changed)) if changed else statement

    def _names(self, node: Node) -> frozenset[str]:
        names: set[str] = set()
        for part in walk(node):
            if isinstance(part, ex.Local | ex.Walrus):
                names.add(part.name)
            elif isinstance(part, ex.MakeFunction):
                names.update(self._functions[part.function].free)
            elif isinstance(part, st.ExceptHandler | st.MatchAs | st.MatchStar) and part.name is not None:
                names.add(part.name)
            elif isinstance(part, st.MatchMapping) and part.rest is not None:
                names.add(part.rest)
        return frozenset(names)


def _plain_names(target: ex.Expr) -> frozenset[str] | None:
    if not all(isinstance(part, ex.Local | ex.Display | ex.Starred) for part in walk(target)):
        return None
    return frozenset(part.name for part in walk(target) if isinstance(part, ex.Local))


def _is_action(awaitable: ex.Expr) -> bool:
    match awaitable:
        case ex.Call(func=ex.ActionRef() | ex.ChildRef()) | ex.Call(func=ex.Intrinsic(name="run_action")):
            return True
        case _:
            return False


def _has_await(expr: ex.Expr) -> bool:
    return any(isinstance(part, ex.Await) for part in walk(expr))


def _leaves_block(statement: st.Stmt) -> bool:
    return any(isinstance(part, st.Return | st.Break | st.Continue | st.Raise) for part in walk(statement))
