"""A local variable with two underscores."""

EXPECT = ("underscore-name", 31, "'__x' starts with an underscore")

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenDunderLocal(Workflow):
    async def run(self, x):
        y = x
        return y
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedDunderLocal(Workflow):
    async def run(self, x):
        __x = x
        return __x
