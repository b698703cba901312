"""`asyncio.Semaphore` and `BoundedSemaphore`: so many at once, in order, and never more."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioSemaphore(Workflow):
    async def run(self, count: int, limit: int) -> list:
        log: list = []
        running = 0
        semaphore = asyncio.Semaphore(limit)

        async def work(number: int) -> int:
            nonlocal running
            async with semaphore:
                running += 1
                log.append([number, running, semaphore.locked()])
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                running -= 1
            return number

        tasks = [asyncio.create_task(work(number)) for number in range(count)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        for task in tasks[1:3]:
            task.cancel()
        log.append([repr(one) for one in await asyncio.gather(*tasks, return_exceptions=True)])
        bounded = asyncio.BoundedSemaphore(value=limit)
        await bounded.acquire()
        bounded.release()
        try:
            bounded.release()
        except ValueError as error:
            log.append(str(error))
        semaphore.release()
        log.append([await semaphore.acquire(), isinstance(bounded, asyncio.Semaphore)])
        try:
            asyncio.Semaphore(-limit)
        except ValueError as error:
            log.append(str(error))
        log.append(await act(semaphore.locked()))
        return log


CASES = [{"count": count, "limit": limit} for count in (1, 3, 7) for limit in (1, 2, 5)]
