"""An await in a generator expression."""

EXPECT = ("generator-value", 31, '`await` in a generator expression')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenGeneratorAwait(Workflow):
    async def run(self, x):
        return sum([await work(y) for y in x])
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedGeneratorAwait(Workflow):
    async def run(self, x):
        return sum(await work(y) for y in x)
