"""A value that differs between processes."""

EXPECT = ("nondeterministic", 31, 'hash differs between processes')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenHashCall(Workflow):
    async def run(self, x):
        return x == 1
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedHashCall(Workflow):
    async def run(self, x):
        return hash(x)
