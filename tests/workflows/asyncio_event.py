"""`asyncio.Event`: set and cleared, waited for by many, with a timeout, by who is cancelled."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioEvent(Workflow):
    async def run(self, count: int) -> list:
        log: list = []
        event = asyncio.Event()

        async def waits(name: object) -> None:
            log.append([name, await event.wait(), event.is_set()])

        tasks = [asyncio.create_task(waits(number)) for number in range(count)]
        await asyncio.sleep(0)
        if tasks:
            tasks[0].cancel()
        event.set()
        event.set()
        event.clear()
        log.append(["set", event.is_set()])
        for task in tasks:
            try:
                await task
            except asyncio.CancelledError:
                log.append("cancelled")
        try:
            await asyncio.wait_for(event.wait(), 0.01)
        except TimeoutError:
            log.append("too late")
        event.set()
        await waits("last")
        log.append(await act(event.is_set()))
        return log


CASES = [{"count": 0}, {"count": 1}, {"count": 3}]
