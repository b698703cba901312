"""`gather` spread over comprehensions, lists and generators, mixed with single actions."""

import asyncio

from warren import Workflow, action, workflow


@action
async def double(x: int) -> int:
    return x * 2


@workflow
class GatherSpread(Workflow):
    async def run(self, items: list[int]) -> list:
        spread = await asyncio.gather(*[double(item) for item in items if item >= 0])
        lazily = await asyncio.gather(*(double(item + 1) for item in items))
        tasks = [double(item) for item in items]
        tasks.append(double(1000))
        listed = await asyncio.gather(*tasks)
        mixed = await asyncio.gather(double(1), *[double(item) for item in items], double(2))
        mapped = await asyncio.gather(*map(double, items))
        return [spread, lazily, listed, mixed, mapped, sum(spread)]


CASES = [{"items": [1, 2, 3]}, {"items": []}, {"items": [-1, 5]}]
