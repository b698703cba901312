"""Expressions of the IR: Python's own, with every name resolved to what it is. They say nothing about how to evaluate.

A name in the source became one of: `Local` (a variable of a function), `Const` (a captured constant), `ActionRef`,
`FunctionRef` (a compiled function), `TypeName` (a user's or built-in class), `Intrinsic` (something that Warren itself
provides: a pure builtin, `asyncio.gather`, `math.sqrt`, ...). Nothing else exists.
"""

from __future__ import annotations

from typing import Any

from warren.ir.base import Node, Span, node


class Expr(Node):
    """Base of all expressions."""

    __slots__ = ()
    span: Span | None


@node
class Const(Expr):
    """A literal or a captured constant, as tagged JSON (`contracts.values`); immutable once decoded."""

    encoded: Any
    span: Span | None = None


@node
class Local(Expr):
    """A variable: a parameter, a local, or one captured from an enclosing function. Also an assignment target."""

    name: str
    span: Span | None = None


@node
class ActionRef(Expr):
    """An `@action` function, by its registry key `module:name`. Calling it makes an awaitable, it starts nothing."""

    action: str
    params: tuple[Param, ...]
    """Its signature, to bind the call's arguments with CPython's own errors. Injected dependencies are left out."""
    queue: str = "default"
    span: Span | None = None


@node
class ChildRef(Expr):
    """Another workflow, by name, with the parameters of its `run()`. Calling it makes an awaitable: a child run."""

    workflow: str
    params: tuple[Param, ...]
    span: Span | None = None


@node
class FunctionRef(Expr):
    """A compiled function of this workflow by its key in `WorkflowIR.functions`."""

    function: str
    span: Span | None = None


@node
class TypeName(Expr):
    """A class by `module:Qualified.Name`: a key of `WorkflowIR.types`, or `builtins:...`."""

    ref: str
    span: Span | None = None


@node
class Intrinsic(Expr):
    """Something that the engine provides, by its full name: `len`, `asyncio.gather`, `math.sqrt`, `run_action`."""

    name: str
    span: Span | None = None


@node
class Attribute(Expr):
    """`value.name`, never starting with an underscore. Also an assignment target."""

    value: Expr
    name: str
    span: Span | None = None


@node
class Subscript(Expr):
    """`value[index]`. Also an assignment target."""

    value: Expr
    index: Expr
    span: Span | None = None


@node
class Slice(Expr):
    """`lower:upper:step`, as an index."""

    lower: Expr | None = None
    upper: Expr | None = None
    step: Expr | None = None
    span: Span | None = None


@node
class Unary(Expr):
    """`op operand`; op is one of `not - + ~`."""

    op: str
    operand: Expr
    span: Span | None = None


@node
class Binary(Expr):
    """`left op right`; op is one of `+ - * / // % ** @ << >> & | ^`."""

    op: str
    left: Expr
    right: Expr
    span: Span | None = None


@node
class Bool(Expr):
    """`a and b and ...` or `a or b or ...`, with short circuit; the value is that of the deciding operand."""

    op: str
    values: tuple[Expr, ...]
    span: Span | None = None


@node
class Compare(Expr):
    """`left op right op right ...`, each operand evaluated at most once; ops `== != < <= > >= is is-not in not-in`."""

    left: Expr
    ops: tuple[str, ...]
    rights: tuple[Expr, ...]
    span: Span | None = None


@node
class Conditional(Expr):
    """`body if test else orelse`."""

    test: Expr
    body: Expr
    orelse: Expr
    span: Span | None = None


@node
class Walrus(Expr):
    """`name := value`."""

    name: str
    value: Expr
    span: Span | None = None


@node
class Starred(Expr):
    """`*value`, in a call, a display or a target."""

    value: Expr
    span: Span | None = None


@node
class Keyword(Node):
    """`name=value` in a call, or `**value` where name is None."""

    value: Expr
    name: str | None = None


@node
class Call(Expr):
    """`func(args, keywords)`. A method call is a `Call` of an `Attribute`."""

    func: Expr
    args: tuple[Expr, ...] = ()
    keywords: tuple[Keyword, ...] = ()
    span: Span | None = None


@node
class Await(Expr):
    """`await value`: the only expression at which a run can pause."""

    value: Expr
    span: Span | None = None


@node
class Display(Expr):
    """A `list`, `tuple` or `set` display (`kind`). Lists and tuples are assignment targets too."""

    kind: str
    items: tuple[Expr, ...] = ()
    span: Span | None = None


@node
class DictItem(Node):
    """`key: value` in a dict display, or `**value` where key is None."""

    value: Expr
    key: Expr | None = None


@node
class DictDisplay(Expr):
    """`{key: value, **other}`."""

    items: tuple[DictItem, ...] = ()
    span: Span | None = None


@node
class FormattedValue(Expr):
    """`{value!conversion:spec}` of an f-string; conversion is `s`, `r`, `a` or None."""

    value: Expr
    conversion: str | None = None
    spec: Expr | None = None
    span: Span | None = None


@node
class FormattedString(Expr):
    """An f-string: `Const` and `FormattedValue` parts."""

    parts: tuple[Expr, ...]
    span: Span | None = None


@node
class Generator(Node):
    """`for target in iterable if condition ...` of a comprehension."""

    target: Expr
    iterable: Expr
    conditions: tuple[Expr, ...] = ()


@node
class Comprehension(Expr):
    """A `list`, `set`, `dict` or `generator` comprehension (`kind`); `value` only for a dict.

    Its targets are variables of its own: their names never reach the enclosing function.
    """

    kind: str
    element: Expr
    generators: tuple[Generator, ...]
    value: Expr | None = None
    span: Span | None = None


@node
class Param(Node):
    """One parameter. `kind`: `positional` (only), `normal`, `args` (`*x`), `keyword` (only), `kwargs` (`**x`).

    `default` is evaluated where the function is defined: a constant for module-level functions and actions. For a
    nested function it only says that there is one (Const None); the values come from its `MakeFunction`.
    """

    name: str
    kind: str = "normal"
    default: Expr | None = None


@node
class MakeFunction(Expr):
    """A `lambda` or nested `def` as a value: a closure over the current variables, with `defaults` by name."""

    function: str
    defaults: tuple[Keyword, ...] = ()
    span: Span | None = None
