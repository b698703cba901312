"""`asyncio.wait` in its three ways, with a timeout, and what it refuses."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioWait(Workflow):
    async def run(self, return_when: str, timeout: float | None) -> list:
        log: list = []

        async def work(number: int, turns: int) -> int:
            for _ in range(turns):
                await asyncio.sleep(0)
            log.append(number)
            if number == 2:
                raise KeyError(number)
            return number

        def shown(tasks: set) -> list:
            return sorted(repr(task.exception() or task.result()) if task.done() else "pending" for task in tasks)

        tasks = [asyncio.create_task(work(number, turns)) for number, turns in enumerate([5, 0, 2, 4])]
        tasks.append(asyncio.create_task(asyncio.sleep(0.05)))
        done, pending = await asyncio.wait(tasks, timeout=timeout, return_when=return_when)
        log.append([shown(done), shown(pending)])
        if pending:
            done, pending = await asyncio.wait(pending)
            log.append([shown(done), shown(pending)])
        done, pending = await asyncio.wait([tasks[0], tasks[1], tasks[0]], return_when=asyncio.FIRST_COMPLETED)
        log.append([len(done), len(pending)])
        waiting = asyncio.create_task(asyncio.wait([asyncio.create_task(asyncio.sleep(0.01))]))
        await asyncio.sleep(0)
        waiting.cancel("why")
        try:
            await waiting
        except asyncio.CancelledError as error:
            log.append(error.args)
        call = act(1)
        for wrong in ([], [call]):
            try:
                await asyncio.wait(wrong)
            except (TypeError, ValueError) as error:
                log.append(str(error))
        try:
            await asyncio.wait(tasks, return_when="ever")
        except ValueError as error:
            log.append(str(error))
        log.append(await call)
        return log


CASES = [
    {"return_when": way, "timeout": timeout}
    for way in (asyncio.FIRST_COMPLETED, asyncio.FIRST_EXCEPTION, asyncio.ALL_COMPLETED)
    for timeout in (None, 0, 0.02, 9)
]
