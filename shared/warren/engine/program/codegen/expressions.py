"""IR expressions to Python syntax, with the engine's guards where an operation could be unsafe, huge or unordered.

What CPython does safely by itself stays CPython's: names, comparison, short circuit, indexing, displays. Attributes,
calls that build large values, `+ * ** << %`, formatting and sets go through `@` globals (`engine.guards`).
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from warren.engine.namespace import (
    Global,
    action_name,
    call_name,
    child_name,
    function_name,
    native_name,
    temporary_name,
    type_name,
    value_name,
)
from warren.engine.program.codegen.operators import OperatorCompiler
from warren.engine.program.codegen.small_variables import small_variables
from warren.engine.program.codegen.syntax import LOAD, STORE, attribute, call, constant, name
from warren.engine.program.codegen.weights import weight_of
from warren.errors import InternalError
from warren.ir import expressions as ex
from warren.ir.walk import walk

if TYPE_CHECKING:
    from warren.ir.program import AsyncFunction, SyncFunction

_NATIVE_ITERATION = {"enumerate", "zip", "range", "reversed"}
"""Builtins that stay CPython's own where their iterator cannot be kept: directly in a `for`."""
_FIRST_DECIDES = frozenset({"get", "setdefault", "pop"})
"""Methods whose cost their first argument decides, whatever the others are."""


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
        return attribute(name(Global.CONSTANTS), self._known[key])


class ExpressionCompiler(OperatorCompiler):
    """Compiles the expressions of one function. Variables in `cells` or `free` hold a `Cell`."""

    def __init__(
        self,
        function: AsyncFunction | SyncFunction,
        functions: Mapping[str, AsyncFunction | SyncFunction],
        constants: Constants,
        small: frozenset[str] | None = None,
    ) -> None:
        self.function = function
        self.functions = functions
        self.constants = constants
        self.shared = {*function.cells, *function.free}
        self.small = small_variables(function) if small is None else small
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

    def is_shared(self, variable: str) -> bool:
        """Whether the variable, at this place, lives in a cell."""
        for own in reversed(self._own):
            if variable in own:
                return own[variable]
        return variable in self.shared

    def is_plain(self, node: ex.Expr) -> bool:
        """Whether it is a variable that can be read twice, at once and without effect."""
        return isinstance(node, ex.Local) and not self.is_shared(node.name)

    def temporary(self) -> str:
        """A name of the generated function's own."""
        self._temporaries += 1
        return temporary_name(self._temporaries)

    # names

    def _Const(self, node: ex.Const) -> ast.expr:
        return self.constants.expression(node.encoded)

    def _Local(self, node: ex.Local) -> ast.expr:
        if self.is_shared(node.name):
            kind = "free" if node.name in self.function.free else "cell"
            return call(Global.DEREF, name(node.name), constant(node.name), constant(kind == "free"))
        return name(node.name)

    def _ActionRef(self, node: ex.ActionRef) -> ast.expr:
        return name(action_name(node.queue, node.action))

    def _ChildRef(self, node: ex.ChildRef) -> ast.expr:
        return name(child_name(node.workflow))

    def _FunctionRef(self, node: ex.FunctionRef) -> ast.expr:
        return name(function_name(node.function))

    def _TypeName(self, node: ex.TypeName) -> ast.expr:
        return name(type_name(node.ref))

    def _Intrinsic(self, node: ex.Intrinsic) -> ast.expr:
        return name(value_name(node.name))

    # access

    def _Attribute(self, node: ex.Attribute) -> ast.expr:
        return call(Global.ATTRIBUTE, self.expr(node.value), constant(node.name))

    # calls

    def _Call(self, node: ex.Call) -> ast.expr:
        function = node.func
        match function:
            case ex.Intrinsic():
                compiled: ast.expr = name(call_name(function.name))
            case ex.Attribute():
                compiled = self._method(function, node)
            case ex.FunctionRef() | ex.ActionRef() | ex.ChildRef() | ex.TypeName() | ex.MakeFunction():
                compiled = self.expr(function)
            case _:
                compiled = call(Global.CALLEE, self.expr(function))
        keywords = [ast.keyword(keyword.name, self._spread(keyword.name, keyword.value)) for keyword in node.keywords]
        made = ast.Call(compiled, self.exprs(node.args), keywords)
        return call(Global.MADE, made) if isinstance(function, ex.TypeName) else made

    def _method(self, function: ex.Attribute, node: ex.Call) -> ast.expr:
        """What `value.name(...)` calls. Where its first argument can be looked at before, what is cheap with it stays
        CPython's own.
        """
        first = node.args[0] if node.args else None
        looked: list[ast.expr] = [self.expr(function.value), constant(function.name)]
        if len(node.args) > 1 or node.keywords:
            others = [*node.args[1:], *(keyword.value for keyword in node.keywords)]
            if not all(isinstance(other, ex.Const) for other in others) and function.name not in _FIRST_DECIDES:
                return call(Global.CALLEE, call(Global.ATTRIBUTE, *looked))
        if first is None:
            return call(Global.METHOD, *looked)
        if isinstance(first, ex.Const) or self.is_plain(first):
            return call(Global.METHOD, *looked, self.expr(first))
        return call(Global.CALLEE, call(Global.ATTRIBUTE, *looked))

    def _spread(self, key: object, value: ex.Expr) -> ast.expr:
        """The value beside a key, or all of a mapping."""
        return call(Global.COUNTED, self.expr(value)) if key is None else self.expr(value)

    def _Starred(self, node: ex.Starred) -> ast.expr:
        return ast.Starred(call(Global.COUNTED, self.expr(node.value)), LOAD)

    def _MakeFunction(self, node: ex.MakeFunction) -> ast.expr:
        cells: list[ast.expr] = [name(variable) for variable in self.functions[node.function].free]
        names: list[ast.expr | None] = [constant(default.name) for default in node.defaults]
        values = [self.expr(default.value) for default in node.defaults]
        return call(Global.CLOSURE, constant(node.function), ast.Tuple(cells, LOAD), ast.Dict(names, values))

    # displays and strings

    def _Display(self, node: ex.Display) -> ast.expr:
        if node.kind == "set":
            return self._set_display(node.items)
        items = self.exprs(node.items)
        return ast.Tuple(items, LOAD) if node.kind == "tuple" else ast.List(items, LOAD)

    def _set_display(self, items: Sequence[ex.Expr]) -> ast.expr:
        """A set display: hashed at once up to the first `*value`, and then item by item, as CPython does it."""
        first = next((index for index, item in enumerate(items) if isinstance(item, ex.Starred)), len(items))
        made = call(Global.SET_OF, ast.List(self.exprs(items[:first]), LOAD))
        for item in items[first:]:
            if isinstance(item, ex.Starred):
                made = call(Global.SET_UPDATE, made, self.expr(item.value))
            else:
                made = call(Global.SET_ADD, made, self.expr(item))
        return made

    def _DictDisplay(self, node: ex.DictDisplay) -> ast.expr:
        keys = [None if item.key is None else self.hashed(item.key) for item in node.items]
        return ast.Dict(keys, [self._spread(item.key, item.value) for item in node.items])

    def _FormattedString(self, node: ex.FormattedString) -> ast.expr:
        return call(Global.CONCATENATE, ast.List(self.exprs(node.parts), LOAD))

    def _FormattedValue(self, node: ex.FormattedValue) -> ast.expr:
        spec = constant("") if node.spec is None else self.expr(node.spec)
        return call(Global.FORMAT, self.expr(node.value), constant(node.conversion), spec)

    # comprehensions

    def _Comprehension(self, node: ex.Comprehension) -> ast.expr:
        captured = self._captured(node)
        own: dict[str, bool] = {}
        calls = any(isinstance(part, ex.Call) for part in walk(node) if part is not node.generators[0].iterable)
        count = Global.TICKING if calls else Global.COUNTED  # what is called could add to what is iterated over
        steps = weight_of(node)
        first = self.iterable(node.generators[0].iterable, count, steps)
        generators: list[ast.comprehension] = []
        if captured:
            first = self._cells_for(captured, first, generators)
        self._own.append(own)
        for index, generator in enumerate(node.generators):
            iterable = first if index == 0 else self.iterable(generator.iterable, count, steps)
            own.update((variable, variable in captured) for variable in _target_names(generator.target))
            conditions = self.exprs(generator.conditions)
            generators.append(ast.comprehension(self.target(generator.target), iterable, conditions, 0))
        element = self.hashed(node.element) if node.kind == "dict" else self.expr(node.element)
        value = None if node.value is None else self.expr(node.value)
        self._own.pop()
        if value is not None:
            return ast.DictComp(element, value, generators)
        if node.kind == "generator":
            return ast.GeneratorExp(element, generators)
        listed = ast.ListComp(element, generators)
        return listed if node.kind == "list" else call(Global.SET_OF, listed)

    def _captured(self, node: ex.Comprehension) -> set[str]:
        """Variables of the comprehension that functions made inside it capture."""
        targets = {variable for generator in node.generators for variable in _target_names(generator.target)}
        made = [part.function for part in walk(node) if isinstance(part, ex.MakeFunction)]
        return targets & {variable for key in made for variable in self.functions[key].free}

    def _cells_for(self, captured: set[str], iterable: ast.expr, generators: list[ast.comprehension]) -> ast.expr:
        """One cell a variable for the whole comprehension, as in CPython: `for (x, it) in ((Cell(), iterable),)`."""
        kept, variables = self.temporary(), sorted(captured)
        target = ast.Tuple([*(name(variable, STORE) for variable in variables), name(kept, STORE)], STORE)
        cells: list[ast.expr] = [call(Global.CELL) for _ in variables]
        once = ast.Tuple([ast.Tuple([*cells, iterable], LOAD)], LOAD)
        generators.append(ast.comprehension(target, once, [], 0))
        return name(kept)

    def iterable(self, node: ex.Expr, count: str | None = None, steps: int = 1) -> ast.expr:
        """What a `for` iterates over: CPython's own iterators where nobody can keep them. With `count`, steps are taken
        for the items: `counted` beforehand where their number is known, or `ticking` as they come.
        """
        match node:
            case ex.Call(func=ex.Intrinsic(name=builtin), args=args, keywords=()) if (
                builtin in _NATIVE_ITERATION and not any(isinstance(arg, ex.Starred) for arg in args)
            ):
                made: ast.expr = call(native_name(builtin), *self.exprs(node.args))
                if builtin != "range" and count is not None:
                    count = Global.TICKING
            case _:
                made = self.expr(node)
        if count is None:
            return call(Global.BEGUN, made)
        return call(count, made, constant(steps)) if steps > 1 else call(count, made)

    # targets

    def target(self, node: ex.Expr) -> ast.expr:
        """An assignment target."""
        match node:
            case ex.Local():
                if self.is_shared(node.name):
                    return attribute(name(node.name), "value", STORE)
                return name(node.name, STORE)
            case ex.Attribute():
                return ast.Attribute(
                    call(Global.WRITABLE, self.expr(node.value), constant(node.name)), node.name, STORE
                )
            case ex.Subscript():
                return self.place(node, STORE)
            case ex.Starred():
                return ast.Starred(self.target(node.value), STORE)
            case ex.Display():
                items = [self.target(part) for part in node.items]
                return ast.Tuple(items, STORE) if node.kind == "tuple" else ast.List(items, STORE)
            case _:
                raise InternalError(f"a {type(node).__name__} cannot be assigned to")


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
