"""A class made by `type`."""

EXPECT = ("reflection", 31, 'type() with three arguments')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenTypeThreeArguments(Workflow):
    async def run(self, x):
        return type(x).__name__
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedTypeThreeArguments(Workflow):
    async def run(self, x):
        return type("T", (), {})
