"""What programs must be before anything is made of them: names that are names, references that lead somewhere.

IR and programs arrive in messages. Code is generated from them and run, so what could make it mean something else (an
identifier that is none, a private attribute, a jump out of the graph) is refused here. The nodes' own structure is
checked when they are read (`ir.structure`). Must not know how code is generated.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from warren.contracts.names import is_workflow_name
from warren.errors import MessageError
from warren.ir import expressions as ex
from warren.ir import program as pr
from warren.ir import statements as st
from warren.ir.base import Node
from warren.ir.intrinsics import DUNDER_ATTRIBUTES, INTERNAL, PRELUDE, SUPPORTED
from warren.ir.sizes import check_sizes
from warren.ir.typedef_rules import check_types, is_public, is_spec
from warren.ir.workflow import MAILBOX, Function, WorkflowIR

MAX_DEPTH = 400
"""How deep the nodes of one function may be nested; Python's own parser allows about as much."""

_BINARY = frozenset({"+", "-", "*", "/", "//", "%", "**", "@", "<<", ">>", "&", "|", "^"})
_CHOICES: dict[type, tuple[str, frozenset[str | None]]] = {
    ex.Unary: ("op", frozenset({"not", "-", "+", "~"})),
    ex.Binary: ("op", _BINARY),
    st.AugAssign: ("op", _BINARY),
    ex.Bool: ("op", frozenset({"and", "or"})),
    ex.Display: ("kind", frozenset({"list", "tuple", "set"})),
    ex.Comprehension: ("kind", frozenset({"list", "set", "dict", "generator"})),
    ex.FormattedValue: ("conversion", frozenset({"s", "r", "a", None})),
    ex.Param: ("kind", frozenset({"positional", "normal", "args", "keyword", "kwargs"})),
}
_COMPARE = frozenset({"==", "!=", "<", "<=", ">", ">=", "is", "is-not", "in", "not-in"})
_TEMPORARY = re.compile(r"\$\w+", re.ASCII)
_UNPATTERNED = frozenset({"builtins:object", "builtins:type"})
"""Classes of everything: their attribute patterns would reach into what is not the workflow's."""
_JUMPS = ("next", "then", "orelse", "body", "exit")

AnyFunction = Function | pr.AsyncFunction | pr.SyncFunction


def check(root: WorkflowIR | pr.Program) -> None:
    """Check IR or a program as a whole.

    Raises:
        MessageError: it is not what the front end or lowering would have made; says where and why.
    """
    check_sizes(root)
    try:
        _Checker(root).check()
    except RecursionError:
        raise MessageError("the program is nested too deeply") from None


class _Checker:
    def __init__(self, root: WorkflowIR | pr.Program) -> None:
        self._root = root
        self._functions: Mapping[str, AnyFunction] = root.functions
        self._intrinsics = SUPPORTED | PRELUDE | (frozenset() if isinstance(root, WorkflowIR) else INTERNAL)
        self._where = ""
        self._known: set[str] = set()

    def check(self) -> None:
        root = self._root
        for key, function in self._functions.items():
            self._where = key
            check_key(key)
            self._function(function)
        self._where = root.workflow if isinstance(root, pr.Program) else root.name
        entry = self._functions.get(root.entry)
        is_async = entry.is_async if isinstance(entry, Function) else isinstance(entry, pr.AsyncFunction)
        if entry is None or not is_async or not entry.params or entry.free:
            self._refuse(f"its entry {root.entry!r} is no async method")
        if root.ref not in root.types or root.types[root.ref].kind != "workflow":
            self._refuse(f"its class {root.ref!r} is not described")
        initialiser = self._functions.get(f"{root.ref}.__init__")
        if isinstance(initialiser, pr.AsyncFunction) or (isinstance(initialiser, Function) and initialiser.is_async):
            self._refuse("its __init__ is async")
        if not all(map(is_spec, root.parameters.values())) or not (root.returns is None or is_spec(root.returns)):
            self._refuse("the type of a parameter or of the result is none")
        check_types(root.types, self._functions)
        self._signals()
        self._queries()
        self._updates()

    def _signals(self) -> None:
        self._names("signal", [signal.name for signal in self._root.signals])
        for signal in self._root.signals:
            if not is_spec(signal.spec):
                self._refuse(f"the type of the signal {signal.name!r} is none")
            if signal.handler:
                self._plain(signal.handler, f"the handler of the signal {signal.name!r}")
            elif MAILBOX not in self._root.types:
                self._refuse("it has a mailbox, and does not describe its class")

    def _queries(self) -> None:
        self._names("query", [query.name for query in self._root.queries])
        for query in self._root.queries:
            self._plain(query.method, f"the query {query.name!r}")
            self._specs(query.parameters, f"the query {query.name!r}")

    def _updates(self) -> None:
        self._names("update", [update.name for update in self._root.updates])
        for update in self._root.updates:
            if update.method not in self._functions:
                self._refuse(f"the update {update.name!r} is no function")
            if update.validator:
                self._plain(update.validator, f"the validator of the update {update.name!r}")
            self._specs(update.parameters, f"the update {update.name!r}")

    def _specs(self, parameters: Mapping[str, Any], what: str) -> None:
        if not all(map(is_spec, parameters.values())):
            self._refuse(f"the type of a parameter of {what} is none")

    def _names(self, kind: str, names: Sequence[str]) -> None:
        if len(set(names)) != len(names) or not all(map(str.isidentifier, names)):
            self._refuse(f"a {kind} has no name of its own")

    def _plain(self, key: str, what: str) -> None:
        function = self._functions.get(key)
        if function is None or isinstance(function, pr.AsyncFunction) or getattr(function, "is_async", False):
            self._refuse(f"{what} is no plain function")

    def _refuse(self, reason: str) -> None:
        raise MessageError(f"ill-formed program ({self._where}): {reason}")

    # functions

    def _function(self, function: AnyFunction) -> None:
        params = [param.name for param in function.params]
        self._known = {*function.locals, *function.free, *params}
        for name in self._known | set(function.cells):
            self._variable(name)
        if len(set(params)) != len(params):
            self._refuse("two parameters have one name")
        if not set(function.cells) <= self._known:
            self._refuse("a shared variable is not one of its variables")
        if isinstance(function, pr.AsyncFunction):
            self._graph(function)
            return
        waits = isinstance(function, Function) and function.is_async
        for statement in function.body:
            self._statement(statement, in_loop=False, returns=True, waits=waits)
        if isinstance(function, Function) and function.is_async:
            _check_raises(function.body, in_handler=False)

    def _graph(self, function: pr.AsyncFunction) -> None:
        if not function.nodes:
            self._refuse("a graph has no nodes")
        for node in function.nodes:
            targets = [getattr(node, name) for name in _JUMPS if type(getattr(node, name, None)) is int]
            targets.extend(getattr(node, "targets", ()))
            if any(not 0 <= target < len(function.nodes) for target in targets):
                self._refuse("a jump leads out of the graph")
            if node.handler is not None and (
                not 0 <= node.handler < len(function.nodes)
                or not isinstance(function.nodes[node.handler], pr.HandlerNode)
            ):
                self._refuse("a handler is none")
            for name in ("iterator", "result", "error", "selector"):
                variable = getattr(node, name, None)
                if variable is not None and variable not in self._known:
                    self._refuse(f"{variable!r} is not one of its variables")
            for statement in node.body if isinstance(node, pr.CodeNode) else ():
                self._statement(statement, in_loop=False, returns=False, waits=False)
            for name in ("test", "value", "target"):
                part = getattr(node, name, None)
                if isinstance(part, ex.Expr):
                    self._expression(part, waits=False, is_target=name == "target")

    # statements and expressions

    def _statement(self, node: Node, *, in_loop: bool, returns: bool, waits: bool, depth: int = 0) -> None:
        """A statement, handler, case, pattern or the like."""
        self._depth(depth)
        match node:
            case st.Return() if not returns:
                self._refuse("a return inside a node")
            case st.Break() | st.Continue() if not in_loop:
                self._refuse("a break or continue outside of a loop")
            case st.AsyncWith() if not waits:
                self._refuse("an async with where nothing can wait")
            case st.Try() if not (node.handlers or node.final):
                self._refuse("a try without handlers")
            case st.Try() if any(handler.types is None for handler in node.handlers[:-1]):
                self._refuse("a bare except is not the last")
            case st.ExceptHandler() | st.MatchStar() | st.MatchAs() if node.name is not None:
                self._assigned(node.name)
            case st.MatchMapping() if node.rest is not None:
                self._assigned(node.rest)
            case st.MatchClass():
                self._class_pattern(node)
            case st.MatchValue() if node.identity and not (
                isinstance(node.value, ex.Const) and node.value.encoded in (None, True, False)
            ):
                self._refuse("a pattern compares with `is`")
        self._choice(node)
        loops = isinstance(node, st.While | st.For)
        for name, part in _parts(node):
            if isinstance(part, ex.Expr):
                target = name in {"targets", "target"}
                self._expression(part, waits=waits, is_target=target, depth=depth + 1)
            else:
                inside = in_loop or (loops and name == "body")
                self._statement(part, in_loop=inside, returns=returns, waits=waits, depth=depth + 1)

    def _class_pattern(self, node: st.MatchClass) -> None:
        if not isinstance(node.cls, ex.TypeName | ex.Intrinsic | ex.Local):
            self._refuse("a class pattern names no class")
        if len(node.keyword_names) != len(node.keyword_patterns) or len(set(node.keyword_names)) != len(
            node.keyword_names
        ):
            self._refuse("a class pattern is ill-formed")
        for name in node.keyword_names:
            self._attribute(name)
        if node.keyword_names and isinstance(node.cls, ex.TypeName) and node.cls.ref in _UNPATTERNED:
            self._refuse(f"attributes of {node.cls.ref} in a pattern")

    def _expression(self, node: Node, *, waits: bool, is_target: bool = False, depth: int = 0) -> None:
        self._depth(depth)
        self._choice(node)
        if is_target and not isinstance(node, ex.Local | ex.Attribute | ex.Subscript | ex.Display | ex.Starred):
            self._refuse(f"a {type(node).__name__} cannot be assigned to")
        match node:
            case ex.Local():
                self._assigned(node.name)
            case ex.Walrus():
                self._assigned(node.name)
            case ex.Attribute():
                if is_target or node.name not in DUNDER_ATTRIBUTES:
                    self._attribute(node.name)
            case ex.Compare() if len(node.ops) != len(node.rights) or not set(node.ops) <= _COMPARE or not node.ops:
                self._refuse("an ill-formed comparison")
            case ex.Keyword() | ex.Param() if node.name is not None:
                self._variable(node.name)
            case ex.Await() if not waits:
                self._refuse("an await where nothing can wait")
            case ex.Intrinsic() if node.name not in self._intrinsics:
                self._refuse(f"there is no intrinsic {node.name!r}")
            case ex.FunctionRef():
                function = self._functions.get(node.function)
                if function is None or function.free:
                    self._refuse(f"there is no function {node.function!r}")
            case ex.MakeFunction() if node.function not in self._functions:
                self._refuse(f"there is no function {node.function!r}")
            case ex.ActionRef():
                check_key(node.action)
                check_key(node.queue)
            case ex.ChildRef():
                check_key(node.workflow)
                if not is_workflow_name(node.workflow):
                    self._refuse(f"{node.workflow[:80]!r} is no name of a workflow")
            case ex.Comprehension() if (node.kind == "dict") != (node.value is not None) or not node.generators:
                self._refuse("an ill-formed comprehension")
        if isinstance(node, ex.Comprehension):
            self._comprehension(node, waits=waits, depth=depth)
            return
        for _, part in _parts(node):
            inner = is_target and isinstance(node, ex.Display | ex.Starred)
            self._expression(part, waits=waits, is_target=inner, depth=depth + 1)

    def _comprehension(self, node: ex.Comprehension, *, waits: bool, depth: int) -> None:
        outside = self._known
        self._known = outside | {
            part.name for one in node.generators for part in _below(one.target) if isinstance(part, ex.Local)
        }
        for generator in node.generators:
            for part in _below(generator.target):
                if isinstance(part, ex.Local):
                    self._variable(part.name)
            self._expression(generator.target, waits=waits, is_target=True, depth=depth + 1)
            for part in (generator.iterable, *generator.conditions):
                self._expression(part, waits=waits, depth=depth + 1)
        for element in (node.element, node.value):
            if element is not None:
                self._expression(element, waits=waits, depth=depth + 1)
        self._known = outside

    # names

    def _assigned(self, name: str) -> None:
        if name not in self._known:
            self._refuse(f"{name!r} is not one of its variables")

    def _variable(self, name: str) -> None:
        if not is_variable(name):
            self._refuse(f"{name!r} is no name of a variable")

    def _attribute(self, name: str) -> None:
        if not is_public(name):
            self._refuse(f"{name!r} is no public attribute")

    def _choice(self, node: Node) -> None:
        choice = _CHOICES.get(type(node))
        if choice is not None and getattr(node, choice[0]) not in choice[1]:
            self._refuse(f"a {type(node).__name__} of {getattr(node, choice[0])!r}")

    def _depth(self, depth: int) -> None:
        if depth > MAX_DEPTH:
            self._refuse("it is nested too deeply")


def is_variable(name: str) -> bool:
    """Whether it may name a variable, parameter or keyword: no keyword of Python, nothing that Python gives meaning."""
    if name.startswith("$"):
        return _TEMPORARY.fullmatch(name) is not None
    return name.isidentifier() and not keyword.iskeyword(name) and not (name.startswith("__") and name.endswith("__"))


def check_key(key: str) -> None:
    """Refuse a key of a function, action, queue or class that is no printable text of reasonable length."""
    if not key or len(key) > 500 or not key.isprintable():
        raise MessageError(f"ill-formed program: {key[:80]!r} is no name")


def _check_raises(body: st.Body, *, in_handler: bool) -> None:
    """A bare raise of an async function must stand in a handler: lowering has to know which exception it means."""
    for node in body:
        if isinstance(node, st.Raise) and node.error is None and not in_handler:
            raise MessageError("ill-formed program: a bare raise outside of a handler")
        for _, part in _parts(node):
            if isinstance(part, st.ExceptHandler):
                _check_raises(part.body, in_handler=True)
            elif isinstance(part, st.MatchCase):
                _check_raises(part.body, in_handler=in_handler)
            elif isinstance(part, st.Stmt):
                _check_raises((part,), in_handler=in_handler)


def _parts(node: Node) -> Iterator[tuple[str, Node]]:
    for name in cast("Any", node.__class__).__slots__:  # a node's fields, in order
        part = getattr(node, name)
        if isinstance(part, Node):
            yield name, part
        elif type(part) is tuple:
            for item in part:
                if isinstance(item, Node):
                    yield name, item


def _below(node: Node) -> Iterator[Node]:
    yield node
    for _, part in _parts(node):
        yield from _below(part)
