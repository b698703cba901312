"""Operators, comparisons and indexing to Python syntax, with the engine's guards where an operand could be large.

What surely is a small number, or is compared with a literal, stays CPython's own.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence

from warren.engine.namespace import Global, call_name, comparison_name
from warren.engine.program.codegen.small_variables import is_small
from warren.engine.program.codegen.syntax import LOAD, STORE, attribute, call, constant, name
from warren.ir import expressions as ex

_NATIVE: Mapping[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "*": ast.Mult,
    "/": ast.Div,
    "//": ast.FloorDiv,
    "%": ast.Mod,
    "&": ast.BitAnd,
    "|": ast.BitOr,
    "^": ast.BitXor,
    ">>": ast.RShift,
}
"""Operators that small numbers need no guard for."""
_NATIVE_WITH_FLOAT = frozenset({"+", "-", "*", "/", "//"})
"""Operators that are harmless where one operand is a literal float."""
GUARDED_BINARY = {
    "+": Global.ADD,
    "-": Global.SUBTRACT,
    "*": Global.MULTIPLY,
    "/": Global.DIVIDE,
    "//": Global.FLOOR_DIVIDE,
    "%": Global.MODULO,
    "**": Global.POWER,
    "<<": Global.SHIFT,
    ">>": Global.SHIFT_RIGHT,
    "&": Global.AND,
    "|": Global.OR,
    "^": Global.XOR,
}
GUARDED_UNARY = {"-": Global.NEGATIVE, "+": Global.POSITIVE, "~": Global.INVERTED}
_UNARY: Mapping[str, type[ast.unaryop]] = {"not": ast.Not, "-": ast.USub, "+": ast.UAdd, "~": ast.Invert}
COMPARE: Mapping[str, type[ast.cmpop]] = {
    "==": ast.Eq,
    "!=": ast.NotEq,
    "<": ast.Lt,
    "<=": ast.LtE,
    ">": ast.Gt,
    ">=": ast.GtE,
    "is": ast.Is,
    "is-not": ast.IsNot,
    "in": ast.In,
    "not-in": ast.NotIn,
}
_IDENTITY = frozenset({"is", "is-not"})
_MEMBERSHIP = frozenset({"in", "not-in"})
_NEAR = 1_000
"""An index below this is found at once in anything."""


class OperatorCompiler:
    """The part of the expression compiler that compiles operators."""

    small: frozenset[str]
    shared: set[str]

    def expr(self, node: ex.Expr) -> ast.expr:
        """Compile one expression."""
        raise NotImplementedError

    def exprs(self, nodes: Sequence[ex.Expr]) -> list[ast.expr]:
        """Compile several."""
        return [self.expr(node) for node in nodes]

    def is_plain(self, node: ex.Expr) -> bool:
        """Whether it is a variable that can be read twice, at once and without effect."""
        raise NotImplementedError

    def temporary(self) -> str:
        """A name of the generated function's own."""
        raise NotImplementedError

    def is_small(self, node: ex.Expr) -> bool:
        """Whether the expression surely is a small number."""
        return is_small(node, self.small)

    # indexing

    def _Subscript(self, node: ex.Subscript) -> ast.expr:
        if isinstance(node.index, ex.Slice):
            if all(part is None or isinstance(part, ex.Const) or self.is_small(part) for part in _parts(node.index)):
                parts = [None if part is None else self.expr(part) for part in _parts(node.index)]
                index: ast.expr = ast.Slice(*parts)
            else:
                index = self.index(node.index)
            return call(Global.RESULT, ast.Subscript(self.expr(node.value), index, LOAD))
        owner, index = self.expr(node.value), self.index(node.index)
        if is_near(node.index):
            return ast.Subscript(owner, index, LOAD)
        if self.is_plain(node.value) and (self.is_plain(node.index) or self.is_small(node.index)):
            again = call(Global.ITEM, self.expr(node.value), self.index(node.index))
            return ast.IfExp(_is_indexed(self.expr(node.value)), ast.Subscript(owner, index, LOAD), again)
        return call(Global.ITEM, owner, index)

    def index(self, node: ex.Expr) -> ast.expr:
        """An index as a value: a slice, or a tuple with slices, too."""
        if isinstance(node, ex.Slice):
            return call(
                call_name("slice"), *(constant(None) if part is None else self.expr(part) for part in _parts(node))
            )
        if isinstance(node, ex.Display) and node.kind == "tuple":
            return ast.Tuple([self.index(part) for part in node.items], LOAD)
        return self.expr(node)

    def place(self, node: ex.Subscript, context: ast.expr_context) -> ast.expr:
        """An item that is assigned or deleted."""
        is_text = isinstance(node.index, ex.Const) and type(node.index.encoded) is str
        if is_text or (is_near(node.index) and not isinstance(context, ast.Del)):
            return ast.Subscript(self.expr(node.value), self.index(node.index), context)
        guard = Global.DELETED if isinstance(context, ast.Del) else Global.KEY
        if self.is_plain(node.value):
            owner = self.expr(node.value)
            index: ast.expr = call(guard, self.expr(node.value), self.index(node.index))
            if guard == Global.KEY and (self.is_plain(node.index) or self.is_small(node.index)):
                index = ast.IfExp(_is_indexed(self.expr(node.value)), self.index(node.index), index)
            return ast.Subscript(owner, index, context)
        kept = self.temporary()
        owner = ast.NamedExpr(name(kept, STORE), self.expr(node.value))
        return ast.Subscript(owner, call(guard, name(kept), self.index(node.index)), context)

    def hashed(self, node: ex.Expr) -> ast.expr:
        """A key of a dict display or a dict comprehension."""
        return self.expr(node) if isinstance(node, ex.Const) else call(Global.HASHED, self.expr(node))

    # operators

    def _Unary(self, node: ex.Unary) -> ast.expr:
        if node.op == "not" or self.is_small(node.operand):
            return ast.UnaryOp(_UNARY[node.op](), self.expr(node.operand))
        return call(GUARDED_UNARY[node.op], self.expr(node.operand))

    def _Binary(self, node: ex.Binary) -> ast.expr:
        left, right = self.expr(node.left), self.expr(node.right)
        if self.is_native(node.op, node.left, node.right):
            return ast.BinOp(left, _NATIVE[node.op](), right)
        guarded = GUARDED_BINARY.get(node.op)
        return ast.BinOp(left, ast.MatMult(), right) if guarded is None else call(guarded, left, right)

    def is_native(self, op: str, left: ex.Expr, right: ex.Expr) -> bool:
        """Whether the operator needs no guard with these operands."""
        if op in _NATIVE_WITH_FLOAT and (_is_float(left) or _is_float(right)):
            return True
        return op in _NATIVE and self.is_small(left) and self.is_small(right)

    def native(self, op: str) -> ast.operator:
        """CPython's own operator."""
        return _NATIVE[op]()

    def _Bool(self, node: ex.Bool) -> ast.expr:
        return ast.BoolOp(ast.And() if node.op == "and" else ast.Or(), self.exprs(node.values))

    def _Compare(self, node: ex.Compare) -> ast.expr:
        operands = [node.left, *node.rights]
        if len(node.ops) == 1:
            (op,) = node.ops
            left, right = self.exprs(operands)
            if self._is_harmless(op, *operands):
                return ast.Compare(left, [COMPARE[op]()], [right])
            return call(comparison_name(op), left, right)
        made, has_guard = [self.expr(node.left)], False
        for op, left_node, right_node in zip(node.ops, operands, operands[1:], strict=False):
            part = self.expr(right_node)
            is_harmless = self._is_harmless(op, left_node, right_node)
            if op in _MEMBERSHIP and not is_harmless:
                part, has_guard = call(Global.SEARCHED, part), True
            elif not is_harmless and not has_guard:
                part, has_guard = call(Global.COMPARED, part), True
            else:
                has_guard = False
            made.append(part)
        return ast.Compare(made[0], [COMPARE[op]() for op in node.ops], made[1:])

    def _is_harmless(self, op: str, left: ex.Expr, right: ex.Expr) -> bool:
        """Whether comparing these takes a constant time."""
        if op in _IDENTITY:
            return True
        if op in _MEMBERSHIP:
            if isinstance(right, ex.Display):
                return right.kind != "set" and all(map(_is_literal, right.items))
            return _is_literal(right)
        return any(_is_literal(part) or self.is_small(part) for part in (left, right))

    def _Conditional(self, node: ex.Conditional) -> ast.expr:
        return ast.IfExp(self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def _Walrus(self, node: ex.Walrus) -> ast.expr:
        if node.name in self.shared:
            return call(Global.SET_CELL, name(node.name), self.expr(node.value))
        return ast.NamedExpr(name(node.name, STORE), self.expr(node.value))


def is_near(node: ex.Expr) -> bool:
    """Whether an index is a literal that is found at once: a name, or a small number."""
    if isinstance(node, ex.Unary) and node.op == "-":
        node = node.operand
    if not isinstance(node, ex.Const):
        return False
    kind = type(node.encoded)
    return kind is str or (kind is int and abs(node.encoded) < _NEAR)


def _parts(node: ex.Slice) -> tuple[ex.Expr | None, ...]:
    return node.lower, node.upper, node.step


def _is_indexed(owner: ast.expr) -> ast.expr:
    """`owner.__class__ in @indexed`."""
    return ast.Compare(attribute(owner, "__class__"), [ast.In()], [name(Global.INDEXED)])


def _is_float(node: ex.Expr) -> bool:
    return isinstance(node, ex.Const) and type(node.encoded) is float


def _is_literal(node: ex.Expr) -> bool:
    return isinstance(node, ex.Const) and (node.encoded is None or type(node.encoded) in {bool, int, float, str})
