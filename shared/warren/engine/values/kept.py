"""The written schema of a snapshot: which fields each kind of the engine's own objects keeps, and under which name.

`@kept(name, fields)` stands above each class. What is written there is what PostgreSQL holds for months, so a change
of it is a change of the format (`engine.snapshots.FORMAT`), which the golden snapshots of the tests notice. Must not
know how a snapshot is written.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from warren.errors import InternalError

C = TypeVar("C", bound=type)

CLASSES: dict[str, type] = {}
"""By the name of the kind in a snapshot."""
KINDS: dict[type, str] = {}
FIELDS: dict[type, tuple[str, ...]] = {}
"""What each kind keeps, in the order in which a snapshot has it."""


def kept(name: str, fields: str) -> Callable[[C], C]:
    """Mark a class whose instances are part of a run's state: `name` is their kind, `fields` attributes.

    Raises:
        InternalError: another class has that name.
    """

    def mark(cls: C) -> C:
        if name in CLASSES:
            raise InternalError(f"two classes are kept as {name!r}: {CLASSES[name].__qualname__}, {cls.__qualname__}")
        CLASSES[name], KINDS[cls], FIELDS[cls] = cls, name, tuple(fields.split())
        return cls

    return mark
