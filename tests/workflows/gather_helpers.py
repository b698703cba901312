"""`gather` of async helpers runs them side by side."""

import asyncio

from warren import Workflow, action, workflow


@action
async def step(x: int) -> int:
    return x + 1


@workflow
class GatherHelpers(Workflow):
    async def run(self, items: list[int]) -> list:
        first = await asyncio.gather(*[self.twice(item) for item in items])
        second = await asyncio.gather(self.twice(1), step(5), self.loop(len(items)))
        return [first, second]

    async def twice(self, x: int) -> int:
        return await step(await step(x))

    async def loop(self, n: int) -> list[int]:
        out = []
        for i in range(n):
            out.append(await step(i))
        return out


CASES = [{"items": [1, 2, 3]}, {"items": []}]
