"""Which fields of the engine's own objects belong to a run's state, and how large a run is.

Must not know how a snapshot is written.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import Any

from warren.engine.library.callables import CALLABLES
from warren.engine.library.itertools_table import ITERATORS
from warren.engine.program.codegen.functions import AsyncCode
from warren.engine.run.state import PendingAction, PendingChild, PendingTimer, RunState
from warren.engine.values import iterators, objects
from warren.engine.values.objects import BoundMethod, Closure
from warren.engine.values.sizes import memory_size
from warren.engine.values.views import VIEWS

STATE_CLASSES = (
    *(
        objects.Cell,
        objects.ActionCall,
        objects.ChildCall,
        objects.Coroutine,
        objects.SleepCall,
        objects.Future,
        objects.Gather,
    ),
    *(objects.Timeout, objects.TaskGroup, objects.Frame, objects.Strand),
    *(objects.Launch, objects.Settle, objects.Notice, PendingAction, PendingChild, PendingTimer),
    *(
        iterators.SequenceIterator,
        iterators.ItemIterator,
        iterators.ReversedIterator,
        iterators.MappingIterator,
        iterators.EnumerateIterator,
    ),
    *(iterators.ZipIterator, iterators.MapIterator, iterators.FilterIterator, iterators.CallIterator),
    *VIEWS,
    *ITERATORS,
    *CALLABLES,
    iterators.DequeIterator,
)
BY_NAME: dict[str, type] = {cls.__name__: cls for cls in STATE_CLASSES}
FIELDS: dict[type, tuple[str, ...]] = {
    cls: (
        tuple(field.name for field in dataclasses.fields(cls))
        if dataclasses.is_dataclass(cls)
        else ("_mapping",)
        if cls in VIEWS
        else getattr(cls, "KEPT", None) or cls.__dict__["__slots__"]
    )
    for cls in STATE_CLASSES
}


def size_of(run: RunState) -> int:
    """The rough size of a run in bytes, each object once."""
    roots = [run.main, *run.ready, *run.pending.values(), *run.children.values(), *run.timers.values(), run.input]
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
