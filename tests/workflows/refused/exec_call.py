"""`exec` reaches into the interpreter."""

EXPECT = ("reflection", 31, 'exec reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenExecCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedExecCall(Workflow):
    async def run(self, x):
        return exec("1")
