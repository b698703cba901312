"""An unknown option of run_action."""

EXPECT = ("unknown-keyword", 33, "run_action has no option 'retries'")

REWRITE = '''
from warren import RetryPolicy

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenRunActionKeyword(Workflow):
    async def run(self, x):
        return await self.run_action(work(x), retry=RetryPolicy(attempts=3))
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedRunActionKeyword(Workflow):
    async def run(self, x):
        return await self.run_action(work(x), retries=3)
