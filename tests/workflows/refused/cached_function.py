"""A function behind a cache."""

EXPECT = ("unsupported-object", 44, 'not one of the functions')

REWRITE = '''
from functools import cache

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


def helper(x):
    return x


@workflow
class RewrittenCachedFunction(Workflow):
    async def run(self, x):
        return helper(x)
'''

from functools import cache

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@cache
def helper(x):
    return x


@workflow
class RefusedCachedFunction(Workflow):
    async def run(self, x):
        return helper(x)
