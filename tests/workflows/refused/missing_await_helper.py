"""A helper that is not awaited."""

EXPECT = ("missing-await", 38, 'self.helper(...) is not awaited')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenMissingAwaitHelper(Workflow):
    async def helper(self, x):
        return await work(x)

    async def run(self, x):
        await self.helper(x)
        return x
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedMissingAwaitHelper(Workflow):
    async def helper(self, x):
        return await work(x)

    async def run(self, x):
        self.helper(x)
        return x
