"""`locals` reaches into the interpreter."""

EXPECT = ("reflection", 31, 'locals reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenLocalsCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedLocalsCall(Workflow):
    async def run(self, x):
        return locals()
