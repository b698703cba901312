"""A timeout of nothing ends the block at its first real wait, and not before the others had their turn."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: int) -> int:
    await asyncio.sleep(0)
    return x


@workflow
class TimeoutZero(Workflow):
    async def run(self, seconds: float) -> list:
        out = []
        try:
            async with asyncio.timeout(seconds):
                await asyncio.sleep(0)
                out.append(await act(1))
        except TimeoutError:
            out.append("late")
        async with asyncio.timeout(seconds) as context:
            out.append("no wait at all")
        out.append(context.expired())
        try:
            out.append(await asyncio.wait_for(asyncio.sleep(5), seconds))
        except TimeoutError:
            out.append("late again")
        return out


CASES = [{"seconds": 0.0}, {"seconds": -1.0}]
