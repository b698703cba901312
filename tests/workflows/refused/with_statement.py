"""A context manager."""

EXPECT = ("context-manager", 31, '`with` is not supported')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenWithStatement(Workflow):
    async def run(self, x):
        return await work(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedWithStatement(Workflow):
    async def run(self, x):
        with open(x) as file:
            return file.read()
