"""Workflows that continue as new, for tests on real servers."""

from __future__ import annotations

import asyncio

from tests.e2e.workload import inc

from warren import Signal, Workflow, continue_as_new, history_length, history_size, query, update, workflow


@workflow
class Adder(Workflow):
    """Adds what it is sent, two amounts in each run, until it is sent 0."""

    name = "e2e.adder"
    amounts = Signal[int]()

    def __init__(self) -> None:
        self.seen: list[int] = []

    @query
    def state(self) -> list[int]:
        return self.seen

    @update
    async def never(self) -> None:
        await asyncio.sleep(3600)

    async def run(self, seen: list[int] | None = None, *, runs: int = 1) -> dict[str, object]:
        self.seen = list(seen or [])
        for _ in range(2):
            amount = await self.amounts.receive()
            if amount == 0:
                size = [history_length() > 0, history_size() > 0]
                return {"seen": self.seen, "runs": runs, "size": size}
            self.seen.append(await inc(amount))
        continue_as_new(self.seen, runs=runs + 1)
        return {}


@workflow
class Counts(Workflow):
    """Continues as new a number of times."""

    name = "e2e.counts_down"

    async def run(self, times: int, done: int = 0) -> int:
        if times:
            continue_as_new(times - 1, done=done + 1)
        return done


@workflow
class Waits(Workflow):
    """Waits for a child that continues as new."""

    name = "e2e.waits_for_a_chain"

    async def run(self, times: int) -> int:
        return 10 + await Counts().run(times)
