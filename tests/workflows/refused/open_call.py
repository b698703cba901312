"""A file."""

EXPECT = ("side-effect", 31, 'open reads from the outside world')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenOpenCall(Workflow):
    async def run(self, x):
        return await work(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedOpenCall(Workflow):
    async def run(self, x):
        return open(x).read()
