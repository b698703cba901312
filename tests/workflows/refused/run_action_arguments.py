"""run_action with more than one argument."""

EXPECT = ("signature", 31, 'run_action takes one call of an action')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenRunActionArguments(Workflow):
    async def run(self, x):
        return await self.run_action(work(x), timeout=5)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedRunActionArguments(Workflow):
    async def run(self, x):
        return await self.run_action(work(x), 5)
