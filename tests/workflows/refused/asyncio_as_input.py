"""A queue as input of a run."""

EXPECT = ("signature", 36, 'run() takes or gives a Queue')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncioAsInput(Workflow):
    async def run(self, x):
        queue = asyncio.Queue()
        await queue.put(await work(x))
        return await queue.get()
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedAsyncioAsInput(Workflow):
    async def run(self, x, queue: asyncio.Queue[int]):
        return await queue.get()
