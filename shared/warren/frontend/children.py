"""Child runs: `await OtherWorkflow().run(...)` inside a workflow starts a run of its own and waits for its outcome, and
`await OtherWorkflow().start(...)` gives a handle of it. With options, both are functions of the prelude's.
"""

from __future__ import annotations

import ast
import copy
from typing import Any, Final

from warren.contracts import marks
from warren.errors import RefusalCode
from warren.frontend.builder import Builder
from warren.frontend.names import ClassMember, Object, find
from warren.frontend.options import check_option
from warren.frontend.refusals import Refusal
from warren.frontend.values import emit
from warren.ir.expressions import Call, ChildRef, Expr, Keyword
from warren.ir.workflow import WorkflowIR
from warren.prelude.children import run_child, start_child

_ITSELF = Refusal(
    RefusalCode.CHILD_RUN,
    "{name} starts itself as a child run, which is not known when it is compiled",
    "call a helper method that does the work again: `await self.helper(...)`",
)
OPTIONS: Final = ("_key", "_parent_close_policy", "_retry", "_execution_timeout")
_OPTION = Refusal(
    RefusalCode.CHILD_RUN,
    "a child run has no option {name}",
    f"the options are {', '.join(OPTIONS)}; all else is an argument of its run()",
)
_INSTEAD = {
    "_run_id": "leave it out: a child's id is made from its parent's, and `handle.id` tells it",
    "_signal": "send it when the child is there: `await handle.signal(...)`",
    "_blocking": "`handle = await Child().start(...)` starts a child run without waiting for its outcome",
}
_ORDER = Refusal(
    RefusalCode.CHILD_RUN,
    "{name} stands before an argument of run(), and both call something",
    "write the options of a child run behind the arguments of its run()",
)
_NAMES_OF_CHECKS = {"_retry": "retry", "_execution_timeout": "timeout"}


class ChildStart:
    """A call that starts a child run: the call of its `run()`, the options, and the prelude's function for these."""

    def __init__(self, ref: ChildRef, node: ast.Call, function: Any) -> None:
        self.ref = ref
        self.options = [keyword for keyword in node.keywords if _is_option(keyword)]
        self.call = copy.copy(node)
        self.call.keywords = [keyword for keyword in node.keywords if not _is_option(keyword)]
        self.function = function
        """None where the call is all that there is: then it is awaited as it stands."""

    def expression(self, b: Builder, node: ast.Call, call: Expr) -> Expr:
        """What is written: `call` is that of the child's `run()`."""
        if self.function is None:
            return call
        options = tuple(Keyword(b.expr(keyword.value), keyword.arg) for keyword in self.options)
        function = emit(b, node.func, self.function, ast.unparse(node.func))
        return Call(function, (call,), options, span=b.span(node))


def visit_child(b: Builder, node: ast.Call) -> ChildStart | Expr | None:
    """The child run that `OtherWorkflow().run(...)` or `.start(...)` starts; None if the call is something else.

    An expression in its place says that it was refused.
    """
    function = node.func
    if not (isinstance(function, ast.Attribute) and function.attr in {"run", "start"}):
        return None
    made = function.value
    if not isinstance(made, ast.Call):
        return None
    found = find(b, made.func)
    if not isinstance(found, Object) or not isinstance(found.value, type):
        return None
    if found.value is b.unit.workflow:
        return b.refuse(node, _ITSELF.named(found.text))
    ir: Any = vars(found.value).get(marks.IR)
    if not isinstance(ir, WorkflowIR) or made.args or made.keywords:
        return None
    if (refused := _check_options(b, node)) is not None:
        return refused
    run = ir.functions.get(ir.entry)  # None of a workflow that is refused, after which `warren check` goes on
    ref = ChildRef(ir.name, run.params[1:] if run is not None else (), span=b.span(function))
    has_options = any(_is_option(keyword) for keyword in node.keywords)
    return ChildStart(ref, node, start_child if function.attr == "start" else run_child if has_options else None)


def _is_option(keyword: ast.keyword) -> bool:
    return keyword.arg is not None and keyword.arg.startswith("_")


def _check_options(b: Builder, node: ast.Call) -> Expr | None:
    """Refuse what is no option, or cannot be meant; the expression of the refusal, where there is one."""
    for number, keyword in enumerate(node.keywords):
        name = keyword.arg
        if name is None or not _is_option(keyword):
            continue
        if name not in OPTIONS:
            refusal = _OPTION.named(f"{name}=")
            if name in _INSTEAD:
                refusal = Refusal(refusal.code, refusal.message, _INSTEAD[name])
            return b.refuse(keyword.value, refusal)
        if name in _NAMES_OF_CHECKS:
            check_option(b, _NAMES_OF_CHECKS[name], keyword.value, shown=name)
        later = [one for one in node.keywords[number + 1 :] if not _is_option(one)]
        if _calls(keyword.value) and any(_calls(one.value) for one in later):
            return b.refuse(keyword.value, _ORDER.named(f"{name}="))
    return None


def _calls(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Call | ast.Await | ast.NamedExpr) for part in ast.walk(node))


def with_signal_name(b: Builder, node: ast.Call) -> ast.Call:
    """The call of a handle's `signal` with the name of the signal, where it is given by the workflow's class."""
    if not (isinstance(node.func, ast.Attribute) and node.func.attr == "signal"):
        return node
    made = copy.copy(node)
    made.args = [_named(b, argument) if not number else argument for number, argument in enumerate(node.args)]
    made.keywords = [
        ast.copy_location(ast.keyword(one.arg, _named(b, one.value)), one) if one.arg == "signal" else one
        for one in node.keywords
    ]
    return made


def _named(b: Builder, node: ast.expr) -> ast.expr:
    found = find(b, node)
    if not isinstance(found, ClassMember) or marks.IR not in vars(found.owner):
        return node
    is_signal = marks.is_signal(found.raw) or hasattr(type(found.raw), marks.MAILBOX)
    return ast.copy_location(ast.Constant(found.name), node) if is_signal else node
