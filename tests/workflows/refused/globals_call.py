"""`globals` reaches into the interpreter."""

EXPECT = ("reflection", 31, 'globals reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenGlobalsCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedGlobalsCall(Workflow):
    async def run(self, x):
        return globals()
