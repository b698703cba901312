"""A nested async function that is not awaited."""

EXPECT = ("missing-await", 38, 'inner(...) is not awaited')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenMissingAwaitNested(Workflow):
    async def run(self, x):
        async def inner():
            return await work(x)

        await inner()
        return x
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedMissingAwaitNested(Workflow):
    async def run(self, x):
        async def inner():
            return await work(x)

        inner()
        return x
