"""`asyncio.create_task`, awaited later, several times, and inside gather."""

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x: int) -> int:
    if x < 0:
        raise ValueError(x)
    return x * 2


@workflow
class CreateTask(Workflow):
    async def run(self, x: int) -> list:
        first = asyncio.create_task(work(x))
        second = asyncio.create_task(self.helper(x))
        third = await work(3)
        tasks = [asyncio.create_task(work(i)) for i in range(3)]
        got = [await second, await first, await first, third]
        got.extend(await asyncio.gather(*tasks, first))
        for task in tasks:
            got.append(await task)
        return got

    async def helper(self, x: int) -> int:
        return await work(await work(x))


CASES = [{"x": 1}, {"x": 0}]
