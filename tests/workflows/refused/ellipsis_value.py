"""`...` as a value."""

EXPECT = ("unsupported-expression", 31, '`...` is not a value')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenEllipsisValue(Workflow):
    async def run(self, x):
        return None
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedEllipsisValue(Workflow):
    async def run(self, x):
        return ...
