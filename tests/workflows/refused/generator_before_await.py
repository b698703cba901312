"""A generator expression that would have to wait for an await."""

EXPECT = ("generator-value", 31, 'a generator expression can only be consumed')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenGeneratorBeforeAwait(Workflow):
    async def run(self, x):
        return sum([y for y in x], await work(1))
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedGeneratorBeforeAwait(Workflow):
    async def run(self, x):
        return sum((y for y in x), await work(1))
