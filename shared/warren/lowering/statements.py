"""Statements of an async function to nodes. What contains no await and does not leave its place stays plain code."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

from warren.errors import InternalError
from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.base import Node
from warren.ir.program import BranchNode, LoopNode, RaiseNode
from warren.ir.walk import children
from warren.ir.workflow import Function, TypeDef
from warren.lowering.assembler import Label
from warren.lowering.expressions import ExpressionLifter
from warren.lowering.unwinding import Loop, Scope, TryLowering


class StatementLowering(TryLowering, ExpressionLifter):
    """Lowers the body of one async function into its assembler."""

    def __init__(self, function: Function, functions: Mapping[str, Function], types: Mapping[str, TypeDef]) -> None:
        super().__init__(function, functions, types)
        self.scopes: list[Scope] = []
        self.caught: list[str] = []
        """Temporaries that hold the exception of each enclosing handler, innermost last."""

    def body(self, statements: st.Body) -> None:
        """Lower a sequence of statements."""
        for statement in statements:
            mark = self.mark()
            self.statement(statement)
            self.release(mark)

    def statement(self, statement: st.Stmt) -> None:
        """Lower one statement."""
        if isinstance(statement, st.Pass):
            return
        if not self.waits(statement) and not leaves(statement):
            self.asm.code(statement)
            return
        match statement:
            case st.Assign():
                self._assign(statement)
            case st.AugAssign():
                self._augment(statement)
            case st.ExprStmt(value=ex.Await(value=awaited)):
                self.wait_and_drop(self.lift(awaited), statement)
            case st.ExprStmt():
                self.asm.code(dataclasses.replace(statement, value=self.lift(statement.value)))
            case st.Return():
                self.leave_with_return(statement)
            case st.If():
                self._if(statement)
            case st.While():
                self._while(statement)
            case st.For():
                self._for(statement)
            case st.Break() | st.Continue():
                self.leave_loop(statement)
            case st.Try():
                self.try_statement(statement)
            case st.Raise():
                self._raise(statement)
            case st.Assert():
                self._assert(statement)
            case st.Match():
                self._match(statement)
            case st.AsyncWith():
                self.async_with(statement)
            case st.Delete():
                self.asm.code(self._with_lifted_targets(statement))
            case _:
                raise InternalError(f"a {type(statement).__name__} cannot wait")

    def wait_and_drop(self, awaitable: ex.Expr, statement: st.Stmt) -> None:
        """Wait for something whose result nobody wants."""
        self.wait(awaitable, statement.span)

    # assignments

    def _assign(self, statement: st.Assign) -> None:
        value, targets = statement.value, statement.targets
        if isinstance(value, ex.Await) and len(targets) == 1 and self._is_plain(targets[0]):
            target = targets[0]
            assert isinstance(target, ex.Local)
            self.wait(self.lift(value.value), statement.span, result=target.name)
            return
        lifted = self.lift(value)
        if not any(self.waits(target) for target in targets):
            self.asm.code(st.Assign(targets, lifted, statement.span))
            return
        lifted = self.spill(lifted)
        for target in targets:
            self._assign_waiting(target, lifted, statement)

    def _assign_waiting(self, target: ex.Expr, value: ex.Expr, statement: st.Assign) -> None:
        """Unpack, then evaluate and assign one place after the other, as CPython does."""
        if not self.waits(target) or not isinstance(target, ex.Display):
            self.asm.code(st.Assign((self.lift(target),), value, statement.span))
            return
        places: list[tuple[ex.Expr, ex.Expr]] = []
        parts: list[ex.Expr] = []
        for item in target.items:
            kept = ex.Local(self.temporary())
            if isinstance(item, ex.Starred):
                places.append((item.value, kept))
                parts.append(ex.Starred(kept))
            else:
                places.append((item, kept))
                parts.append(kept)
        self.asm.code(st.Assign((ex.Display(target.kind, tuple(parts)),), value, statement.span))
        for place, part in places:
            self._assign_waiting(place, part, statement)

    def _is_plain(self, target: ex.Expr) -> bool:
        function = self.function
        return isinstance(target, ex.Local) and target.name not in function.cells and target.name not in function.free

    def _augment(self, statement: st.AugAssign) -> None:
        target = statement.target
        match target:
            case ex.Local():
                place: ex.Expr = target
            case ex.Attribute():
                place = ex.Attribute(self.spill(self.lift(target.value)), target.name, target.span)
            case ex.Subscript():
                value = self.lift(target.value)
                index_waits = self.waits(target.index)
                value = self.spill(value)
                index = self.lift(target.index)
                place = ex.Subscript(value, self.spill(index) if not index_waits else index, target.span)
            case _:
                raise InternalError(f"augmented assignment to a {type(target).__name__}")
        current = self.temporary()
        self.set(current, place)
        operand = self.lift(statement.value)
        self.asm.code(
            st.AugAssign(ex.Local(current), statement.op, operand, statement.span),
            st.Assign((place,), ex.Local(current), statement.span),
        )

    def _with_lifted_targets(self, statement: st.Delete) -> st.Delete:
        return dataclasses.replace(statement, targets=tuple(self.lift(target) for target in statement.targets))

    # control flow

    def _if(self, statement: st.If) -> None:
        then, orelse, end = Label(), Label(), Label()
        self.branch(statement.test, then, orelse, statement.test.span or statement.span)
        self.asm.place(then)
        self.body(statement.body)
        self.asm.jump(end)
        self.asm.place(orelse)
        self.body(statement.orelse)
        self.asm.place(end)

    def _while(self, statement: st.While) -> None:
        top, inside, orelse, end = Label(), Label(), Label(), Label()
        self.asm.place(top)
        if isinstance(statement.test, ex.Const) and statement.test.encoded is True:
            self.asm.jump(inside)
        else:
            self.branch(statement.test, inside, orelse, statement.test.span or statement.span)
        self._loop_body(statement, top, inside, orelse, end)

    def _for(self, statement: st.For) -> None:
        top, inside, orelse, end = Label(), Label(), Label(), Label()
        iterator = self.temporary()
        self.start_iteration(iterator, statement.iterable)
        self.asm.place(top)
        target = statement.target
        if self.waits(target):  # take the item first, and assign it to its place in the body
            target = ex.Local(self.temporary())
            into = st.Assign((statement.target,), target, statement.span)
            statement = dataclasses.replace(statement, body=(into, *statement.body))
        self.asm.emit(LoopNode, statement.span, iterator=iterator, target=target, body=inside, exit=orelse)
        self._loop_body(statement, top, inside, orelse, end)

    def _loop_body(self, statement: st.While | st.For, top: Label, inside: Label, orelse: Label, end: Label) -> None:
        self.asm.place(inside)
        self.scopes.append(Loop(top, end))
        self.body(statement.body)
        self.scopes.pop()
        self.asm.jump(top)
        self.asm.place(orelse)
        self.body(statement.orelse)
        self.asm.place(end)

    def _raise(self, statement: st.Raise) -> None:
        if statement.error is None:
            self.asm.emit(RaiseNode, statement.span, error=self.caught[-1])
            return
        error = self.lift(statement.error)
        if statement.cause is not None and self.waits(statement.cause):
            error = self.spill(error)
        cause = statement.cause and self.lift(statement.cause)
        self.asm.code(st.Raise(error, cause, statement.span))

    def _assert(self, statement: st.Assert) -> None:
        passed, failed = Label(), Label()
        self.branch(statement.test, passed, failed, statement.span)
        self.asm.place(failed)
        args = () if statement.message is None else (self.lift(statement.message),)
        self.asm.code(st.Raise(ex.Call(ex.TypeName("builtins:AssertionError"), args), None, statement.span))
        self.asm.place(passed)

    def _match(self, statement: st.Match) -> None:
        """Choose the case in plain code, then branch to its body."""
        if any(case.guard is not None and self.waits(case.guard) for case in statement.cases):
            self._match_one_by_one(statement)
            return
        choice, end = self.temporary(), Label()
        cases = []
        for number, case in enumerate(statement.cases):
            chosen = st.Assign((ex.Local(choice),), ex.Const(number))
            cases.append(st.MatchCase(case.pattern, (chosen,), case.guard))
        subject = self.lift(statement.subject)
        self.set(choice, ex.Const(-1))
        self.asm.code(st.Match(subject, tuple(cases), statement.span))
        for number, case in enumerate(statement.cases):
            then, following = Label(), Label()
            test = ex.Compare(ex.Local(choice), ("==",), (ex.Const(number),))
            self.asm.emit(BranchNode, statement.span, test=test, then=then, orelse=following)
            self.asm.place(then)
            self.body(case.body)
            self.asm.jump(end)
            self.asm.place(following)
        self.asm.place(end)

    def _match_one_by_one(self, statement: st.Match) -> None:
        """Try each pattern by itself, so that its guard can wait before the next one is tried."""
        choice, end = self.temporary(), Label()
        subject = self.spill(self.lift(statement.subject))
        for case in statement.cases:
            then, inside, following = Label(), Label(), Label()
            chosen = st.Assign((ex.Local(choice),), ex.Const(True))
            self.set(choice, ex.Const(False))
            self.asm.code(st.Match(subject, (st.MatchCase(case.pattern, (chosen,)),), statement.span))
            self.asm.emit(BranchNode, statement.span, test=ex.Local(choice), then=then, orelse=following)
            self.asm.place(then)
            if case.guard is not None:
                self.branch(case.guard, inside, following, case.guard.span)
            self.asm.place(inside)
            self.body(case.body)
            self.asm.jump(end)
            self.asm.place(following)
        self.asm.place(end)


def leaves(statement: st.Stmt) -> bool:
    """Whether running the statement may leave it otherwise than by its end or an exception that it made itself."""
    return _leaves(statement, in_loop=False, in_handler=False)


def _leaves(node: Node, *, in_loop: bool, in_handler: bool) -> bool:
    match node:
        case st.Return():
            return True
        case st.Break() | st.Continue():
            return not in_loop
        case st.Raise(error=None):
            return not in_handler
        case st.While() | st.For():
            return any(_leaves(part, in_loop=True, in_handler=in_handler) for part in node.body) or any(
                _leaves(part, in_loop=in_loop, in_handler=in_handler) for part in node.orelse
            )
        case st.ExceptHandler():
            return any(_leaves(part, in_loop=in_loop, in_handler=True) for part in node.body)
        case ex.Expr():
            return False
        case _:
            return any(_leaves(part, in_loop=in_loop, in_handler=in_handler) for part in children(node))
