"""`asyncio.timeout` kept in a variable."""

EXPECT = ("context-manager", 36, 'asyncio.timeout can only be used directly')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenTimeoutAsValue(Workflow):
    async def run(self, x):
        async with asyncio.timeout(5):
            return await work(x)
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedTimeoutAsValue(Workflow):
    async def run(self, x):
        limit = asyncio.timeout(5)
        return x
