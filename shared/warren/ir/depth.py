"""How deep a value is nested, as plain or tagged JSON: each container and each object is one level, tags are none.

Must not know types.
"""

from __future__ import annotations

from typing import Final

from warren.contracts.encoding import MAX_DEPTH
from warren.contracts.tags import TAG, Json
from warren.errors import InvalidInput

_OF_PAIRS: Final = frozenset({"dict", "ordereddict", "defaultdict", "counter"})


def check_depth(value: Json) -> None:
    """Raise `InvalidInput` for a value that is deeper than one may be."""
    if depth_of(value) > MAX_DEPTH:
        raise InvalidInput(f"nested deeper than {MAX_DEPTH} levels")


def depth_of(value: Json) -> int:
    """The levels of a value."""
    deepest = 0
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        deepest = max(deepest, depth)
        if isinstance(one, list):
            waiting.extend((part, depth + 1) for part in one)
        elif isinstance(one, dict) and TAG not in one:
            waiting.extend((part, depth + 1) for part in one.values())
        elif isinstance(one, dict):
            parts = one.get("v")
            is_pairs = one[TAG] in _OF_PAIRS and isinstance(parts, list)
            waiting.extend((part, depth - is_pairs) for part in one.values() if isinstance(part, dict | list))
    return deepest
