"""`__import__` reaches into the interpreter."""

EXPECT = ("reflection", 31, '__import__ reaches into the interpreter')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenImportCall(Workflow):
    async def run(self, x):
        return {"a": 1}
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedImportCall(Workflow):
    async def run(self, x):
        return __import__("os")
