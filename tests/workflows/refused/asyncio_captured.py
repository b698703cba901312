"""A lock that is made outside of the workflow."""

EXPECT = ("mutable-capture", 41, "LOCK is a Lock outside the workflow")

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncioCaptured(Workflow):
    def __init__(self):
        self.lock = asyncio.Lock()

    async def run(self, x):
        async with self.lock:
            return await work(x)
'''

import asyncio

from warren import Workflow, action, workflow

LOCK = asyncio.Lock()


@action
async def work(x=None):
    return x


@workflow
class RefusedAsyncioCaptured(Workflow):
    async def run(self, x):
        async with LOCK:
            return await work(x)
