"""`compile` reaches into the interpreter."""

EXPECT = ("reflection", 31, 'compile reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenCompileCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedCompileCall(Workflow):
    async def run(self, x):
        return compile("1", "f", "eval")
