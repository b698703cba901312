"""IR expressions to Python syntax, with the engine's guards where an operation could be unsafe, huge or unordered.

What CPython does safely by itself stays CPython's: names, comparison, short circuit, indexing, displays. Attributes,
calls that build large values, `+ * ** << %`, formatting and sets go through `@` globals (`engine.guards`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warren.engine.codegen.syntax import LOAD, STORE, attribute, call, constant, name
from warren.errors import InternalError
from warren.ir import expressions as ex
from warren.lowering.walk import walk

if TYPE_CHECKING:
    from warren.ir.program import AsyncFunction, SyncFunction

NATIVE_BINARY: Mapping[str, type[ast.operator]] = {
    "/": ast.Div,
    ">>": ast.RShift,
    "@": ast.MatMult,
}
"""Operators whose result is never much larger than their operands."""
GUARDED_BINARY = {
    "+": "@add",
    "-": "@subtract",
    "*": "@multiply",
    "**": "@power",
    "<<": "@shift",
    "%": "@modulo",
    "//": "@floor_divide",
    "&": "@and",
    "|": "@or",
    "^": "@xor",
}
NATIVE_WITH_NUMBER: Mapping[str, type[ast.operator]] = {
    "+": ast.Add,
    "-": ast.Sub,
    "//": ast.FloorDiv,
}
"""Operators that are harmless where one operand is a literal number (for `//`: the right one)."""
_UNARY: Mapping[str, type[ast.unaryop]] = {"not": ast.Not, "-": ast.USub, "+": ast.UAdd, "~": ast.Invert}
_COMPARE: Mapping[str, type[ast.cmpop]] = {
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
_NATIVE_ITERATION = {"enumerate", "zip", "range", "reversed"}
"""Builtins that stay CPython's own where their iterator cannot be kept: directly in a `for`."""


class Constants:
    """Decoded constants of a program, as attributes of one object, so that patterns can name them too."""

    def __init__(self, decode: Any) -> None:
        self._decode = decode
        self._known: dict[str, str] = {}

    def expression(self, encoded: Any) -> ast.expr:
        """A literal, or `@constants.cN`."""
        if encoded is None or type(encoded) in (bool, int, float, str):
            return constant(encoded)
        return self.named(encoded)

    def value(self, encoded: Any) -> Any:
        """The constant itself."""
        return self._decode(encoded)

    def named(self, encoded: Any) -> ast.Attribute:
        """`@constants.cN` for a value."""
        key = repr(encoded)
        if key not in self._known:
            self._known[key] = f"c{len(self._known)}"
            setattr(self, self._known[key], self._decode(encoded))
        return attribute(name("@constants"), self._known[key])


class ExpressionCompiler:
    """Compiles the expressions of one function. Variables in `cells` or `free` hold a `Cell`."""

    def __init__(
        self,
        function: AsyncFunction | SyncFunction,
        functions: Mapping[str, AsyncFunction | SyncFunction],
        constants: Constants,
    ) -> None:
        self.function = function
        self.functions = functions
        self.constants = constants
        self.shared = {*function.cells, *function.free}
        self._own: list[dict[str, bool]] = []
        # variables of the comprehensions around the current place, and whether each lives in a cell
        self._temporaries = 0

    def expr(self, node: ex.Expr) -> ast.expr:
        """Compile one expression."""
        method = getattr(self, f"_{type(node).__name__}", None)
        if method is None:
            raise InternalError(f"an expression {type(node).__name__} cannot be compiled")
        made: ast.expr = method(node)
        return made

    def exprs(self, nodes: Sequence[ex.Expr]) -> list[ast.expr]:
        """Compile several."""
        return [self.expr(node) for node in nodes]

    def is_shared(self, variable: str) -> bool:
        """Whether the variable, at this place, lives in a cell."""
        for own in reversed(self._own):
            if variable in own:
                return own[variable]
        return variable in self.shared

    def temporary(self) -> str:
        """A name of the generated function's own."""
        self._temporaries += 1
        return f"@{self._temporaries}"

    # names

    def _Const(self, node: ex.Const) -> ast.expr:
        return self.constants.expression(node.encoded)

    def _Local(self, node: ex.Local) -> ast.expr:
        if self.is_shared(node.name):
            kind = "free" if node.name in self.function.free else "cell"
            return call("@deref", name(node.name), constant(node.name), constant(kind == "free"))
        return name(node.name)

    def _ActionRef(self, node: ex.ActionRef) -> ast.expr:
        return name(f"@action:{node.queue}:{node.action}")

    def _ChildRef(self, node: ex.ChildRef) -> ast.expr:
        return name(f"@child:{node.workflow}")

    def _FunctionRef(self, node: ex.FunctionRef) -> ast.expr:
        return name(f"@function:{node.function}")

    def _TypeName(self, node: ex.TypeName) -> ast.expr:
        return name(f"@type:{node.ref}")

    def _Intrinsic(self, node: ex.Intrinsic) -> ast.expr:
        return name(f"@value:{node.name}")

    # access

    def _Attribute(self, node: ex.Attribute) -> ast.expr:
        return call("@attribute", self.expr(node.value), constant(node.name))

    def _Subscript(self, node: ex.Subscript) -> ast.expr:
        made = ast.Subscript(self.expr(node.value), self.index(node.index), LOAD)
        return call("@result", made) if isinstance(node.index, ex.Slice) else made

    def index(self, node: ex.Expr) -> ast.expr:
        """An index, which may be a slice or a tuple with slices."""
        if isinstance(node, ex.Slice):
            parts = [None if part is None else self.expr(part) for part in (node.lower, node.upper, node.step)]
            return ast.Slice(*parts)
        if isinstance(node, ex.Display) and node.kind == "tuple":
            return ast.Tuple([self.index(part) for part in node.items], LOAD)
        return self.expr(node)

    # operators

    def _Unary(self, node: ex.Unary) -> ast.expr:
        return ast.UnaryOp(_UNARY[node.op](), self.expr(node.operand))

    def _Binary(self, node: ex.Binary) -> ast.expr:
        left, right = self.expr(node.left), self.expr(node.right)
        native = NATIVE_BINARY.get(node.op)
        if native is None and (is_number(node.right) or (is_number(node.left) and node.op != "//")):
            native = NATIVE_WITH_NUMBER.get(node.op)
        if native is not None:
            return ast.BinOp(left, native(), right)
        return call(GUARDED_BINARY[node.op], left, right)

    def _Bool(self, node: ex.Bool) -> ast.expr:
        return ast.BoolOp(ast.And() if node.op == "and" else ast.Or(), self.exprs(node.values))

    def _Compare(self, node: ex.Compare) -> ast.expr:
        rights = [
            call("@searched", self.expr(right))
            if op in {"in", "not-in"} and not isinstance(right, ex.Const | ex.Display | ex.DictDisplay)
            else self.expr(right)
            for op, right in zip(node.ops, node.rights, strict=True)
        ]
        return ast.Compare(self.expr(node.left), [_COMPARE[op]() for op in node.ops], rights)

    def _Conditional(self, node: ex.Conditional) -> ast.expr:
        return ast.IfExp(self.expr(node.test), self.expr(node.body), self.expr(node.orelse))

    def _Walrus(self, node: ex.Walrus) -> ast.expr:
        if node.name in self.shared:
            return call("@set_cell", name(node.name), self.expr(node.value))
        return ast.NamedExpr(name(node.name, STORE), self.expr(node.value))

    # calls

    def _Call(self, node: ex.Call) -> ast.expr:
        function = node.func
        compiled = name(f"@call:{function.name}") if isinstance(function, ex.Intrinsic) else self.expr(function)
        keywords = [ast.keyword(keyword.name, self._spread(keyword.name, keyword.value)) for keyword in node.keywords]
        made = ast.Call(compiled, self.exprs(node.args), keywords)
        return call("@made", made) if isinstance(function, ex.TypeName) else made

    def _spread(self, key: object, value: ex.Expr) -> ast.expr:
        """The value beside a key, or all of a mapping."""
        return call("@counted", self.expr(value)) if key is None else self.expr(value)

    def _Starred(self, node: ex.Starred) -> ast.expr:
        return ast.Starred(call("@counted", self.expr(node.value)), LOAD)

    def _MakeFunction(self, node: ex.MakeFunction) -> ast.expr:
        cells: list[ast.expr] = [name(variable) for variable in self.functions[node.function].free]
        names: list[ast.expr | None] = [constant(default.name) for default in node.defaults]
        values = [self.expr(default.value) for default in node.defaults]
        return call("@closure", constant(node.function), ast.Tuple(cells, LOAD), ast.Dict(names, values))

    # displays and strings

    def _Display(self, node: ex.Display) -> ast.expr:
        if node.kind == "set":
            return self._set_display(node.items)
        items = self.exprs(node.items)
        return ast.Tuple(items, LOAD) if node.kind == "tuple" else ast.List(items, LOAD)

    def _set_display(self, items: Sequence[ex.Expr]) -> ast.expr:
        """A set display: hashed at once up to the first `*value`, and then item by item, as CPython does it."""
        first = next((index for index, item in enumerate(items) if isinstance(item, ex.Starred)), len(items))
        made = call("@value:set", ast.List(self.exprs(items[:first]), LOAD))
        for item in items[first:]:
            if isinstance(item, ex.Starred):
                made = call("@set_update", made, self.expr(item.value))
            else:
                made = call("@set_add", made, self.expr(item))
        return made

    def _DictDisplay(self, node: ex.DictDisplay) -> ast.expr:
        keys = [None if item.key is None else self.expr(item.key) for item in node.items]
        return ast.Dict(keys, [self._spread(item.key, item.value) for item in node.items])

    def _FormattedString(self, node: ex.FormattedString) -> ast.expr:
        return call("@concatenate", ast.List(self.exprs(node.parts), LOAD))

    def _FormattedValue(self, node: ex.FormattedValue) -> ast.expr:
        spec = constant("") if node.spec is None else self.expr(node.spec)
        return call("@format", self.expr(node.value), constant(node.conversion), spec)

    # comprehensions

    def _Comprehension(self, node: ex.Comprehension) -> ast.expr:
        captured = self._captured(node)
        own: dict[str, bool] = {}
        calls = any(isinstance(part, ex.Call) for part in walk(node) if part is not node.generators[0].iterable)
        count = "ticking" if calls else "counted"  # what is called could add to what is iterated over
        first = self.iterable(node.generators[0].iterable, count)
        generators: list[ast.comprehension] = []
        if captured:
            first = self._cells_for(captured, first, generators)
        self._own.append(own)
        for index, generator in enumerate(node.generators):
            iterable = first if index == 0 else self.iterable(generator.iterable, count)
            own.update((variable, variable in captured) for variable in _target_names(generator.target))
            conditions = self.exprs(generator.conditions)
            generators.append(ast.comprehension(self.target(generator.target), iterable, conditions, 0))
        element = self.expr(node.element)
        value = None if node.value is None else self.expr(node.value)
        self._own.pop()
        if value is not None:
            return ast.DictComp(element, value, generators)
        if node.kind == "generator":
            return ast.GeneratorExp(element, generators)
        listed = ast.ListComp(element, generators)
        return listed if node.kind == "list" else call("@value:set", listed)

    def _captured(self, node: ex.Comprehension) -> set[str]:
        """Variables of the comprehension that functions made inside it capture."""
        targets = {variable for generator in node.generators for variable in _target_names(generator.target)}
        made = [part.function for part in walk(node) if isinstance(part, ex.MakeFunction)]
        return targets & {variable for key in made for variable in self.functions[key].free}

    def _cells_for(self, captured: set[str], iterable: ast.expr, generators: list[ast.comprehension]) -> ast.expr:
        """One cell a variable for the whole comprehension, as in CPython: `for (x, it) in ((Cell(), iterable),)`."""
        kept, variables = self.temporary(), sorted(captured)
        target = ast.Tuple([*(name(variable, STORE) for variable in variables), name(kept, STORE)], STORE)
        cells: list[ast.expr] = [call("@Cell") for _ in variables]
        once = ast.Tuple([ast.Tuple([*cells, iterable], LOAD)], LOAD)
        generators.append(ast.comprehension(target, once, [], 0))
        return name(kept)

    def iterable(self, node: ex.Expr, count: str | None = None) -> ast.expr:
        """What a `for` iterates over: CPython's own iterators where nobody can keep them. With `count`, steps are taken
        for the items: `counted` beforehand where their number is known, or `ticking` as they come.
        """
        match node:
            case ex.Call(func=ex.Intrinsic(name=builtin), keywords=()) if builtin in _NATIVE_ITERATION:
                made: ast.expr = call(f"@native:{builtin}", *self.exprs(node.args))
                if builtin != "range" and count is not None:
                    count = "ticking"
            case _:
                made = self.expr(node)
        return made if count is None else call(f"@{count}", made)

    # targets

    def target(self, node: ex.Expr) -> ast.expr:
        """An assignment target."""
        match node:
            case ex.Local():
                if self.is_shared(node.name):
                    return attribute(name(node.name), "value", STORE)
                return name(node.name, STORE)
            case ex.Attribute():
                return ast.Attribute(call("@writable", self.expr(node.value), constant(node.name)), node.name, STORE)
            case ex.Subscript():
                return ast.Subscript(self.expr(node.value), self.index(node.index), STORE)
            case ex.Starred():
                return ast.Starred(self.target(node.value), STORE)
            case ex.Display():
                items = [self.target(part) for part in node.items]
                return ast.Tuple(items, STORE) if node.kind == "tuple" else ast.List(items, STORE)
            case _:
                raise InternalError(f"a {type(node).__name__} cannot be assigned to")


def is_number(node: ex.Expr) -> bool:
    """Whether this is a literal number: adding it makes nothing large."""
    return isinstance(node, ex.Const) and type(node.encoded) in (int, float)


def _target_names(node: ex.Expr) -> set[str]:
    match node:
        case ex.Local():
            return {node.name}
        case ex.Starred():
            return _target_names(node.value)
        case ex.Display():
            return {variable for part in node.items for variable in _target_names(part)}
        case _:
            return set()
