"""The event loop, which is a function in C."""

EXPECT = ("unsupported-object", 34, 'asyncio.get_running_loop is not one of the asyncio functions')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
def work(x=None):
    return x


@workflow
class RewrittenAsyncioLoop(Workflow):
    async def run(self, x):
        return await work(x)
'''

import asyncio

from warren import Workflow, workflow


def work(x=None):
    return x


@workflow
class RefusedAsyncioLoop(Workflow):
    async def run(self, x):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, work, x)
