"""`async for`."""

EXPECT = ("async-iteration", 32, '`async for` is not supported')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncFor(Workflow):
    async def run(self, x):
        for item in await work(x):
            return item
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedAsyncFor(Workflow):
    async def run(self, x):
        async for item in work(x):
            return item
