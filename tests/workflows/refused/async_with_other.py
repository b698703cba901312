"""An async context manager of another kind."""

EXPECT = ("context-manager", 34, '`async with` is only supported on')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncWithOther(Workflow):
    async def run(self, x):
        async with asyncio.timeout(5):
            return await work(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedAsyncWithOther(Workflow):
    async def run(self, x):
        async with x.connect():
            return x
