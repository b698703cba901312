"""Other workflows as child runs: awaited, in a gather, failing, and with a timeout around them."""

import asyncio

from warren import Workflow, action, workflow


@action
async def double(x: int) -> int:
    return x * 2


@workflow
class Doubler(Workflow):
    async def run(self, x: int, *, times: int = 1) -> int:
        if x < 0:
            raise ValueError(f"{x} is negative")
        for _ in range(times):
            x = await double(x)
        return x


@workflow
class ChildRuns(Workflow):
    async def run(self, n: int) -> list:
        one = await Doubler().run(n)
        many = await asyncio.gather(*[Doubler().run(x, times=2) for x in range(3)], double(5))
        try:
            await Doubler().run(-1 - n)
        except ValueError as error:
            caught = str(error)
        mixed = await asyncio.gather(Doubler().run(-5), self.helper(1), return_exceptions=True)
        return [one, many, caught, type(mixed[0]).__name__, mixed[1]]

    async def helper(self, x: int) -> int:
        return await Doubler().run(x, times=3)


CASES = [{"n": 0}, {"n": 4}]
