"""A lock as an argument of an action."""

EXPECT = ("signature", 42, 'meets takes or gives a Lock')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncioAsArgument(Workflow):
    async def run(self, x):
        lock = asyncio.Lock()
        async with lock:
            return await work(x)
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def meets(x, lock: asyncio.Lock):
    return x


@workflow
class RefusedAsyncioAsArgument(Workflow):
    async def run(self, x):
        return await meets(x, asyncio.Lock())  # here
