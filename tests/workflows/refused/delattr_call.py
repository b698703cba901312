"""`delattr` reaches into the interpreter."""

EXPECT = ("reflection", 31, 'delattr reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenDelattrCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedDelattrCall(Workflow):
    async def run(self, x):
        return delattr(x, "a")
