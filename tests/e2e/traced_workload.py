"""A workflow with a gather, a retry and a caught failure; its actions touch nothing."""

from __future__ import annotations

import asyncio

from warren import RetryPolicy, Workflow, action, action_context, workflow


@action
async def add(a: int, b: int) -> int:
    return a + b


@action
async def second_time(n: int) -> int:
    if action_context().attempt == 1:
        raise ConnectionError("not yet")
    return n


@workflow
class Traced(Workflow):
    name = "e2e.traced"

    async def run(self, n: int) -> int:
        parts = await asyncio.gather(*[add(n, i) for i in range(3)])
        return await self.run_action(second_time(sum(parts)), retry=RetryPolicy(attempts=2, backoff_seconds=0.05))


@workflow
class Failing(Workflow):
    name = "e2e.failing"

    async def run(self, n: int) -> int:
        return await second_time(n)
