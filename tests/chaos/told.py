"""A workflow that is told numbers by signals or updates: it must hear each once, in the order of their sending."""

from __future__ import annotations

from typing import Final

from tests.chaos.workload import step

from warren import Signal, Workflow, continue_as_new, signal, update, workflow

FORMS: Final = ("mailbox", "handler", "update", "async update")
"""How numbers are told."""


@workflow
class Told(Workflow):
    """Takes numbers in one of the `FORMS`; works between them, or an update does; returns what it has heard."""

    name = "chaos.told"
    numbers = Signal[int]()

    def __init__(self) -> None:
        self.heard: list[int] = []

    @signal
    def tell(self, number: int) -> None:
        self.heard.append(number)

    @update
    def hear(self, number: int) -> int:
        """How many numbers came before."""
        self.heard.append(number)
        return len(self.heard) - 1

    @hear.validator
    def check(self, number: int) -> None:
        if number < 0:
            raise ValueError("no number to tell")

    @update
    async def hear_slowly(self, number: int) -> int:
        """The same, after an action for each third number."""
        if number % 3 == 0:
            await step(number, 1)
        self.heard.append(number)
        return len(self.heard) - 1

    async def run(self, count: int, form: str) -> list[int]:
        for index in range(count):
            if form == "mailbox":
                self.heard.append(await self.numbers.receive())
            else:
                await self.wait_until(lambda: len(self.heard) > index)  # noqa: B023 - awaited here
            if index % 3 == 0 and form != "async update":
                await step(index, 1)
        return self.heard


CHAINED_FORMS: Final = ("mailbox", "handler", "update")
"""Of a run that continues as new: it leaves no update under way behind, which would have to be asked for again."""


@workflow
class Chained(Workflow):
    """As `Told`, and continues as new after so many numbers: what it has heard is all that goes on."""

    name = "chaos.chained"
    numbers = Signal[int]()

    def __init__(self) -> None:
        self.heard: list[int] = []

    @signal
    def tell(self, number: int) -> None:
        self.heard.append(number)

    @update
    def hear(self, number: int) -> int:
        """How many numbers came before."""
        self.heard.append(number)
        return len(self.heard) - 1

    async def run(self, count: int, form: str, every: int, before: list[int] | None = None) -> list[int]:
        self.heard = list(before or [])
        first = len(self.heard)
        while len(self.heard) < count:
            if form == "mailbox":
                self.heard.append(await self.numbers.receive())
            else:
                known = len(self.heard)
                await self.wait_until(lambda: len(self.heard) > known)  # noqa: B023 - awaited here
            if len(self.heard) % 3 == 0:
                await step(len(self.heard), 1)
            if len(self.heard) - first >= every and len(self.heard) < count:
                continue_as_new(count, form, every, before=self.heard)
        return self.heard
