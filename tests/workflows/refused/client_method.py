"""A method of the client side."""

EXPECT = ("unsupported-object", 31, 'self.start is for programs that start workflows')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenClientMethod(Workflow):
    async def run(self, x):
        return await work(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedClientMethod(Workflow):
    async def run(self, x):
        return await self.start(x)
