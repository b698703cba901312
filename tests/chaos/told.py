"""A workflow that is told numbers by signals: it must hear each once, in the order in which they were sent."""

from __future__ import annotations

from tests.chaos.workload import step

from warren import Signal, Workflow, signal, workflow


@workflow
class Told(Workflow):
    """Takes numbers from its mailbox, or by a handler; works between them; returns what it has heard."""

    name = "chaos.told"
    numbers = Signal[int]()

    def __init__(self) -> None:
        self.heard: list[int] = []

    @signal
    def tell(self, number: int) -> None:
        self.heard.append(number)

    async def run(self, count: int, has_mailbox: bool) -> list[int]:
        for index in range(count):
            if has_mailbox:
                self.heard.append(await self.numbers.receive())
            else:
                await self.wait_until(lambda: len(self.heard) > index)  # noqa: B023 - awaited here
            if index % 3 == 0:
                await step(index, 1)
        return self.heard
