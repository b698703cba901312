"""Whole functions: a sync one becomes a Python function, an async one a Python function for each node of its graph.

A node's function takes the frame's variables (a list), puts those that it uses into Python variables, runs, and puts
those that it changed back. It returns the number of the next node, or the value that its kind of node is about.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from warren.engine.namespace import Global, binder_name, key_of_free, maker_name, node_name
from warren.engine.program.codegen.binding import Bound, Effects, bound_at_start, effects_of, parts_of
from warren.engine.program.codegen.expressions import Constants
from warren.engine.program.codegen.small_variables import small_variables
from warren.engine.program.codegen.statements import StatementCompiler
from warren.engine.program.codegen.syntax import (
    DEL,
    LOAD,
    STORE,
    arguments,
    assign,
    call,
    constant,
    deeper,
    function,
    item,
    name,
    tick,
)
from warren.engine.program.codegen.weights import weight, weight_of_expression
from warren.engine.values.code import Step
from warren.ir import expressions as ex
from warren.ir.program import (
    AsyncFunction,
    AwaitNode,
    BranchNode,
    CodeNode,
    GraphNode,
    HandlerNode,
    LoopNode,
    RaiseNode,
    ReturnNode,
    SwitchNode,
    SyncFunction,
)
from warren.ir.walk import walk

_STEPS_OF_AN_AWAIT = 4


def slots_of(source: AsyncFunction) -> dict[str, int]:
    """Slot numbers of a frame: parameters first, then other locals, then free variables."""
    ordered = [param.name for param in source.params]
    return {variable: slot for slot, variable in enumerate(dict.fromkeys([*ordered, *source.locals, *source.free]))}


class FunctionCompiler:
    """Compiles functions of one program to definitions for one module."""

    def __init__(self, functions: Mapping[str, AsyncFunction | SyncFunction], constants: Constants) -> None:
        self._functions = functions
        self._constants = constants

    # sync functions

    def sync(self, key: str, source: SyncFunction) -> ast.stmt:
        """`def @make:key(free...): def name(params): ...; return name`."""
        compiler = StatementCompiler(source, self._functions, self._constants)
        body: list[ast.stmt] = tick(weight(source.body))
        parameters = {param.name for param in source.params}
        for cell in source.cells:
            initial = [name(cell)] if cell in parameters else []
            body.append(assign(name(cell, STORE), call(Global.CELL, *initial)))
        inside = compiler.block(source.body)
        body.extend(deeper(inside) if may_recur(source) else inside)
        args = arguments([(param.name, param.kind, param.default is not None) for param in source.params])
        inner_name = Global.INNER  # the user's name may be that of a free variable: a function that calls itself
        inner = function(inner_name, args, body)
        outer = arguments([(variable, "normal", False) for variable in source.free])
        return function(maker_name(key), outer, [inner, ast.Return(name(inner_name))])

    def binder(self, key: str, source: AsyncFunction) -> ast.stmt:
        """`def @bind:key(params): return [params]`."""
        args = arguments([(param.name, param.kind, param.default is not None) for param in source.params])
        values: list[ast.expr] = [name(param.name) for param in source.params]
        return function(binder_name(key), args, [*tick(), ast.Return(ast.List(values, LOAD))])

    # async functions

    def nodes(self, key: str, source: AsyncFunction) -> list[ast.stmt]:
        """One function for each node that evaluates something."""
        effects = [self._effects(node) for node in source.nodes]
        bound = bound_at_start(source, effects)
        slots, small = slots_of(source), small_variables(source)
        made: list[ast.stmt] = []
        for number, node in enumerate(source.nodes):
            compiler = _NodeCompiler(
                source, self._functions, self._constants, small, slots, effects[number], bound[number]
            )
            body = compiler.node(node)
            if body is not None:
                args = arguments([(Global.VARIABLES, "normal", False)])
                made.append(function(node_name(key, number), args, body))
        return made

    def _effects(self, node: GraphNode) -> Effects:
        found = effects_of(parts_of(node))
        used = set(found.used)
        for variable in found.used:
            if (key := key_of_free(variable)) is not None:
                used.discard(variable)
                used.update(self._functions[key].free)
        return Effects(frozenset(used), found.assigned, found.deleted, found.sure)


class _NodeCompiler(StatementCompiler):
    """Compiles the function of one node."""

    function: AsyncFunction

    def __init__(
        self,
        source: AsyncFunction,
        functions: Mapping[str, AsyncFunction | SyncFunction],
        constants: Constants,
        small: frozenset[str],
        slots: Mapping[str, int],
        effects: Effects,
        bound: Bound,
    ) -> None:
        super().__init__(source, functions, constants, small)
        self._slots = slots
        self._effects = effects
        self._bound = bound

    def node(self, node: GraphNode) -> list[ast.stmt] | None:
        """The body of the node's function; None where there is nothing to evaluate."""
        match node:
            case CodeNode():
                return self._around(node, [*tick(weight(node.body)), *self.block(node.body)], constant(node.next))
            case BranchNode():
                go = ast.IfExp(self.expr(node.test), constant(node.then), constant(node.orelse))
                return self._around(node, self._tick(node.test), go)
            case LoopNode():
                return self._around(node, self._advance(node), constant(node.body))
            case AwaitNode():
                return self._around(
                    node, tick(weight_of_expression(node.value) + _STEPS_OF_AN_AWAIT), self.expr(node.value)
                )
            case ReturnNode():
                if node.value is None:
                    return self._around(node, [], constant(None))
                return self._around(node, self._tick(node.value), self.expr(node.value))
            case _:
                return None

    def _tick(self, node: ex.Expr) -> list[ast.stmt]:
        """Take the steps of an expression that is large; a small one goes with what stands before it."""
        steps = weight_of_expression(node)
        return tick(steps) if steps else []

    def _advance(self, node: LoopNode) -> list[ast.stmt]:
        value = self.temporary()
        end = ast.Compare(name(value), [ast.Is()], [name(Global.END)])
        return [
            *tick(),
            assign(name(value, STORE), call(Global.NEXT, name(node.iterator), name(Global.END))),
            ast.If(end, [ast.Return(constant(node.exit))], []),
            assign(self.target(node.target), name(value)),
        ]

    def _around(self, node: GraphNode, body: list[ast.stmt], result: ast.expr) -> list[ast.stmt]:
        """Load the variables, run, store what changed, return the result."""
        load = [made for variable in sorted(self._effects.used) for made in self._load(variable)]
        store = [made for variable in sorted(self._effects.assigned) for made in self._store(variable)]
        if not store:
            return [*load, *body, ast.Return(result)]
        if node.handler is not None:
            return [*load, ast.Try([*body, ast.Return(result)], [], [], store)]
        kept = self.temporary()
        return [*load, *body, assign(name(kept, STORE), result), *store, ast.Return(name(kept))]

    def _load(self, variable: str) -> list[ast.stmt]:
        slot = self._slots.get(variable)
        if slot is None:  # a comprehension's own variable
            return []
        load = assign(name(variable, STORE), item(name(Global.VARIABLES), slot))
        if variable in self._bound or variable in self.shared:
            return [load]
        missing = ast.Compare(name(variable), [ast.Is()], [name(Global.UNBOUND)])
        return [load, ast.If(missing, [ast.Delete([name(variable, DEL)])], [])]

    def _store(self, variable: str) -> list[ast.stmt]:
        slot = self._slots.get(variable)
        if slot is None or variable in self.shared:
            return []
        store = assign(item(name(Global.VARIABLES), slot, STORE), name(variable))
        if variable in self._bound and variable not in self._effects.deleted:
            return [store]
        missing = assign(item(name(Global.VARIABLES), slot, STORE), name(Global.UNBOUND))
        return [ast.Try([store], [ast.ExceptHandler(name(Global.NAME_ERROR), None, [missing])], [], [])]


def may_recur(source: SyncFunction) -> bool:
    """Whether the function calls anything that could call it again: all but the intrinsics and actions might."""
    return any(
        (isinstance(node, ex.Call) and isinstance(node.func, ex.FunctionRef | ex.Local | ex.Call | ex.Subscript))
        or isinstance(node, ex.MakeFunction | ex.Attribute)
        for statement in source.body
        for node in walk(statement)
    )


def step_of(node: GraphNode) -> Step:
    """How the interpreter treats a node."""
    match node:
        case AwaitNode():
            return Step.AWAIT
        case ReturnNode():
            return Step.RETURN
        case SwitchNode():
            return Step.SWITCH
        case RaiseNode():
            return Step.RAISE
        case HandlerNode():
            return Step.JUMP
        case _:
            return Step.GO


def temporary_of(node: GraphNode) -> str | None:
    """The variable that the interpreter itself reads or writes at a node."""
    match node:
        case AwaitNode():
            return node.result
        case SwitchNode():
            return node.selector
        case RaiseNode():
            return node.error
        case _:
            return None
