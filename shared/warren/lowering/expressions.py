"""Lifting awaits out of expressions, so that every expression that remains can be evaluated at once.

`f(a, await g(), b)` becomes: evaluate f's parts and `a` into temporaries, wait for `g()`, then `f(t1, t2, b)`. What
CPython evaluates before an await is evaluated before it, and nothing is evaluated twice.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Mapping
from typing import Any, cast

from warren.contracts.names import CONSTRUCT_ACTION
from warren.errors import Diagnostic, RefusalCode, UnsupportedPatternError
from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.base import Node, Span
from warren.ir.intrinsics import PRELUDE_PACKAGE
from warren.ir.program import AwaitNode, BranchNode, LoopNode
from warren.ir.walk import children, map_children, rename, walk
from warren.ir.workflow import Function, TypeDef
from warren.lowering.assembler import Assembler, Label
from warren.lowering.waits import Waits

_STABLE = (ex.Const, ex.Intrinsic, ex.ActionRef, ex.ChildRef, ex.FunctionRef, ex.TypeName)
_NONE = ex.Const(None)


class ExpressionLifter:
    """Lowers the expressions of one async function. Temporaries are named `$1`, `$2`, ...; a name is free for reuse
    after the statement that took it."""

    def __init__(self, function: Function, functions: Mapping[str, Function], types: Mapping[str, TypeDef]) -> None:
        self.function = function
        self.functions = functions
        self.asm = Assembler()
        self.waits = Waits(types)
        self.temporaries: list[str] = []
        self._used = 0

    # temporaries

    def temporary(self) -> str:
        """A temporary variable; its name may be used again after `release`."""
        self._used += 1
        if self._used > len(self.temporaries):
            self.temporaries.append(f"${self._used}")
        return self.temporaries[self._used - 1]

    def mark(self) -> int:
        """The temporaries in use now; hand to `release`."""
        return self._used

    def release(self, mark: int) -> None:
        """Free the temporaries taken since `mark`."""
        self._used = mark

    def set(self, name: str, value: ex.Expr) -> None:
        """Emit `name = value` for a temporary or variable."""
        self.asm.code(st.Assign((ex.Local(name),), value, value.span))

    def spill(self, expr: Any) -> Any:
        """Evaluate now, use later: the expression that reads the value again."""
        if isinstance(expr, _STABLE):
            return expr
        if isinstance(expr, ex.Local) and expr.name.startswith("$"):
            return expr
        if isinstance(expr, ex.Starred):
            return ex.Starred(self.spill(ex.Display("list", (expr,), expr.span)), expr.span)
        if isinstance(expr, ex.FormattedValue):
            return ex.FormattedValue(self.spill(ex.FormattedString((expr,), expr.span)), None, None, expr.span)
        if isinstance(expr, ex.Keyword) and expr.name is None:
            return ex.Keyword(self.spill(ex.DictDisplay((ex.DictItem(expr.value),))))
        if isinstance(expr, ex.DictItem) and expr.key is None:
            return ex.DictItem(self.spill(ex.DictDisplay((expr,))))
        if isinstance(expr, ex.Slice | ex.Keyword | ex.DictItem):
            return map_children(expr, self.spill)
        name = self.temporary()
        self.set(name, expr)
        return ex.Local(name, expr.span)

    # lifting

    def lift(self, expr: Any) -> Any:
        """Emit whatever must happen before, and return an expression without awaits."""
        if not self.waits(expr):
            return expr
        match expr:
            case ex.Await():
                return self.wait(self.lift(expr.value), expr.span)
            case ex.Call() if self.waits.is_remote_construction(expr):
                return self._construct(expr)
            case ex.Bool():
                return self._bool(expr)
            case ex.Conditional():
                return self._conditional(expr)
            case ex.Compare() if len(expr.ops) > 1:
                return self._chain(expr)
            case ex.Comprehension() if not self._waits_inside(expr):
                first, *rest = expr.generators
                first = dataclasses.replace(first, iterable=self.lift(first.iterable))
                return dataclasses.replace(expr, generators=(first, *rest))
            case ex.Comprehension():
                return self._comprehension(expr)
            case ex.Walrus():
                value = self.spill(self.lift(expr.value))
                self.set(expr.name, value)
                return value
            case ex.Call(func=ex.Attribute() as method):
                return self._method_call(expr, method)
            case ex.Display(kind="set") if any(isinstance(item, ex.Starred) for item in expr.items):
                return self._spread_set(expr)
            case _:
                return self._in_order(expr, list(children(expr)))

    def _spread_set(self, expr: ex.Display) -> ex.Expr:
        """CPython makes a set of what stands before the first `*`, and then adds one by one: hashing what it adds."""
        result = self.temporary()
        first = next(index for index, item in enumerate(expr.items) if isinstance(item, ex.Starred))
        self.set(result, self.lift(ex.Display("set", expr.items[:first], expr.span)))
        for item in expr.items[first:]:
            value = self.lift(item.value if isinstance(item, ex.Starred) else item)
            name = "update" if isinstance(item, ex.Starred) else "add"
            call = ex.Call(ex.Attribute(ex.Local(result), name), (value,), (), item.span)
            self.asm.code(st.ExprStmt(call, item.span))
        return ex.Local(result, expr.span)

    def _method_call(self, expr: ex.Call, method: ex.Attribute) -> ex.Expr:
        """The method is looked up once before the arguments wait, to raise what that raises, and again for the call."""
        if not any(self.waits(part) for part in (*expr.args, *expr.keywords)):
            return cast("ex.Expr", self._in_order(expr, [method.value, *expr.args, *expr.keywords]))
        owner = self.spill(self.lift(method.value))
        method = dataclasses.replace(method, value=owner)
        if not isinstance(owner, _STABLE):
            self.asm.code(st.ExprStmt(method, method.span))
        return cast("ex.Expr", self._in_order(dataclasses.replace(expr, func=method), [*expr.args, *expr.keywords]))

    def _in_order(self, expr: Any, parts: list[Any]) -> Any:
        """Lift each part; what stands before the last wait is kept in a temporary."""
        last = max(index for index, part in enumerate(parts) if self.waits(part))
        lifted = []
        for index, part in enumerate(parts):
            value = self.lift(part)
            lifted.append((part, self.spill(value) if index < last else value))
        new = {id(old): value for old, value in lifted}

        def replace(child: Any) -> Any:
            if id(child) in new:
                return new[id(child)]
            return map_children(child, replace) if isinstance(child, ex.Attribute) else child

        return map_children(expr, replace)

    def wait(self, awaitable: ex.Expr, span: Span | None, *, result: str | None = None) -> ex.Expr:
        """Emit the wait for `awaitable`; returns the expression for its result (in `result` if given)."""
        name = result or self.temporary()
        kind, label = describe(awaitable, self.functions)
        self.asm.emit(AwaitNode, span, value=awaitable, result=name, kind=kind, label=label)
        return ex.Local(name, span)

    def _construct(self, call: ex.Call) -> ex.Expr:
        assert isinstance(call.func, ex.TypeName)
        plain = self._in_order_or_same(call)
        action = ex.ActionRef(CONSTRUCT_ACTION, (ex.Param("args", "args"), ex.Param("kwargs", "kwargs")), "default")
        awaitable = ex.Call(action, (ex.Const(call.func.ref), *plain.args), plain.keywords, call.span)
        return self.wait(awaitable, call.span)

    def _in_order_or_same(self, call: ex.Call) -> Any:
        parts = [*call.args, *call.keywords]
        return self._in_order(call, parts) if any(self.waits(part) for part in parts) else call

    def _bool(self, expr: ex.Bool) -> ex.Expr:
        end, result = Label(), self.temporary()
        for value in expr.values[:-1]:
            self.set(result, self.lift(value))
            more = Label()
            test = ex.Local(result)
            then, orelse = (more, end) if expr.op == "and" else (end, more)
            self.asm.emit(BranchNode, expr.span, test=test, then=then, orelse=orelse)
            self.asm.place(more)
        self.set(result, self.lift(expr.values[-1]))
        self.asm.place(end)
        return ex.Local(result, expr.span)

    def _conditional(self, expr: ex.Conditional) -> ex.Expr:
        result, then, orelse, end = self.temporary(), Label(), Label(), Label()
        self.branch(expr.test, then, orelse, expr.span)
        self.asm.place(then)
        self.set(result, self.lift(expr.body))
        self.asm.jump(end)
        self.asm.place(orelse)
        self.set(result, self.lift(expr.orelse))
        self.asm.place(end)
        return ex.Local(result, expr.span)

    def _chain(self, expr: ex.Compare) -> ex.Expr:
        result, end = self.temporary(), Label()
        left = self.spill(self.lift(expr.left))
        for index, (op, right) in enumerate(zip(expr.ops, expr.rights, strict=True)):
            value = self.spill(self.lift(right))
            self.set(result, ex.Compare(left, (op,), (value,), expr.span))
            if index < len(expr.ops) - 1:
                more = Label()
                self.asm.emit(BranchNode, expr.span, test=ex.Local(result), then=more, orelse=end)
                self.asm.place(more)
            left = value
        self.asm.place(end)
        return ex.Local(result, expr.span)

    def branch(self, test: ex.Expr, then: Label, orelse: Label, span: Span | None) -> None:
        """Emit a branch on a condition that may contain awaits."""
        self.asm.emit(BranchNode, span, test=self.lift(test), then=then, orelse=orelse)

    # comprehensions with awaits: loops over a temporary

    def _waits_inside(self, expr: ex.Comprehension) -> bool:
        """Whether more than the first iterable waits: that one is evaluated outside, before anything else."""
        first = expr.generators[0]
        return any(self.waits(part) for part in children(expr) if part is not first) or any(
            self.waits(part) for part in (first.target, *first.conditions)
        )

    def _comprehension(self, expr: ex.Comprehension) -> ex.Expr:
        names = self._comprehension_names(expr)
        element, value = rename(expr.element, names), expr.value and rename(expr.value, names)
        generators = [
            ex.Generator(
                rename(generator.target, names),
                generator.iterable if index == 0 else rename(generator.iterable, names),
                tuple(rename(condition, names) for condition in generator.conditions),
            )
            for index, generator in enumerate(expr.generators)
        ]
        result = self.temporary()
        self.set(result, ex.DictDisplay() if expr.kind == "dict" else ex.Display("list"))
        self._loops(generators, lambda: self._collect(result, element, value))
        if expr.kind == "set":
            self.set(result, ex.Call(ex.Intrinsic("set"), (ex.Local(result),)))
        return ex.Local(result, expr.span)

    def _comprehension_names(self, expr: ex.Comprehension) -> dict[str, str]:
        names = {}
        for generator in expr.generators:
            for target in walk(generator.target):
                if isinstance(target, ex.Local) and target.name not in names:
                    names[target.name] = self.temporary()
        for node in walk(expr):
            if isinstance(node, ex.MakeFunction) and names.keys() & set(self.functions[node.function].free):
                raise refused(
                    RefusalCode.CLOSURE_IN_COMPREHENSION,
                    "a lambda captures the variable of a comprehension that awaits",
                    "write the comprehension as a for loop that appends to a list",
                    self.function,
                    node.span,
                )
        return names

    def _collect(self, result: str, element: ex.Expr, value: ex.Expr | None) -> None:
        if value is None:
            item = self.lift(element)
            append = ex.Call(ex.Attribute(ex.Local(result), "append"), (item,), (), element.span)
            self.asm.code(st.ExprStmt(append, element.span))
        else:
            key = self.lift(element)
            key = self.spill(key) if self.waits(value) else key
            target = ex.Subscript(ex.Local(result), key, element.span)
            self.asm.code(st.Assign((target,), self.lift(value), element.span))

    def _loops(self, generators: list[ex.Generator], body: Any) -> None:
        generator, *inner = generators
        top, inside, end = Label(), Label(), Label()
        iterator = self.temporary()
        self.start_iteration(iterator, generator.iterable)
        self.asm.place(top)
        self.asm.emit(
            LoopNode, generator.target.span, iterator=iterator, target=generator.target, body=inside, exit=end
        )
        self.asm.place(inside)
        for condition in generator.conditions:
            passed = Label()
            self.branch(condition, passed, top, condition.span)
            self.asm.place(passed)
        if inner:
            self._loops(inner, body)
        else:
            body()
        self.asm.jump(top)
        self.asm.place(end)

    def start_iteration(self, iterator: str, iterable: ex.Expr) -> None:
        """Emit `iterator = iter(iterable)`."""
        self.set(iterator, ex.Call(ex.Intrinsic("iter"), (self.lift(iterable),), (), iterable.span))


def describe(awaitable: Node, functions: Mapping[str, Function]) -> tuple[str, str]:
    """What an await waits for, as far as it is known at compile time: kind and label of its node."""
    match awaitable:
        case ex.Call(func=ex.ActionRef(action=key), args=(ex.Const(encoded=ref), *_)) if key == CONSTRUCT_ACTION:
            return "construct", str(ref).partition(":")[2]
        case ex.Call(func=ex.ActionRef() as action):
            return "action", action.action.partition(":")[2]
        case ex.Call(func=ex.ChildRef() as child):
            return "child", child.workflow
        case ex.Call(func=ex.FunctionRef(function=key), args=(ex.Call(func=ex.ChildRef() as child),)) if key.startswith(
            f"{PRELUDE_PACKAGE}."
        ):
            return "child", child.workflow
        case ex.Call(func=ex.Intrinsic(name="run_action"), args=(inner, *_)):
            return "action", describe(inner, functions)[1]
        case ex.Call(func=ex.Intrinsic(name="asyncio.sleep")):
            return "sleep", ""
        case ex.Call(func=ex.Intrinsic(name="asyncio.gather"), args=args):
            names = [
                n.func.action
                for arg in args
                for n in walk(arg)
                if isinstance(n, ex.Call) and isinstance(n.func, ex.ActionRef)
            ]
            spread = any(isinstance(arg, ex.Starred) for arg in args)
            text = ", ".join(dict.fromkeys(re.sub(r".*:", "", name) for name in names))
            return "gather", f"{text} × n" if spread and text else text
        case ex.Call(func=ex.FunctionRef(function=key)):
            return "call", functions[key].name if key in functions else key
        case ex.Call(func=ex.Intrinsic(name=name)):
            return "task", name.rpartition(".")[2]
        case _:
            return "await", ""


def refused(
    code: RefusalCode, message: str, recommendation: str, function: Function, span: Span | None
) -> UnsupportedPatternError:
    """A refusal at a place of a function."""
    line, column, end = (span.line, span.column, span.end_column) if span else (None, None, None)
    diagnostic = Diagnostic(message, recommendation, line, column, function.filename, None, end, code)
    return UnsupportedPatternError.from_diagnostics([diagnostic])
