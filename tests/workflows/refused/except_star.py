"""`except*`."""

EXPECT = ("unsupported-statement", 34, '`except*` is not supported')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenExceptStar(Workflow):
    async def run(self, x):
        try:
            return await work(x)
        except ExceptionGroup as group:
            return len(group.exceptions)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedExceptStar(Workflow):
    async def run(self, x):
        try:
            return await work(x)
        except* ValueError:
            pass
