"""`asyncio.gather` of several actions and values of their results."""

import asyncio

from warren import Workflow, action, workflow


@action
async def double(x: int) -> int:
    return x * 2


@action
async def negate(x: int) -> int:
    return -x


@workflow
class GatherStatic(Workflow):
    async def run(self, x: int) -> list:
        a, b = await asyncio.gather(double(x), negate(x))
        results = await asyncio.gather(double(a), double(b), negate(a + b))
        nothing = await asyncio.gather()
        nested = await asyncio.gather(asyncio.gather(double(1), double(2)), negate(3))
        return [a, b, results, nothing, nested]


CASES = [{"x": 3}, {"x": 0}]
