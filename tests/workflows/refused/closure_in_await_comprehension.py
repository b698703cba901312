"""A closure over the variable of a comprehension that awaits."""

EXPECT = ("closure-in-comprehension", 31, "captures the comprehension's variable")

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenClosureInAwaitComprehension(Workflow):
    async def run(self, x):
        return [(await work(y), lambda y=y: y) for y in x]
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedClosureInAwaitComprehension(Workflow):
    async def run(self, x):
        return [(await work(y), lambda: y) for y in x]
