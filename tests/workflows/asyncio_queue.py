"""`asyncio.Queue`: producers and consumers, room, what is not there, and work that is done."""

import asyncio

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@workflow
class AsyncioQueue(Workflow):
    def __init__(self) -> None:
        self.queue: asyncio.Queue[int] = asyncio.Queue(maxsize=2)
        self.log: list = []

    async def produce(self, count: int) -> None:
        for item in range(count):
            await self.queue.put(item)
            self.log.append(["put", item, self.queue.qsize(), self.queue.full()])

    async def consume(self, name: str) -> None:
        while True:
            item = await self.queue.get()
            self.log.append([name, item])
            await asyncio.sleep(0)
            self.queue.task_done()

    async def run(self, count: int) -> list:
        consumers = [asyncio.create_task(self.consume(name)) for name in "ab"]
        async with asyncio.TaskGroup() as group:
            group.create_task(self.produce(count))
            group.create_task(self.produce(count))
        await self.queue.join()
        self.log.append(["all done", self.queue.empty(), self.queue.maxsize])
        for consumer in consumers:
            self.log.append(consumer.cancel())
        await asyncio.gather(*consumers, return_exceptions=True)
        try:
            self.queue.get_nowait()
        except asyncio.QueueEmpty as error:
            self.log.append(repr(error))
        try:
            for item in range(3):
                self.queue.put_nowait(item)
        except asyncio.QueueFull as error:
            self.log.append([repr(error), self.queue.qsize()])
        try:
            async with asyncio.timeout(0):
                await self.queue.put(9)
        except TimeoutError:
            self.log.append("no room in time")
        self.log.append([self.queue.get_nowait(), await self.queue.get()])
        try:
            await asyncio.wait_for(self.queue.get(), 0.01)
        except TimeoutError:
            self.log.append("nothing in time")
        try:
            for _ in range(3):
                self.queue.task_done()
        except ValueError as error:
            self.log.append(str(error))
        self.log.append(await act(isinstance(self.queue, asyncio.Queue)))
        return self.log


CASES = [{"count": 0}, {"count": 1}, {"count": 5}]
