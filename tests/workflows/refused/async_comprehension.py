"""`async for` in a comprehension."""

EXPECT = ("async-iteration", 31, '`async for` is not supported')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenAsyncComprehension(Workflow):
    async def run(self, x):
        return [item for item in await work(x)]
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedAsyncComprehension(Workflow):
    async def run(self, x):
        return [item async for item in work(x)]
