"""A type with brackets as a value."""

EXPECT = ("unsupported-expression", 31, 'list[int] is a type for annotations')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenSubscriptedType(Workflow):
    async def run(self, x):
        return list(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedSubscriptedType(Workflow):
    async def run(self, x):
        return list[int](x)
