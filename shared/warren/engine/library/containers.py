"""`collections`: Counter, defaultdict, OrderedDict and deque are CPython's own; here is what calling them takes.

Their methods are guarded like those of the built-in containers. Must not know how a snapshot keeps them.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable
from typing import Any

from warren.engine.guarded.guards import Guards
from warren.engine.values.containers import DefaultDict, Deque
from warren.engine.values.limits import OBJECT_BYTES

CONTAINERS: dict[str, type] = {
    "collections.Counter": Counter,
    "collections.OrderedDict": OrderedDict,
    "collections.defaultdict": DefaultDict,
    "collections.deque": Deque,
}
"""The classes by intrinsic name."""


def containers_table(guards: Guards) -> dict[str, Any]:
    """What calling the classes does, by intrinsic name."""
    return {
        "collections.Counter": _made(guards, Counter, guards.hashing),
        "collections.OrderedDict": _made(guards, OrderedDict, guards.hashing_pairs),
        "collections.defaultdict": _made(guards, DefaultDict, guards.hashing_pairs),
        "collections.deque": _made(guards, Deque, lambda items: items),
    }


def _made(guards: Guards, cls: Callable[..., Any], hashed: Callable[[Any], Any]) -> Callable[..., Any]:
    """A container made of an iterable, or of pairs, in any of the arguments."""

    def made(*args: Any, **kwargs: Any) -> Any:
        guards.budget.allocate(OBJECT_BYTES)
        taken = [hashed(guards.counted(arg)) if hasattr(type(arg), "__iter__") else arg for arg in args]
        return guards.result(cls(*taken, **kwargs))

    return made
