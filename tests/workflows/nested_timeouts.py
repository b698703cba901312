"""Whose `TimeoutError` it is: the inner timeout's, the outer one's, or none because the code swallowed it."""

import asyncio

from warren import Workflow, workflow


@workflow
class NestedTimeouts(Workflow):
    async def run(self, outer: float, inner: float, swallow: bool) -> list:
        log = []

        async def slow(name: str) -> str:
            try:
                await asyncio.sleep(0.5)
            except asyncio.CancelledError:
                log.append(name)
                if not swallow:
                    raise
            return name

        try:
            async with asyncio.timeout(outer) as around:
                try:
                    async with asyncio.timeout(inner) as within:
                        log.append(await slow("in both"))
                        await asyncio.sleep(0)
                except TimeoutError:
                    log.append("inner")
                log.append([around.expired(), within.expired()])
                log.append(await slow("in the outer one"))
        except TimeoutError as error:
            log.append(["outer", type(error.__cause__).__name__])
        log.append(around.expired())
        for seconds in (0, -1, 0.01, None):
            try:
                log.append(await asyncio.wait_for(slow("waited for") if seconds is not None else self.quick(), seconds))
            except TimeoutError as error:
                log.append([seconds, type(error.__cause__).__name__])
        task = asyncio.create_task(self.quick())
        await task
        log.append(await asyncio.wait_for(task, 0))
        return log

    async def quick(self) -> str:
        return "quick"


RACES = True  # what comes first decides
CASES = [
    {"outer": 0.06, "inner": 0.02, "swallow": False},
    {"outer": 0.02, "inner": 0.06, "swallow": False},
    {"outer": 0.06, "inner": 0.02, "swallow": True},
    {"outer": 0.02, "inner": 0.06, "swallow": True},
]
