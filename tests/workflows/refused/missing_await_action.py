"""An action that is not awaited."""

EXPECT = ("missing-await", 32, 'work(...) is not awaited')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenMissingAwaitAction(Workflow):
    async def run(self, x):
        await work(x)
        return x
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedMissingAwaitAction(Workflow):
    async def run(self, x):
        work(x)
        return x
