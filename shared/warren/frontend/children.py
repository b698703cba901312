"""Child runs: `await OtherWorkflow().run(...)` inside a workflow starts a run of its own and waits for its outcome."""

from __future__ import annotations

import ast
from typing import Any

from warren.contracts import marks
from warren.errors import RefusalCode
from warren.frontend.builder import Builder
from warren.frontend.names import Object, find
from warren.frontend.refusals import Refusal
from warren.ir.expressions import ChildRef, Expr
from warren.ir.workflow import WorkflowIR

_ITSELF = Refusal(
    RefusalCode.CHILD_RUN,
    "{name} starts itself as a child run, which is not known when it is compiled",
    "call a helper method that does the work again: `await self.helper(...)`",
)
_OPTION = Refusal(
    RefusalCode.CHILD_RUN,
    "a child run takes the arguments of its run() only, not {name}",
    "leave the option out; to start a run without waiting for it, do it in an @action",
)


def visit_child(b: Builder, node: ast.Call) -> Expr | None:
    """The child run that `OtherWorkflow().run` refers to; None if the call is something else."""
    function = node.func
    if not (isinstance(function, ast.Attribute) and function.attr == "run" and isinstance(function.value, ast.Call)):
        return None
    found = find(b, function.value.func)
    if not isinstance(found, Object) or not isinstance(found.value, type):
        return None
    if found.value is b.unit.workflow:
        return b.refuse(node, _ITSELF.named(found.text))
    ir: Any = vars(found.value).get(marks.IR)
    if not isinstance(ir, WorkflowIR) or function.value.args or function.value.keywords:
        return None
    for keyword in node.keywords:
        if keyword.arg is not None and keyword.arg.startswith("_"):
            return b.refuse(keyword.value, _OPTION.named(f"{keyword.arg}="))
    run = ir.functions.get(ir.entry)  # None of a workflow that is refused, after which `warren check` goes on
    return ChildRef(ir.name, run.params[1:] if run is not None else (), span=b.span(function))
