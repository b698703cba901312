"""A random number."""

EXPECT = ("nondeterministic", 40, 'random.random is random')

REWRITE = '''
import random

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def draw() -> float:
    return random.random()


@workflow
class RewrittenRandomModule(Workflow):
    async def run(self, x):
        return await draw()
'''

import random

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedRandomModule(Workflow):
    async def run(self, x):
        return random.random()
