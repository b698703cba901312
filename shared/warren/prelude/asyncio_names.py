"""Which object of asyncio's stands for which one of the prelude's.

`asyncio.sleep`, `gather` and the like are not here: the engine itself has those (`ir.intrinsics`).
"""

from __future__ import annotations

import asyncio
import typing
from typing import Any, Final

from warren.prelude.locks import BoundedSemaphore, Condition, Event, Lock, Semaphore
from warren.prelude.queues import LifoQueue, PriorityQueue, Queue
from warren.prelude.waiting import as_completed, ensure_future, shield, wait

_PAIRS: Final[tuple[tuple[Any, Any], ...]] = (
    (asyncio.BoundedSemaphore, BoundedSemaphore),
    (asyncio.Condition, Condition),
    (asyncio.Event, Event),
    (asyncio.LifoQueue, LifoQueue),
    (asyncio.Lock, Lock),
    (asyncio.PriorityQueue, PriorityQueue),
    (asyncio.Queue, Queue),
    (asyncio.Semaphore, Semaphore),
    (asyncio.as_completed, as_completed),
    (asyncio.ensure_future, ensure_future),
    (asyncio.shield, shield),
    (asyncio.wait, wait),
)
_BY_ID: Final = {id(native): own for native, own in _PAIRS}
_CLASSES: Final[tuple[type, ...]] = tuple(native for native, _ in _PAIRS if isinstance(native, type))


def of_asyncio(value: Any) -> Any:
    """The prelude's own for an object of asyncio's; anything else as it is."""
    return _BY_ID.get(id(value), value)


def is_of_prelude(made: Any) -> bool:
    """Whether a class or function is one of the prelude's."""
    return str(made.__module__).startswith(f"{__package__}.")


def coordination_in(annotation: Any) -> str | None:
    """The name of the first class in an annotation whose objects live inside one run."""
    if is_coordination(annotation):
        return str(annotation.__name__)
    parts = (typing.get_origin(annotation), *typing.get_args(annotation))
    return next((name for part in parts if part is not None and (name := coordination_in(part))), None)


def is_coordination(cls: Any) -> bool:
    """Whether it is a class whose objects live inside one run: asyncio's, the prelude's, or one derived from these."""
    return isinstance(cls, type) and (issubclass(cls, _CLASSES) or any(map(is_of_prelude, cls.__mro__)))
