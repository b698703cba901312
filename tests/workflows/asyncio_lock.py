"""`asyncio.Lock`: in order, released by `async with` however it is left, and passed on when a waiter is cancelled."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioLock(Workflow):
    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.log: list = []

    async def work(self, name: object) -> object:
        async with self.lock:
            self.log.append([name, "in"])
            await asyncio.sleep(0)
            if name == 2:
                raise KeyError(name)
            if name == 1:
                return name
            self.log.append([name, "out"])
        return None

    async def run(self, count: int, cancelled: int) -> list:
        tasks = [asyncio.create_task(self.work(number)) for number in range(count)]
        await asyncio.sleep(0)
        self.log.append(self.lock.locked())
        if cancelled < count:
            await asyncio.sleep(0)
            tasks[cancelled].cancel()
        for task in tasks:
            try:
                self.log.append(await task)
            except (KeyError, asyncio.CancelledError) as error:
                self.log.append(repr(error))
        try:
            self.lock.release()
        except RuntimeError as error:
            self.log.append(str(error))
        self.log.append(await self.lock.acquire())
        try:
            async with asyncio.timeout(0.01):
                async with self.lock:
                    self.log.append("never")
        except TimeoutError:
            self.log.append(self.lock.locked())
        self.lock.release()
        found = []
        for number in range(3):
            async with self.lock as nothing:
                if number == 0:
                    continue
                found.append([number, nothing])
                if number == 1:
                    break
        self.log.append(await act([found, self.lock.locked()]))
        return self.log


CASES = [{"count": count, "cancelled": cancelled} for count in (1, 4) for cancelled in (0, 1, 2, 9)]
