"""`asyncio.LifoQueue` and `PriorityQueue`, and queues in helpers, fields and nested functions."""

import asyncio
from dataclasses import dataclass, field

from warren import Workflow, action, workflow


@action
async def act(x: object) -> object:
    return x


@dataclass
class Desk:
    name: str
    inbox: asyncio.Queue[str] = field(default_factory=asyncio.Queue)


async def drain(queue: asyncio.Queue) -> list:
    items = []
    while not queue.empty():
        items.append(await queue.get())
    return items


def filled(items: list, kind: type) -> asyncio.Queue:
    queue = asyncio.PriorityQueue() if kind is asyncio.PriorityQueue else kind()
    for item in items:
        queue.put_nowait(item)
    return queue


@workflow
class AsyncioQueueKinds(Workflow):
    async def run(self, items: list) -> list:
        log = [await drain(filled(items, asyncio.Queue))]
        stack: asyncio.LifoQueue[int] = asyncio.LifoQueue()
        ordered = asyncio.PriorityQueue[int](10)
        for item in items:
            await stack.put(item)
            await ordered.put(item)
        log += [await drain(stack), await drain(ordered)]
        log.append([isinstance(stack, asyncio.Queue), isinstance(ordered, asyncio.LifoQueue), type(stack).__name__])
        log.append([await drain(filled(items, asyncio.PriorityQueue)), await drain(filled(items, asyncio.LifoQueue))])
        desks = [Desk("a"), Desk("b")]

        async def pass_on() -> None:
            while (word := await desks[0].inbox.get()) != "end":
                await desks[1].inbox.put(word.upper())

        worker = asyncio.create_task(pass_on())
        for word in ["x", "y", "end"]:
            await desks[0].inbox.put(word)
        await worker
        log.append(await drain(desks[1].inbox))
        match stack:
            case asyncio.PriorityQueue():
                log.append("ordered")
            case asyncio.LifoQueue():
                log.append("stack")
        log.append(await act(len({stack, ordered, stack})))
        return log


CASES = [{"items": []}, {"items": [3, 1, 2]}]
