"""`vars` reaches into the interpreter."""

EXPECT = ("reflection", 31, 'vars reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenVarsCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedVarsCall(Workflow):
    async def run(self, x):
        return vars(x)
