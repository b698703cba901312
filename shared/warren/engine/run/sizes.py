"""How large a run is: all that its state holds, each object once."""

from __future__ import annotations

import functools
from typing import Any

from warren.engine.run.state import RunState
from warren.engine.values.closures import BoundMethod, Closure
from warren.engine.values.code import AsyncCode
from warren.engine.values.kept import FIELDS
from warren.engine.values.sizes import memory_size


def size_of(run: RunState) -> int:
    """The rough size of a run in bytes."""
    roots: list[Any] = [
        run.main,
        *run.ready,
        *run.pending.values(),
        *run.children.values(),
        *run.timers.values(),
        run.input,
    ]
    roots += [run.instance, *run.watchers, run.requests]
    return memory_size(roots, _parts_of)


def _parts_of(value: Any) -> list[Any] | None:
    cls = type(value)
    fields = FIELDS.get(cls)
    if fields is not None:
        return [getattr(value, name) for name in fields]
    if cls is AsyncCode:
        return []
    if cls is Closure:
        return [value.cells, value.defaults]
    if cls is BoundMethod:
        return [value.owner]
    if cls is functools.partial:
        return [*value.args]
    owner = getattr(value, "__self__", None)
    return None if owner is None else [owner]
