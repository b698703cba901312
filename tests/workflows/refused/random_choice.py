"""A random choice."""

EXPECT = ("nondeterministic", 35, 'choice is random')

REWRITE = '''
from random import choice

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenRandomChoice(Workflow):
    async def run(self, x):
        return await work()
'''

from random import choice

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedRandomChoice(Workflow):
    async def run(self, x):
        return choice([1, 2])
