"""How large a run is: all that its state holds, each object once."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import Any

from warren.engine.run.state import RunState
from warren.engine.values.closures import BoundMethod, Closure
from warren.engine.values.code import AsyncCode
from warren.engine.values.kept import FIELDS
from warren.engine.values.sizes import memory_size, parts_of


def size_of(run: RunState) -> int:
    """The rough size of a run in bytes."""
    return memory_size(roots_of(run), _parts_of)


def roots_of(run: RunState) -> list[Any]:
    """What a run holds directly; its objects are reached from there."""
    roots: list[Any] = [
        run.main,
        *run.ready,
        *run.pending.values(),
        *run.children.values(),
        *run.terms.values(),
        *run.asked.values(),
        *run.timers.values(),
        run.input,
    ]
    roots += [run.instance, *run.watchers, *run.updates.values(), run.requests, run.attributes]
    return roots


def reached_from(value: Any) -> Iterable[Any]:
    """What an object of a run holds directly."""
    own = _parts_of(value)
    return parts_of(value)[1] if own is None else own


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
