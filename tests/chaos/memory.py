"""How much memory the services of a chaos run take at most."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

import psutil
from tests.chaos.world import World

_LOOK_SECONDS: Final = 0.25


class Memory:
    """Watches resident memory; `largest` has the most of any process, by kind of service."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.largest: dict[str, int] = {}

    async def watch(self) -> None:
        """Look for ever; run it as a task."""
        while True:
            for slot in self._world.supervisor.slots:
                with contextlib.suppress(psutil.Error):
                    size = psutil.Process(slot.process.pid).memory_info().rss
                    self.largest[slot.kind] = max(self.largest.get(slot.kind, 0), size)
            await asyncio.sleep(_LOOK_SECONDS)
