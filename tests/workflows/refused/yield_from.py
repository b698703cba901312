"""A delegating generator helper."""

EXPECT = ("unsupported-expression", 34, '`yield` is not supported')

REWRITE = '''
from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RewrittenYieldFrom(Workflow):
    def items(self, x):
        return [*x]

    async def run(self, x):
        return self.items(x)
'''

from warren import Workflow, action, workflow


@action
async def work(x=None):
    return x


@workflow
class RefusedYieldFrom(Workflow):
    def items(self, x):
        yield from x

    async def run(self, x):
        return list(self.items(x))
