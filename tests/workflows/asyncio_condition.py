"""`asyncio.Condition`: wait, wait_for, notify, with its own lock and with another's, cancelled meanwhile."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioCondition(Workflow):
    async def run(self, count: int, shared: bool) -> list:
        log: list = []
        lock = asyncio.Lock()
        condition = asyncio.Condition(lock) if shared else asyncio.Condition()
        value = 0

        async def waits(name: int) -> None:
            async with condition:
                log.append([name, await condition.wait(), condition.locked()])

        async def waits_for(name: int) -> None:
            async with condition:
                log.append([name, await condition.wait_for(lambda: value >= name and value), value])

        tasks = [asyncio.create_task((waits if number % 2 else waits_for)(number)) for number in range(count)]
        await asyncio.sleep(0)
        for number in range(count + 1):
            async with condition:
                value = number
                condition.notify(1 if number % 2 else 2)
                log.append(["notified", number, condition.locked(), lock.locked() == shared])
            await asyncio.sleep(0)
            if number == 1 and count > 2:
                log.append(tasks[2].cancel())
        async with condition:
            condition.notify_all()
        log.append([repr(one) for one in await asyncio.gather(*tasks, return_exceptions=True)])
        for method in (condition.notify, condition.notify_all):
            try:
                method()
            except RuntimeError as error:
                log.append(str(error))
        try:
            await condition.wait()
        except RuntimeError as error:
            log.append(str(error))
        async with condition:
            try:
                async with asyncio.timeout(0.01):
                    await condition.wait()
            except TimeoutError:
                log.append(condition.locked())
        log.append(await act(condition.locked()))
        return log


CASES = [{"count": count, "shared": shared} for count in (1, 2, 5) for shared in (False, True)]
