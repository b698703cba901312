"""Another function of asyncio."""

EXPECT = ("unsupported-object", 35, 'asyncio.to_thread is not one of the asyncio functions')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncioOther(Workflow):
    async def run(self, x):
        return await asyncio.gather(work(x))
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedAsyncioOther(Workflow):
    async def run(self, x):
        return await asyncio.to_thread(work, x)
