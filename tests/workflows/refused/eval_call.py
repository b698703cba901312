"""`eval` reaches into the interpreter."""

EXPECT = ("reflection", 31, 'eval reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenEvalCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedEvalCall(Workflow):
    async def run(self, x):
        return eval("1")
