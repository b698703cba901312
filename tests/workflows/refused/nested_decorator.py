"""A decorator on a nested function."""

EXPECT = ("unsupported-statement", 38, 'a decorator on a nested function')

REWRITE = '''
from functools import cache

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenNestedDecorator(Workflow):
    async def run(self, x):
        def f(y):
            return y

        return f(x)
'''

from functools import cache

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedNestedDecorator(Workflow):
    async def run(self, x):
        @cache
        def f(y):
            return y

        return f(x)
