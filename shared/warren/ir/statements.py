"""Statements of the IR, and the patterns of `match`."""

from __future__ import annotations

from warren.ir.base import Node, Span, node
from warren.ir.expressions import Expr


class Stmt(Node):
    """Base of all statements."""

    __slots__ = ()
    span: Span | None


Body = tuple[Stmt, ...]


@node
class Assign(Stmt):
    """`target = target = value`; targets are Local, Attribute, Subscript, or Display with Starred inside."""

    targets: tuple[Expr, ...]
    value: Expr
    span: Span | None = None


@node
class AugAssign(Stmt):
    """`target op= value`; op as in `Binary`. The target's object and index are evaluated once."""

    target: Expr
    op: str
    value: Expr
    span: Span | None = None


@node
class ExprStmt(Stmt):
    """An expression whose value is dropped."""

    value: Expr
    span: Span | None = None


@node
class Delete(Stmt):
    """`del target, ...`."""

    targets: tuple[Expr, ...]
    span: Span | None = None


@node
class If(Stmt):
    """`if test: body else: orelse`; `elif` is an If in `orelse`."""

    test: Expr
    body: Body
    orelse: Body = ()
    span: Span | None = None


@node
class While(Stmt):
    """`while test: body else: orelse`."""

    test: Expr
    body: Body
    orelse: Body = ()
    span: Span | None = None


@node
class For(Stmt):
    """`for target in iterable: body else: orelse`."""

    target: Expr
    iterable: Expr
    body: Body
    orelse: Body = ()
    span: Span | None = None


@node
class ExceptHandler(Node):
    """`except types as name: body`; types None catches everything; a tuple of classes is a Display."""

    body: Body
    types: Expr | None = None
    name: str | None = None
    span: Span | None = None


@node
class Try(Stmt):
    """`try: body except ...: ... else: orelse finally: final`."""

    body: Body
    handlers: tuple[ExceptHandler, ...] = ()
    orelse: Body = ()
    final: Body = ()
    span: Span | None = None


@node
class Raise(Stmt):
    """`raise error from cause`; error None re-raises what the enclosing handler caught.

    `has_cause` tells `raise x from None` (cause is a Const None) from `raise x`.
    """

    error: Expr | None = None
    cause: Expr | None = None
    span: Span | None = None


@node
class Return(Stmt):
    """`return value`; None for a bare return."""

    value: Expr | None = None
    span: Span | None = None


@node
class Break(Stmt):
    """`break`."""

    span: Span | None = None


@node
class Continue(Stmt):
    """`continue`."""

    span: Span | None = None


@node
class Pass(Stmt):
    """`pass`."""

    span: Span | None = None


@node
class Assert(Stmt):
    """`assert test, message`."""

    test: Expr
    message: Expr | None = None
    span: Span | None = None


@node
class WithItem(Node):
    """`context as target` of an `async with`: a call of `asyncio.timeout` or `TaskGroup`, or any other object."""

    context: Expr
    target: Expr | None = None


@node
class AsyncWith(Stmt):
    """`async with item: body`; several items are nested statements."""

    item: WithItem
    body: Body
    span: Span | None = None


class Pattern(Node):
    """Base of the patterns of `match`."""

    __slots__ = ()


@node
class MatchValue(Pattern):
    """A value compared with `==`, or with `is` for None, True and False (`identity`)."""

    value: Expr
    identity: bool = False


@node
class MatchSequence(Pattern):
    """`[a, *rest, b]`."""

    patterns: tuple[Pattern, ...]


@node
class MatchStar(Pattern):
    """`*name` in a sequence pattern; None is `*_`."""

    name: str | None = None


@node
class MatchMapping(Pattern):
    """`{key: pattern, **rest}`."""

    keys: tuple[Expr, ...] = ()
    patterns: tuple[Pattern, ...] = ()
    rest: str | None = None


@node
class MatchClass(Pattern):
    """`Class(a, b, name=c)`."""

    cls: Expr
    patterns: tuple[Pattern, ...] = ()
    keyword_names: tuple[str, ...] = ()
    keyword_patterns: tuple[Pattern, ...] = ()


@node
class MatchOr(Pattern):
    """`a | b`."""

    patterns: tuple[Pattern, ...]


@node
class MatchAs(Pattern):
    """`pattern as name`, a bare `name` (pattern None), or `_` (both None)."""

    pattern: Pattern | None = None
    name: str | None = None


@node
class MatchCase(Node):
    """`case pattern if guard: body`."""

    pattern: Pattern
    body: Body
    guard: Expr | None = None


@node
class Match(Stmt):
    """`match subject: cases`."""

    subject: Expr
    cases: tuple[MatchCase, ...]
    span: Span | None = None
