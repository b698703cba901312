"""Indexing within the budget: `x[i]`, `x[i] = y` and `del x[i]`, where a key is hashed or items have to move."""

from __future__ import annotations

from typing import Any, Final

from warren.engine.guarded.arithmetic import Arithmetic
from warren.engine.guarded.costs import MAPPINGS
from warren.engine.namespace import Global
from warren.engine.values.containers import Deque
from warren.engine.values.limits import Stop
from warren.errors import NotSupportedInWorkflow

INDEXED: Final[frozenset[type]] = frozenset({list, tuple, str, bytes, range})
"""Classes that are indexed by number in a constant time."""
_MANY: Final = 64


class Places(Arithmetic):
    """Guarded indexing over one budget."""

    def places(self) -> dict[str, Any]:
        """The globals of compiled code that this class provides."""
        return {Global.ITEM: self.item, Global.KEY: self.key, Global.DELETED: self.deleted, Global.INDEXED: INDEXED}

    def item(self, owner: Any, index: Any) -> Any:
        """`owner[index]`."""
        is_class = isinstance(owner, type)
        if is_class and not hasattr(owner, "__members__"):
            raise Stop(
                NotSupportedInWorkflow(f"{owner.__name__}[...] is a type for annotations, not a value in a workflow")
            )
        cls: type = owner.__class__
        if cls in INDEXED:
            return self.result(owner[index]) if index.__class__ is slice else owner[index]
        return owner[self.key(owner, index)]

    def key(self, owner: Any, index: Any) -> Any:
        """An index or key that is about to be read or assigned; the same, with what that takes taken."""
        cls = owner.__class__
        if cls in MAPPINGS:
            kind = index.__class__
            if kind is str or kind is float:
                return index
            return self.hashed(index, owner)
        if index.__class__ is slice:
            self._moving(owner)
        elif cls is Deque and len(owner) > _MANY:
            self._budget.spend(len(owner) >> 10)
        return index

    def deleted(self, owner: Any, index: Any) -> Any:
        """A key or index whose item is about to be deleted: what stands behind it moves."""
        self._moving(owner)
        return self.key(owner, index)

    def _moving(self, owner: Any) -> None:
        if (owner.__class__ is list or owner.__class__ is Deque) and len(owner) > _MANY:
            self._budget.spend(len(owner) >> 8)
