"""`asyncio.sleep` is durable and gives its result."""

import asyncio
from asyncio import sleep as pause

from warren import Workflow, action, workflow


@action
async def work(x: int) -> int:
    return x + 1


@workflow
class Sleep(Workflow):
    async def run(self, seconds: float) -> list:
        await asyncio.sleep(0)
        a = await work(1)
        await pause(seconds)
        b = await asyncio.sleep(seconds, result="slept")
        both = await asyncio.gather(asyncio.sleep(seconds, "x"), work(2))
        return [a, b, both]


CASES = [{"seconds": 0.01}, {"seconds": 0}]
