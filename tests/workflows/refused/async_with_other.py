"""An action that is not awaited, as a context manager."""

EXPECT = ("context-manager", 34, 'work(...) is to be awaited')

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
        async with work(x):
            return x
