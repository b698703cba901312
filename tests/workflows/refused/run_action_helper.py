"""A helper method in run_action."""

EXPECT = ("signature", 34, "run_action takes the call of an action, and self.helper(x) is the workflow's own")

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenRunActionHelper(Workflow):
    async def run(self, x):
        return await self.helper(x)

    async def helper(self, x):
        return await self.run_action(work(x), timeout=5)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedRunActionHelper(Workflow):
    async def run(self, x):
        return await self.run_action(self.helper(x), timeout=5)

    async def helper(self, x):
        return await work(x)
