"""`asyncio.timeout` and `asyncio.wait_for`, in time and too late."""

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x: int) -> int:
    return x


@workflow
class Timeouts(Workflow):
    async def run(self, wait: float) -> list:
        log = []
        try:
            async with asyncio.timeout(0.05):
                log.append(await work(1))
                await asyncio.sleep(wait)
                log.append("in time")
        except TimeoutError:
            log.append("too late")
        async with asyncio.timeout(None), asyncio.timeout(60):
            log.append(await work(2))
        log.append(await asyncio.wait_for(work(3), timeout=30))
        try:
            log.append(await asyncio.wait_for(self.slow(wait), 0.05))
        except asyncio.TimeoutError:
            log.append("helper too late")
        return log

    async def slow(self, wait: float) -> str:
        await asyncio.sleep(wait)
        return "helper in time"


RACES = True  # what comes first decides
CASES = [{"wait": 0.0}, {"wait": 0.4}]
