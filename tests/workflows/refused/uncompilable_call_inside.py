"""A function that calls one that cannot be compiled."""

EXPECT = ("uncompilable-call", 44, 'outer cannot be compiled')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@action
async def inner(x):
    return open(x).read()


@workflow
class RewrittenUncompilableCallInside(Workflow):
    async def run(self, x):
        return await inner(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


def inner(x):
    return open(x)


def outer(x):
    return inner(x)


@workflow
class RefusedUncompilableCallInside(Workflow):
    async def run(self, x):
        return outer(x)
