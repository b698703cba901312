"""A workflow that takes signals and answers queries, for tests on real servers."""

from __future__ import annotations

from tests.e2e.workload import inc

from warren import Workflow, query, signal, workflow


@workflow
class Shop(Workflow):
    """An order that is paid by signals, in parts, and may be held meanwhile."""

    name = "e2e.shop"

    def __init__(self) -> None:
        self.paid: list[int] = []
        self.held = False
        self.notes: list[str] = []

    @signal
    def pay(self, amount: int) -> None:
        self.paid.append(amount)

    @signal
    def hold(self, is_held: bool) -> None:
        self.held = is_held

    @query
    def owed(self, price: int) -> dict[str, int]:
        return {"owed": price - sum(self.paid), "parts": len(self.paid)}

    @signal
    def note(self, text: str) -> None:
        self.notes.append(text)

    @query
    def noted(self, beginning: str) -> list[str]:
        return [text for text in self.notes if text.startswith(beginning)]

    async def run(self, price: int) -> list[int]:
        await self.wait_until(lambda: sum(self.paid) >= price and not self.held)
        return [*self.paid, await inc(sum(self.paid))]
