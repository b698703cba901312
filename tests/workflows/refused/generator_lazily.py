"""A generator expression given to something lazy."""

EXPECT = ("generator-value", 31, 'a generator expression can only be consumed')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenGeneratorLazily(Workflow):
    async def run(self, x):
        return list(zip([y for y in x], x))
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedGeneratorLazily(Workflow):
    async def run(self, x):
        return list(zip((y for y in x), x))
