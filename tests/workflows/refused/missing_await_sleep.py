"""A sleep that is not awaited."""

EXPECT = ("missing-await", 36, 'asyncio.sleep(...) is not awaited')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenMissingAwaitSleep(Workflow):
    async def run(self, x):
        await asyncio.sleep(1)
        return x
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedMissingAwaitSleep(Workflow):
    async def run(self, x):
        asyncio.sleep(1)
        return x
