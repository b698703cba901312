"""A blocking sleep."""

EXPECT = ("nondeterministic", 35, "time.sleep depends on the machine's clock or blocks it")

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenTimeSleep(Workflow):
    async def run(self, x):
        await asyncio.sleep(x)
'''

import time

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedTimeSleep(Workflow):
    async def run(self, x):
        time.sleep(x)
