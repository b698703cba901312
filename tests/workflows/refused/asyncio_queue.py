"""A queue."""

EXPECT = ("unsupported-object", 37, 'asyncio.Queue is not one of the asyncio functions')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncioQueue(Workflow):
    async def run(self, x):
        queue = []
        queue.append(await work(x))
        return queue
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedAsyncioQueue(Workflow):
    async def run(self, x):
        queue = asyncio.Queue()
        return x
