"""`dir` reaches into the interpreter."""

EXPECT = ("reflection", 31, 'dir reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenDirCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedDirCall(Workflow):
    async def run(self, x):
        return dir(x)
