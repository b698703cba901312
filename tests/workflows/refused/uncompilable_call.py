"""A function that cannot be compiled."""

EXPECT = ("uncompilable-call", 42, 'helper cannot be compiled')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def helper(x):
    print(x)
    return x


@workflow
class RewrittenUncompilableCall(Workflow):
    async def run(self, x):
        return await helper(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


def helper(x):
    print(x)
    return x


@workflow
class RefusedUncompilableCall(Workflow):
    async def run(self, x):
        return helper(x)
