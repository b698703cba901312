"""`asyncio.as_completed`: in the order of the ends, with failures, and with a timeout."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioAsCompleted(Workflow):
    async def run(self, timeout: float | None) -> list:
        log: list = []

        async def work(number: int, turns: int) -> int:
            for _ in range(turns):
                await asyncio.sleep(0)
            if number == 2:
                raise KeyError(number)
            if number == 3:
                await asyncio.sleep(0.03)
            return number

        tasks = [asyncio.create_task(work(number, turns)) for number, turns in enumerate([5, 1, 9, 13])]
        for one in asyncio.as_completed(tasks, timeout=timeout):
            try:
                log.append(await one)
            except (KeyError, TimeoutError) as error:
                log.append(repr(error))
        log.append([task.done() for task in tasks])
        first = next(asyncio.as_completed([tasks[0]]))
        log.append([await first, list(asyncio.as_completed([]))])
        log.append(await asyncio.gather(*asyncio.as_completed([asyncio.create_task(work(7, 1))])))
        log.append(await act(1))
        return log


CASES = [{"timeout": None}, {"timeout": 0.01}, {"timeout": 30}]
