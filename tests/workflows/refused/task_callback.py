"""What a task of asyncio has, and one of the engine's has not."""

EXPECT = ("uncompilable-call", 38, 'set_result of a task or a timeout')

REWRITE = '''
import asyncio

from warren import Workflow, action, workflow


@action
async def work(x):
    return x


@workflow
class RewrittenTaskCallback(Workflow):
    async def run(self, x):
        task = asyncio.create_task(work(x))
        return [await task]
'''

import asyncio

from warren import Workflow, action, workflow


@action
async def work(x):
    return x


@workflow
class RefusedTaskCallback(Workflow):
    async def run(self, x):
        found = []
        task = asyncio.create_task(work(x))
        task.set_result(1)
        return found
