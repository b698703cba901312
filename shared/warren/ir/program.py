"""The lowered form: a program is a set of functions; an async function is a graph of nodes, a sync one is its IR body.

An async function's nodes are numbered from 0, which is where it starts; `next` and the like are node numbers. Whatever
can pause is a node of its own (`AwaitNode`); what cannot is plain code inside a node. `handler` is where an exception
raised in the node goes: the node to continue at, with the exception in the variable `error_slot` names there. Must not
know how nodes are executed.
"""

from __future__ import annotations

from typing import Any

from warren.ir.base import Node, Span, content_hash, node
from warren.ir.expressions import Expr, Param
from warren.ir.statements import Body
from warren.ir.workflow import QueryDef, SignalDef, TypeDef, UpdateDef


class GraphNode(Node):
    """Base of the nodes of a graph. `handler` is the number of the `HandlerNode` that takes its exceptions, or None."""

    __slots__ = ()
    handler: int | None
    span: Span | None


@node
class CodeNode(GraphNode):
    """Pure statements that run at once; none of them leaves the node but by its end or an exception."""

    body: Body
    next: int
    handler: int | None = None
    span: Span | None = None


@node
class BranchNode(GraphNode):
    """Go to `then` if `test` is true, else to `orelse`."""

    test: Expr
    then: int
    orelse: int
    handler: int | None = None
    span: Span | None = None


@node
class LoopNode(GraphNode):
    """Advance the iterator in the temporary `iterator`: assign the item to `target` and go to `body`, or to `exit`."""

    iterator: str
    target: Expr
    body: int
    exit: int
    handler: int | None = None
    span: Span | None = None


@node
class AwaitNode(GraphNode):
    """Evaluate `value` to an awaitable, wait for it, put its result into the temporary `result` (or drop it).

    `kind` is what is known at compile time: `action`, `sleep`, `gather`, `child`, `construct`, `call` (another async
    function of the workflow), `task` or `await`; `label` names it for people (the action, the function).
    """

    value: Expr
    next: int
    result: str | None = None
    kind: str = "await"
    label: str = ""
    handler: int | None = None
    span: Span | None = None


@node
class HandlerNode(GraphNode):
    """Where exceptions of a region arrive: it is put into the temporary `error`, then execution goes on at `next`."""

    error: str
    next: int
    handler: int | None = None
    span: Span | None = None


@node
class SwitchNode(GraphNode):
    """End of a `finally` block: go to `targets[n]`, n being the small int in the temporary `selector`."""

    selector: str
    targets: tuple[int, ...]
    handler: int | None = None
    span: Span | None = None


@node
class ReturnNode(GraphNode):
    """End of the function with a value (None where absent)."""

    value: Expr | None = None
    handler: int | None = None
    span: Span | None = None


@node
class RaiseNode(GraphNode):
    """Raise the exception in the temporary `error` again, unchanged."""

    error: str
    handler: int | None = None
    span: Span | None = None


@node
class AsyncFunction(Node):
    """An async function as a graph. `locals` are all its variables and temporaries; `cells` and `free` as in the IR."""

    name: str
    qualname: str
    params: tuple[Param, ...]
    nodes: tuple[GraphNode, ...]
    locals: tuple[str, ...]
    cells: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    filename: str = ""
    span: Span | None = None


@node
class SyncFunction(Node):
    """A function that cannot pause: evaluated at once."""

    name: str
    qualname: str
    params: tuple[Param, ...]
    body: Body
    locals: tuple[str, ...]
    cells: tuple[str, ...] = ()
    free: tuple[str, ...] = ()
    filename: str = ""
    span: Span | None = None


@node
class Program(Node):
    """A workflow ready to run: immutable, identified by `version`, its content hash.

    `entry` is the key of `run()`; the other fields are those of `WorkflowIR`.
    """

    workflow: str
    ref: str
    entry: str
    functions: dict[str, AsyncFunction | SyncFunction]
    types: dict[str, TypeDef]
    parameters: dict[str, Any]
    returns: Any = None
    filename: str = ""
    signals: tuple[SignalDef, ...] = ()
    queries: tuple[QueryDef, ...] = ()
    updates: tuple[UpdateDef, ...] = ()
    semantics: int = 1
    """Those of the engine that it was made for (`ir.semantics`)."""

    @property
    def version(self) -> str:
        """SHA-256 of the program without source places, 64 hex digits."""
        return content_hash(self)
