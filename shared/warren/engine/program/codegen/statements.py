"""IR statements to Python syntax: for sync functions, and for the plain code between the awaits of async ones."""

from __future__ import annotations

import ast

from warren.engine.namespace import Global, in_place_name, type_name
from warren.engine.program.codegen.patterns import PatternCompiler
from warren.engine.program.codegen.syntax import DEL, LOAD, STORE, assign, attribute, call, constant, name, tick
from warren.engine.program.codegen.weights import weight_of_loop
from warren.errors import InternalError
from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.intrinsics import DISCARD


class StatementCompiler(PatternCompiler):
    """Compiles the statements of one function."""

    def block(self, statements: st.Body) -> list[ast.stmt]:
        """Compile a sequence of statements; never empty."""
        return [made for statement in statements for made in self.stmt(statement)] or [ast.Pass()]

    def stmt(self, node: st.Stmt) -> list[ast.stmt]:
        """Compile one statement."""
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            raise InternalError(f"a statement {type(node).__name__} cannot be compiled")
        made: list[ast.stmt] | ast.stmt = method(node)
        return made if isinstance(made, list) else [made]

    # assignment

    def _Assign(self, node: st.Assign) -> list[ast.stmt] | ast.stmt:
        if isinstance(node.value, ex.Intrinsic) and node.value.name == DISCARD:
            return [made for target in node.targets for made in self._discard(target)]
        value = self.expr(node.value)
        if any(_takes_all(target) for target in node.targets):
            value = call(Global.COUNTED, value)
        elif not isinstance(node.value, ex.Display) and any(isinstance(target, ex.Display) for target in node.targets):
            value = call(Global.BEGUN, value)
        return ast.Assign([self.target(target) for target in node.targets], value)

    def _discard(self, target: ex.Expr) -> list[ast.stmt]:
        assert isinstance(target, ex.Local)
        if self.is_shared(target.name):
            return [assign(attribute(name(target.name), "value", STORE), name(Global.UNBOUND))]
        return [assign(name(target.name, STORE), constant(None)), ast.Delete([name(target.name, DEL)])]

    def _AugAssign(self, node: st.AugAssign) -> list[ast.stmt]:
        target = node.target
        match target:
            case ex.Local() if self.is_native(node.op, target, node.value) and not self.is_shared(target.name):
                return [ast.AugAssign(name(target.name, STORE), self.native(node.op), self.expr(node.value))]
            case ex.Local():
                return [assign(self.target(target), self._in_place(node, self.expr(target)))]
            case ex.Attribute():
                owner = self.temporary()
                current = call(Global.ATTRIBUTE, name(owner), constant(target.name))
                place = ast.Attribute(call(Global.WRITABLE, name(owner), constant(target.name)), target.name, STORE)
                return [
                    assign(name(owner, STORE), self.expr(target.value)),
                    assign(place, self._in_place(node, current)),
                ]
            case ex.Subscript():
                owner, index = self.temporary(), self.temporary()
                kept: list[ast.stmt] = [assign(name(owner, STORE), self.expr(target.value))]
                kept.append(assign(name(index, STORE), call(Global.KEY, name(owner), self.index(target.index))))
                value = self._in_place(node, ast.Subscript(name(owner), name(index), LOAD))
                return [*kept, assign(ast.Subscript(name(owner), name(index), STORE), value)]
            case _:
                raise InternalError(f"augmented assignment to a {type(target).__name__}")

    def _in_place(self, node: st.AugAssign, current: ast.expr) -> ast.expr:
        return call(in_place_name(node.op), current, self.expr(node.value))

    def _ExprStmt(self, node: st.ExprStmt) -> ast.stmt:
        return ast.Expr(self.expr(node.value))

    def _Delete(self, node: st.Delete) -> list[ast.stmt]:
        made: list[ast.stmt] = []
        for target in node.targets:
            match target:
                case ex.Local() if self.is_shared(target.name):
                    made.append(ast.Expr(call(Global.DEREF, name(target.name), constant(target.name), constant(False))))
                    made.extend(self._discard(target))
                case ex.Local():
                    made.append(ast.Delete([name(target.name, DEL)]))
                case ex.Subscript():
                    made.append(ast.Delete([self.place(target, DEL)]))
                case ex.Attribute():
                    owner = call(Global.WRITABLE, self.expr(target.value), constant(target.name))
                    made.append(ast.Delete([ast.Attribute(owner, target.name, DEL)]))
                case ex.Display():
                    made.extend(self._Delete(st.Delete(target.items)))
                case _:
                    raise InternalError(f"del of a {type(target).__name__}")
        return made

    # control flow

    def _If(self, node: st.If) -> ast.stmt:
        return ast.If(self.expr(node.test), self.block(node.body), self.block(node.orelse) if node.orelse else [])

    def _While(self, node: st.While) -> ast.stmt:
        orelse = self.block(node.orelse) if node.orelse else []
        return ast.While(self.expr(node.test), [*tick(weight_of_loop(node)), *self.block(node.body)], orelse)

    def _For(self, node: st.For) -> ast.stmt:
        target, iterable = self.target(node.target), self.iterable(node.iterable)
        orelse = self.block(node.orelse) if node.orelse else []
        return ast.For(target, iterable, [*tick(weight_of_loop(node)), *self.block(node.body)], orelse)

    def _Break(self, node: st.Break) -> ast.stmt:
        return ast.Break()

    def _Continue(self, node: st.Continue) -> ast.stmt:
        return ast.Continue()

    def _Pass(self, node: st.Pass) -> ast.stmt:
        return ast.Pass()

    def _Return(self, node: st.Return) -> ast.stmt:
        return ast.Return(None if node.value is None else self.expr(node.value))

    def _Match(self, node: st.Match) -> list[ast.stmt]:
        return self.match(node)

    # exceptions

    def _Try(self, node: st.Try) -> ast.stmt:
        handlers = [self._handler(handler) for handler in node.handlers]
        if handlers:
            handlers.insert(0, ast.ExceptHandler(name(Global.ENDS), None, [ast.Raise()]))
        final = [ast.Expr(call(Global.CHECK_STOP)), *self.block(node.final)] if node.final else []
        return ast.Try(self.block(node.body), handlers, self.block(node.orelse) if node.orelse else [], final)

    def _handler(self, node: st.ExceptHandler) -> ast.ExceptHandler:
        types = None if node.types is None else self.expr(node.types)
        body = self.block(node.body)
        if node.name is None or not self.is_shared(node.name):
            return ast.ExceptHandler(types, node.name, body)
        kept = self.temporary()
        forget = assign(attribute(name(node.name), "value", STORE), name(Global.UNBOUND))
        bound = assign(attribute(name(node.name), "value", STORE), name(kept))
        types = types or name(type_name("builtins:BaseException"))
        return ast.ExceptHandler(types, kept, [bound, ast.Try(body, [], [], [forget])])

    def _Raise(self, node: st.Raise) -> ast.stmt:
        if node.error is None:
            return ast.Raise()
        return ast.Raise(self.expr(node.error), None if node.cause is None else self.expr(node.cause))

    def _Assert(self, node: st.Assert) -> ast.stmt:
        return ast.Assert(self.expr(node.test), None if node.message is None else self.expr(node.message))


def _takes_all(target: ex.Expr) -> bool:
    """Whether assigning to the target goes through an iterable to its end."""
    match target:
        case ex.Starred() | ex.Subscript(index=ex.Slice()):
            return True
        case ex.Display():
            return any(_takes_all(item) for item in target.items)
        case _:
            return False
