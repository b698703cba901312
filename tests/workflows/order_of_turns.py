"""Who goes on first is counted in turns of the event loop, and each way of waiting takes as many as in asyncio."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: float) -> float:
    return x


@workflow
class OrderOfTurns(Workflow):
    async def run(self, n: float) -> list:
        log = []

        async def turns(count: int) -> None:
            for turn in range(count):
                log.append(turn)
                await asyncio.sleep(0)

        async def at_once(name: str) -> str:
            log.append(name)
            if name == "fails":
                raise KeyError(name)
            return name

        for names in (["one"], ["one", "two"], ["fails", "two"]):
            counter = asyncio.create_task(turns(6))
            log.append(await asyncio.gather(*[at_once(name) for name in names], return_exceptions=True) and "all")
            await counter
        counter = asyncio.create_task(turns(6))
        try:
            await asyncio.gather(at_once("one"), asyncio.sleep(0), at_once("fails"), asyncio.sleep(n))
        except KeyError as error:
            log.append(repr(error))
        await counter
        counter = asyncio.create_task(turns(6))
        log.append(await asyncio.wait_for(at_once("waited for"), None))
        task = asyncio.create_task(asyncio.sleep(0, "slept"))
        log.append([await task, await asyncio.gather()])
        await counter
        counter = asyncio.create_task(turns(8))
        async with asyncio.TaskGroup() as group:
            group.create_task(at_once("one"))
            group.create_task(asyncio.sleep(0))
        log.append("group")
        await counter
        log.append(await act(n))
        return log


CASES = [{"n": 0.0}, {"n": 0.01}]
