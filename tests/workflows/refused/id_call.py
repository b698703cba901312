"""A value that differs between processes."""

EXPECT = ("nondeterministic", 31, 'id differs between processes')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenIdCall(Workflow):
    async def run(self, x):
        return x == 1
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedIdCall(Workflow):
    async def run(self, x):
        return id(x)
