"""try, finally, and every way out of a block: return, break and continue through what must run on the way.

A `finally` block exists once. The code that enters it first notes in a temporary (the selector) where to go afterwards,
and a switch at its end goes there:

    selector = k; jump to the block        (k: 0 the statement's end, 1 raise again, 2... a return, break or continue)
    handler:  error = exception; selector = 1; the block
    the block; switch on the selector
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.base import Span
from warren.ir.intrinsics import DISCARD, ENTER, ENTER_OTHER, EXIT, EXIT_OTHER, MATCHES, OWN_CONTEXTS
from warren.ir.program import AwaitNode, BranchNode, HandlerNode, RaiseNode, ReturnNode, SwitchNode
from warren.lowering.assembler import Label
from warren.lowering.expressions import ExpressionLifter


@dataclass(slots=True)
class Loop:
    """A loop around the current statement."""

    top: Label
    end: Label


@dataclass(slots=True)
class Cleanup:
    """Plain code to run when the block is left early: the end of an `except ... as name`."""

    code: tuple[st.Stmt, ...]
    outer: Label | None


@dataclass(slots=True)
class Finally:
    """A `finally` around the current statement, and where it goes on."""

    entry: Label
    selector: str
    value: str
    """Temporary for the value of a return that passes through."""
    outer: Label | None
    """What handles exceptions outside."""
    exits: list[Label] = field(default_factory=list)

    def exit(self) -> tuple[int, Label]:
        """Another way on: its number for the selector, and the label to place."""
        label = Label()
        self.exits.append(label)
        return len(self.exits) - 1, label


Scope = Loop | Cleanup | Finally


class TryLowering(ExpressionLifter):
    """The part of statement lowering that handles exceptions and early exits."""

    scopes: list[Scope]
    caught: list[str]

    def body(self, statements: st.Body) -> None:
        """Lower a sequence of statements; the statement lowering has it."""
        raise NotImplementedError

    # leaving

    def leave_with_return(self, statement: st.Return) -> None:
        """Lower a return."""
        value = None if statement.value is None else self.lift(statement.value)
        if not self.scopes_to_leave(None):
            self.asm.emit(ReturnNode, statement.span, value=value)
            return
        self._unwind(ex.Const(None) if value is None else value, statement.span)

    def leave_loop(self, statement: st.Break | st.Continue) -> None:
        """Lower a break or continue."""
        loop = next(scope for scope in reversed(self.scopes) if isinstance(scope, Loop))
        target = loop.end if isinstance(statement, st.Break) else loop.top
        saved, handler = list(self.scopes), self.asm.handler
        self._leave_until(loop, None)
        self.asm.jump(target)
        self.scopes[:], self.asm.handler = saved, handler

    def scopes_to_leave(self, until: Loop | None) -> list[Scope]:
        """Scopes with something to run, from the innermost out to `until` (or all)."""
        found: list[Scope] = []
        for scope in reversed(self.scopes):
            if scope is until:
                break
            if not isinstance(scope, Loop):
                found.append(scope)
        return found

    def _unwind(self, value: ex.Expr, span: Span | None) -> None:
        saved, handler = list(self.scopes), self.asm.handler
        kept = self.spill(value)
        kept = self._leave_until(None, kept)
        self.asm.emit(ReturnNode, span, value=kept)
        self.scopes[:], self.asm.handler = saved, handler

    def _leave_until(self, until: Loop | None, value: ex.Expr | None) -> ex.Expr | None:
        """Emit what must run on the way out; carries a return value along; pops the scopes that were left."""
        while self.scopes and self.scopes[-1] is not until:
            scope = self.scopes.pop()
            match scope:
                case Cleanup():
                    self.asm.handler = scope.outer
                    self.asm.code(*scope.code)
                case Finally():
                    number, label = scope.exit()
                    if value is not None:
                        self.set(scope.value, value)
                        value = ex.Local(scope.value)
                    self.set(scope.selector, ex.Const(number))
                    self.asm.jump(scope.entry)
                    self.asm.place(label)
                    self.asm.handler = scope.outer
                case Loop():
                    pass
        return value

    # try

    def try_statement(self, statement: st.Try) -> None:
        """Lower try, in all its combinations."""
        if not statement.final:
            self._try_except(statement)
            return

        def guarded() -> None:
            if statement.handlers:
                self._try_except(statement)
            else:
                self.body(statement.body)

        self.guard(guarded, lambda: self.body(statement.final), statement.span)

    def guard(self, guarded: Callable[[], None], final: Callable[[], None], span: Span | None) -> None:
        """Emit `try: guarded finally: final`."""
        outer = self.asm.handler
        scope = Finally(Label(), self.temporary(), self.temporary(), outer)
        error, failed = self.temporary(), Label()
        _, done = scope.exit()
        _, again = scope.exit()
        self.asm.handler = failed
        self.scopes.append(scope)
        guarded()
        self.scopes.pop()
        self.set(scope.selector, ex.Const(0))
        self.asm.jump(scope.entry)
        self.asm.handler = outer
        self.asm.place(failed)
        self.asm.emit(HandlerNode, span, error=error)
        self.set(scope.selector, ex.Const(1))
        self.asm.place(scope.entry)
        self.caught.append(error)
        final()
        self.caught.pop()
        self.asm.emit(SwitchNode, span, selector=scope.selector, targets=tuple(scope.exits))
        self.asm.place(again)
        self.asm.emit(RaiseNode, span, error=error)
        self.asm.place(done)

    def _try_except(self, statement: st.Try) -> None:
        outer, failed, end = self.asm.handler, Label(), Label()
        error = self.temporary()
        self.asm.handler = failed
        self.body(statement.body)
        self.asm.handler = outer
        self.body(statement.orelse)
        self.asm.jump(end)
        self.asm.place(failed)
        self.asm.emit(HandlerNode, statement.span, error=error)
        self.caught.append(error)
        for handler in statement.handlers:
            self._handler(handler, error, end)
        self.caught.pop()
        self.asm.emit(RaiseNode, statement.span, error=error)
        self.asm.place(end)

    def _handler(self, handler: st.ExceptHandler, error: str, end: Label) -> None:
        following = Label()
        if handler.types is not None:
            types = self.lift(handler.types) if self.waits(handler.types) else handler.types
            test = ex.Call(ex.Intrinsic(MATCHES), (ex.Local(error), types), (), handler.span)
            inside = Label()
            self.asm.emit(BranchNode, handler.span, test=test, then=inside, orelse=following)
            self.asm.place(inside)
        if handler.name is None:
            self.body(handler.body)
            self.set(error, ex.Const(None))
        else:
            self._named_handler(handler, handler.name, error)
        self.asm.jump(end)
        self.asm.place(following)

    def _named_handler(self, handler: st.ExceptHandler, name: str, error: str) -> None:
        """The body with the name bound, and unbound again however the body is left, as CPython does it."""
        forget = (st.Assign((ex.Local(name),), ex.Intrinsic(DISCARD)), st.Assign((ex.Local(error),), ex.Const(None)))
        outer, failed, done = self.asm.handler, Label(), Label()
        again = self.temporary()
        self.set(name, ex.Local(error))
        self.scopes.append(Cleanup(forget, outer))
        self.asm.handler = failed
        self.body(handler.body)
        self.asm.handler = outer
        self.scopes.pop()
        self.asm.code(*forget)
        self.asm.jump(done)
        self.asm.place(failed)
        self.asm.emit(HandlerNode, handler.span, error=again)
        self.asm.code(*forget)
        self.asm.emit(RaiseNode, handler.span, error=again)
        self.asm.place(done)

    # async with

    def async_with(self, statement: st.AsyncWith) -> None:
        """Lower `async with`: enter, body, and an exit that sees the exception.

        The exit is an await of `$exit(context, exception or None)`, or of `$aexit` where the context is none of the
        engine's own; when it returns true the exception is swallowed. Entering one of the others is an await, too.
        """
        outer, failed, done = self.asm.handler, Label(), Label()
        context, error, swallowed = self.temporary(), self.temporary(), self.temporary()
        self.set(context, self.lift(statement.item.context))
        is_own = _is_own_context(statement.item.context)
        exit_name, assigned = (EXIT, ()) if is_own else (EXIT_OTHER, self._enter(statement, context))
        if is_own:
            self._enter_own(statement, context)
        scope = Finally(Label(), self.temporary(), self.temporary(), outer)
        _, after = scope.exit()
        self.asm.handler = failed
        self.scopes.append(scope)
        self.body((*assigned, *statement.body))
        self.scopes.pop()
        self.set(scope.selector, ex.Const(0))
        self.asm.jump(scope.entry)
        self.asm.handler = outer
        self.asm.place(failed)
        self.asm.emit(HandlerNode, statement.span, error=error)
        again = Label()
        exit_call = ex.Call(ex.Intrinsic(exit_name), (ex.Local(context), ex.Local(error)), (), statement.span)
        self._await_exit(exit_call, swallowed, statement.span)
        self.asm.emit(BranchNode, statement.span, test=ex.Local(swallowed), then=done, orelse=again)
        self.asm.place(again)
        self.asm.emit(RaiseNode, statement.span, error=error)
        self.asm.place(scope.entry)
        exit_call = ex.Call(ex.Intrinsic(exit_name), (ex.Local(context), ex.Const(None)), (), statement.span)
        self._await_exit(exit_call, swallowed, statement.span)
        self.asm.emit(SwitchNode, statement.span, selector=scope.selector, targets=tuple(scope.exits))
        self.asm.place(after)
        self.asm.place(done)

    def _enter_own(self, statement: st.AsyncWith, context: str) -> None:
        entered = ex.Call(ex.Intrinsic(ENTER), (ex.Local(context),), (), statement.span)
        if statement.item.target is None:
            self.asm.code(st.ExprStmt(entered, statement.span))
        else:
            self.asm.code(st.Assign((statement.item.target,), entered, statement.span))

    def _enter(self, statement: st.AsyncWith, context: str) -> st.Body:
        """Await the entering; what assigns its result, which the exit must see fail."""
        entered, target = self.temporary(), statement.item.target
        call = ex.Call(ex.Intrinsic(ENTER_OTHER), (ex.Local(context),), (), statement.span)
        self.asm.emit(AwaitNode, statement.span, value=call, result=entered, kind="task", label="enter")
        return () if target is None else (st.Assign((target,), ex.Local(entered), statement.span),)

    def _await_exit(self, call: ex.Expr, result: str, span: Span | None) -> None:
        self.asm.emit(AwaitNode, span, value=call, result=result, kind="task", label="exit")


def _is_own_context(context: ex.Expr) -> bool:
    return isinstance(context, ex.Call) and isinstance(context.func, ex.Intrinsic) and context.func.name in OWN_CONTEXTS
