"""What asyncio's objects keep for themselves."""

EXPECT = ("underscore-name", 39, "the attribute '_queue' starts with an underscore")

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncioPrivate(Workflow):
    async def run(self, x):
        queue = asyncio.Queue()
        await queue.put(await work(x))
        return queue.qsize()
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedAsyncioPrivate(Workflow):
    async def run(self, x):
        queue = asyncio.Queue()
        await queue.put(await work(x))
        return len(queue._queue)  # here
