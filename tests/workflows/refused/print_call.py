"""Output."""

EXPECT = ("side-effect", 31, 'print writes output')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenPrintCall(Workflow):
    async def run(self, x):
        await work(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedPrintCall(Workflow):
    async def run(self, x):
        print(x)
