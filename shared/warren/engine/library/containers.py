"""`collections`: Counter, defaultdict, OrderedDict and deque are CPython's own; here is what calling them takes.

Their methods are guarded like those of the built-in containers. Must not know how a snapshot keeps them.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from warren.engine.guards import Guards
from warren.engine.iterators import make_iterator
from warren.engine.library.iteration import ChainIterator, RepeatIterator

CONTAINERS: dict[str, type] = {
    "collections.Counter": Counter,
    "collections.OrderedDict": OrderedDict,
    "collections.defaultdict": defaultdict,
    "collections.deque": deque,
}
"""The classes by intrinsic name."""


def containers_table(guards: Guards) -> dict[str, Any]:
    """What calling the classes does, by intrinsic name."""
    return {
        "collections.Counter": _counted(guards, Counter),
        "collections.OrderedDict": _counted(guards, OrderedDict),
        "collections.defaultdict": _counted(guards, defaultdict),
        "collections.deque": _counted(guards, deque),
    }


def _counted(guards: Guards, cls: Callable[..., Any]) -> Callable[..., Any]:
    def made(*args: Any, **kwargs: Any) -> Any:
        guards.budget.allocate(100)
        return cls(*(guards.counted(arg) if hasattr(type(arg), "__iter__") else arg for arg in args), **kwargs)

    return made


def elements(counter: Counter[Any]) -> Any:
    """`Counter.elements()`."""
    return ChainIterator(make_iterator([RepeatIterator(item, count) for item, count in counter.items()]))
