"""A number in place of a retry policy."""

EXPECT = ("signature", 31, 'retry must be a RetryPolicy, not int')

REWRITE = '''
from warren import RetryPolicy, Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenRetryNumber(Workflow):
    async def run(self, x):
        return await self.run_action(work(x), retry=RetryPolicy(attempts=3))
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedRetryNumber(Workflow):
    async def run(self, x):
        return await self.run_action(work(x), retry=3)
