"""`Mailbox`: what `self` has for a signal. Compiled into the workflows that have one, like a class of the user's.

In a workflow that runs natively it is what it says here; in the engine it is the same code.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Mailbox:
    """The payloads of one signal, in the order in which the broker took them."""

    queue: Any = field(default_factory=asyncio.Queue)

    async def receive(self) -> Any:
        """The next payload; waits for one. What came before is not lost."""
        return await self.queue.get()

    def receive_nowait(self) -> Any:
        """The next payload; raises `asyncio.QueueEmpty` where there is none."""
        return self.queue.get_nowait()

    def put_nowait(self, payload: Any) -> None:
        """Add a payload, behind all others."""
        self.queue.put_nowait(payload)

    def __len__(self) -> int:
        return int(self.queue.qsize())
