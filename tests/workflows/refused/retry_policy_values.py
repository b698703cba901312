"""A retry policy that cannot be meant."""

EXPECT = ("signature", 35, 'attempts counts every execution')

REWRITE = '''
from warren import RetryPolicy

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenRetryPolicyValues(Workflow):
    async def run(self, x):
        return await self.run_action(work(x), retry=RetryPolicy(attempts=1))
'''

from warren import RetryPolicy

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedRetryPolicyValues(Workflow):
    async def run(self, x):
        return await self.run_action(work(x), retry=RetryPolicy(attempts=0))
