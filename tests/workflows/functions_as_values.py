"""Actions and helpers passed on as functions."""

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x: int) -> int:
    return x * x


async def apply(function, x):
    return await function(x)


@workflow
class FunctionsAsValues(Workflow):
    async def run(self, n: int) -> list:
        via_lambda = lambda x: work(x + 1)
        steps = [work, via_lambda, self.double]
        chained = [await apply(step, n) for step in steps]
        both = await asyncio.gather(*map(self.double, range(n)))
        return [chained, both, list(map(self.plain, [1, 2]))]

    async def double(self, x: int) -> int:
        return 2 * await work(x)

    def plain(self, x: int, y: int = 1) -> int:
        return x - y


CASES = [{"n": 2}, {"n": 0}]
