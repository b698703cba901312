"""A generator expression kept as a value."""

EXPECT = ("generator-value", 32, 'a generator expression can only be consumed')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenGeneratorKept(Workflow):
    async def run(self, x):
        items = [y for y in x]
        return items
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedGeneratorKept(Workflow):
    async def run(self, x):
        items = (y for y in x)
        return list(items)
