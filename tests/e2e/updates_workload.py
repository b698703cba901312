"""A workflow that takes updates, for tests on real servers."""

from __future__ import annotations

from tests.e2e.workload import inc

from warren import Workflow, update, workflow


@workflow
class Pieces(Workflow):
    """Pieces in stock, until it is closed."""

    name = "e2e.pieces"

    def __init__(self) -> None:
        self.pieces = 0
        self.is_closed = False

    @update
    async def add(self, pieces: int) -> int:
        """An action counts one more than there are."""
        self.pieces = await inc(self.pieces + pieces)
        return self.pieces

    @add.validator
    def check_add(self, pieces: int) -> None:
        if pieces < 0:
            raise ValueError("take them away instead")

    @update
    def take(self, pieces: int = 1) -> int:
        if pieces > self.pieces:
            raise LookupError(f"only {self.pieces} are there")
        self.pieces -= pieces
        return self.pieces

    @update
    async def wait_for(self, pieces: int) -> str:
        await self.wait_until(lambda: self.pieces >= pieces)
        return "there"

    @update
    def close(self) -> None:
        self.is_closed = True

    async def run(self) -> int:
        await self.wait_until(lambda: self.is_closed)
        return self.pieces
