"""A bare object."""

EXPECT = ("reflection", 31, 'object has no meaning')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenObjectCall(Workflow):
    async def run(self, x):
        return None
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedObjectCall(Workflow):
    async def run(self, x):
        return object()
