"""Where an expression would have to wait. Must not know what is done about it."""

from __future__ import annotations

from collections.abc import Mapping

from warren.ir import expressions as ex
from warren.ir import statements as st
from warren.ir.base import Node
from warren.ir.walk import children
from warren.ir.workflow import TypeDef


class Waits:
    """Knows which nodes contain something that waits: an `await`, or the construction of a class on a worker."""

    def __init__(self, types: Mapping[str, TypeDef]) -> None:
        self._types = types
        self._known: dict[int, tuple[Node, bool]] = {}

    def __call__(self, node: Node) -> bool:
        known = self._known.get(id(node))
        if known is None:
            known = node, self._compute(node)
            self._known[id(node)] = known
        return known[1]

    def is_remote_construction(self, node: Node) -> bool:
        """Whether this is a call of a class whose construction runs user code."""
        if not (isinstance(node, ex.Call) and isinstance(node.func, ex.TypeName)):
            return False
        definition = self._types.get(node.func.ref)
        return definition is not None and not definition.constructible

    def _compute(self, node: Node) -> bool:
        if isinstance(node, ex.Await | st.AsyncWith) or self.is_remote_construction(node):
            return True
        return any(self(child) for child in children(node))
