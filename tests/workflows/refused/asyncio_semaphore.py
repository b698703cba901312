"""A limit on what runs at once."""

EXPECT = ("unsupported-object", 39, 'asyncio.Semaphore is not one of the asyncio functions')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncioSemaphore(Workflow):
    async def run(self, items: list):
        results = []
        for i in range(0, len(items), 10):
            results += await asyncio.gather(*[work(item) for item in items[i : i + 10]])
        return results
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedAsyncioSemaphore(Workflow):
    async def run(self, items: list):
        async def limited(item):
            async with asyncio.Semaphore(10):
                return await work(item)

        return await asyncio.gather(*[limited(item) for item in items])
