"""`RegisterWorkflows` in messages of bounded size: how large a workflow may be, and what shares a message.

Used by clients and workers, and by the compiler for what they sent. Must not know how they do it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from warren.contracts import rendering, wire
from warren.contracts.messages import WorkflowSource
from warren.errors import InvalidInput

PROGRAM_BYTES: Final = 4 << 20
"""The largest workflow, as JSON: some 8,000 statements. To compile as many holds a compiler up for four seconds."""
MESSAGE_BYTES: Final = 1 << 20
"""Workflows share a message up to this size. RabbitMQ 4 takes 16 MiB, and an operator may have set less."""


@dataclass(slots=True)
class Registration:
    """One message: the names of what it registers, and its body."""

    workflows: list[str] = field(default_factory=list)
    _items: list[bytes] = field(default_factory=list)
    _size: int = 0

    @property
    def body(self) -> bytes:
        """The message's JSON."""
        return rendering.register_workflows(self._items)

    def has_room_for(self, item: bytes) -> bool:
        """Whether the message stays within `MESSAGE_BYTES`, or is empty."""
        return not self._items or self._size + len(item) <= MESSAGE_BYTES

    def add(self, workflow: str, item: bytes) -> None:
        """Take one workflow in."""
        self.workflows.append(workflow)
        self._items.append(item)
        self._size += len(item) + 1


def registrations(sources: Iterable[WorkflowSource]) -> list[Registration]:
    """The messages that register these, in their order; raises `InvalidInput` where a workflow is too large."""
    packed = [Registration()]
    for source in sources:
        item = checked(source)
        if not packed[-1].has_room_for(item):
            packed.append(Registration())
        packed[-1].add(source.workflow, item)
    return packed


def checked(source: WorkflowSource) -> bytes:
    """A workflow as JSON; raises `InvalidInput` where that is too large."""
    item = wire.dump(source)
    if len(item) > PROGRAM_BYTES:
        raise InvalidInput(
            f"the workflow {source.workflow!r} is too large to register: {len(item) / (1 << 20):.1f} MiB as JSON, and "
            f"{PROGRAM_BYTES >> 20} MiB is the most. Keep large data in actions, or split it into child workflows"
        )
    return item
