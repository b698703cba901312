"""How much goes into one message, and how many batches are on their way: the limits, and the loop that keeps to them.

A batch is what is handled and committed together. Must not know what is in one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class MessageLimit:
    """What shares a message: at most so many items and bytes. An item that is larger than that goes alone."""

    items: int
    size: int


COMMANDS: Final = MessageLimit(items=16, size=64 << 10)
"""What compiler and coordinator send: a worker holds a message as a whole, so much in one is idle elsewhere."""
RESULTS: Final = MessageLimit(items=64, size=256 << 10)
"""What workers answer: the coordinator of the shard handles all of it anyway."""

HANDLED_MESSAGES: Final = 512
HANDLED_BYTES: Final = 64 << 20
"""What is handled as one batch, if there are several messages."""
BATCHES_IN_FLIGHT: Final = 8
"""Committed, with confirms outstanding."""
DELAYED_ACK_BATCHES: Final = 16
"""Confirmed, with acknowledgements that wait for others to join them."""
REMEMBERED_BATCHES: Final = 64
"""Whose causes are remembered: more than can be unacknowledged (the two before this together)."""


def slices(items: Sequence[bytes], limit: MessageLimit) -> Iterator[slice]:
    """Where to cut `items` into messages; nothing for none."""
    if 0 < len(items) <= limit.items and sum(map(len, items)) <= limit.size:
        yield slice(0, len(items))
        return
    start = size = 0
    for index, item in enumerate(items):
        if index > start and (index - start >= limit.items or size + len(item) > limit.size):
            yield slice(start, index)
            start, size = index, 0
        size += len(item)
    if start < len(items):
        yield slice(start, len(items))
